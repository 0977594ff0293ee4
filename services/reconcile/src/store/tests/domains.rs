//! The tenants' domains.

use std::collections::BTreeMap;

use rollcall_domain::DomainName;

use super::*;
use crate::{
    error::ReconcileError,
    runs::edits::{DomainList, domains},
};

fn list(names: &[(&str, &str)]) -> Result<DomainList> {
    let mut list = DomainList {
        alias_of: BTreeMap::new(),
    };
    for (name, alias_of) in names {
        let of = Some(*alias_of).filter(|of| !of.is_empty());
        let of = of.map(DomainName::parse).transpose()?;
        list.alias_of.insert(DomainName::parse(name)?, of);
    }
    Ok(list)
}

#[tokio::test]
async fn domains_are_replaced_as_a_whole() -> Result<()> {
    let ground = Ground::new().await?;
    let first = list(&[
        ("acme.example", ""),
        ("alias.example", "acme.example"),
        ("old.example", ""),
    ])?;
    domains::put_domains(&ground.resources.store, &ground.tenant, &first).await?;
    let second = list(&[("acme.example", ""), ("new.example", "acme.example")])?;
    let written = domains::put_domains(&ground.resources.store, &ground.tenant, &second).await?;
    assert_eq!(
        domains::get_domains(&ground.resources.store, &ground.tenant).await?,
        written
    );
    assert_eq!(written, second.stored());
    let row = ground.lock().await?.row.clone();
    assert_eq!((row.generations.domains, row.generations.portal), (2, 2));
    domains::put_domains(&ground.resources.store, &ground.tenant, &second).await?;
    assert_eq!(ground.lock().await?.row.generations.domains, 2, "nothing changed");
    Ok(())
}

#[tokio::test]
async fn a_domain_of_another_tenant_is_refused_and_nothing_is_written() -> Result<()> {
    let ground = Ground::new().await?;
    let other = TenantId::parse("other")?;
    let taken = list(&[("taken.example", "")])?;
    domains::put_domains(&ground.resources.store, &other, &taken).await?;
    let wanted = list(&[("free.example", ""), ("taken.example", "")])?;
    let refused = domains::put_domains(&ground.resources.store, &ground.tenant, &wanted).await;
    let Err(ReconcileError::DomainOwned { name }) = refused else {
        anyhow::bail!("the domain was not refused");
    };
    assert_eq!(name, "taken.example");
    assert!(
        domains::get_domains(&ground.resources.store, &ground.tenant)
            .await?
            .is_empty()
    );
    Ok(())
}
