//! The tenants' domains.

use anyhow::Context as _;
use rollcall_chassis::status::Violations;
use rollcall_proto::v1::Domain;

use super::*;
use crate::{domains::DomainList, error::ReconcileError};

fn list(names: &[(&str, &str)]) -> Result<DomainList> {
    let domains: Vec<Domain> = names
        .iter()
        .map(|(name, alias_of)| Domain {
            name: (*name).to_owned(),
            alias_of: (*alias_of).to_owned(),
        })
        .collect();
    DomainList::parse(&domains, &mut Violations::default()).context("domains")
}

#[tokio::test]
async fn domains_are_replaced_as_a_whole() -> Result<()> {
    let ground = Ground::new().await?;
    let first = list(&[
        ("acme.example", ""),
        ("alias.example", "acme.example"),
        ("old.example", ""),
    ])?;
    ground.reconciler.put_domains(&ground.tenant, &first).await?;
    let second = list(&[("acme.example", ""), ("new.example", "acme.example")])?;
    let written = ground.reconciler.put_domains(&ground.tenant, &second).await?;
    assert_eq!(ground.reconciler.get_domains(&ground.tenant).await?, written);
    assert_eq!(written, second.stored());
    let row = ground.lock().await?.row.clone();
    assert_eq!((row.domain_generation, row.portal_generation), (2, 2));
    ground.reconciler.put_domains(&ground.tenant, &second).await?;
    assert_eq!(ground.lock().await?.row.domain_generation, 2, "nothing changed");
    Ok(())
}

#[tokio::test]
async fn a_domain_of_another_tenant_is_refused_and_nothing_is_written() -> Result<()> {
    let ground = Ground::new().await?;
    let other = TenantId::parse("other")?;
    ground
        .reconciler
        .put_domains(&other, &list(&[("taken.example", "")])?)
        .await?;
    let wanted = list(&[("free.example", ""), ("taken.example", "")])?;
    let refused = ground.reconciler.put_domains(&ground.tenant, &wanted).await;
    let Err(ReconcileError::DomainOwned { name }) = refused else {
        anyhow::bail!("the domain was not refused");
    };
    assert_eq!(name, "taken.example");
    assert!(ground.reconciler.get_domains(&ground.tenant).await?.is_empty());
    Ok(())
}
