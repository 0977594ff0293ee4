//! The tenants' domains.

use std::collections::BTreeMap;

use rollcall_domain::DomainName;

use super::*;
use crate::{
    error::ReconcileError,
    runs::edits::{
        DomainList,
        domains::{self, ReplaceOnly},
    },
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
    domains::put_domains(
        &ground.resources.store,
        &act(),
        &ground.tenant,
        &first,
        &ReplaceOnly::default(),
    )
    .await?;
    let second = list(&[("acme.example", ""), ("new.example", "acme.example")])?;
    let written = domains::put_domains(
        &ground.resources.store,
        &act(),
        &ground.tenant,
        &second,
        &ReplaceOnly::default(),
    )
    .await?;
    assert_eq!(
        domains::get_domains(&ground.resources.store, &ground.tenant).await?,
        written
    );
    assert_eq!(written, second.stored());
    let row = ground.lock().await?.row.clone();
    assert_eq!((row.generations.domains, row.generations.portal), (2, 2));
    domains::put_domains(
        &ground.resources.store,
        &act(),
        &ground.tenant,
        &second,
        &ReplaceOnly::default(),
    )
    .await?;
    assert_eq!(ground.lock().await?.row.generations.domains, 2, "nothing changed");
    Ok(())
}

#[tokio::test]
async fn a_domain_of_another_tenant_is_refused_and_nothing_is_written() -> Result<()> {
    let ground = Ground::new().await?;
    let other = TenantId::parse("other")?;
    let taken = list(&[("taken.example", "")])?;
    domains::put_domains(
        &ground.resources.store,
        &act(),
        &other,
        &taken,
        &ReplaceOnly::default(),
    )
    .await?;
    let wanted = list(&[("free.example", ""), ("taken.example", "")])?;
    let refused = domains::put_domains(
        &ground.resources.store,
        &act(),
        &ground.tenant,
        &wanted,
        &ReplaceOnly::default(),
    )
    .await;
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

#[tokio::test]
async fn a_domain_that_addresses_are_in_is_dropped_only_by_those_who_mean_it() -> Result<()> {
    const PEOPLE: &str = "
        INSERT INTO portal.address (tenant_id, address, account_id, address_type, origin)
        SELECT 'acme', who, gen_random_uuid(), 'PRIMARY', 'SYNCED'
        FROM unnest(ARRAY['ann@old.example', 'bob@old.example', '\"at@\"@older.example', 'ann@acme.example']) AS who";
    let ground = Ground::new().await?;
    let store = &ground.resources.store;
    let first = list(&[
        ("acme.example", ""),
        ("empty.example", ""),
        ("old.example", ""),
        ("older.example", ""),
    ])?;
    domains::put_domains(store, &act(), &ground.tenant, &first, &ReplaceOnly::default()).await?;
    ground.as_reconcile(PEOPLE).await?;
    let unused = ReplaceOnly {
        if_unused: true,
        ..ReplaceOnly::default()
    };

    let without_empty = list(&[("acme.example", ""), ("old.example", ""), ("older.example", "")])?;
    domains::put_domains(store, &act(), &ground.tenant, &without_empty, &unused).await?;
    let only_acme = list(&[("acme.example", "")])?;
    let refused = domains::put_domains(store, &act(), &ground.tenant, &only_acme, &unused).await;
    let Err(ReconcileError::DomainsInUse { in_use }) = refused else {
        anyhow::bail!("domains that addresses are in were dropped");
    };
    assert_eq!(
        in_use,
        [("old.example".to_owned(), 2), ("older.example".to_owned(), 1)]
    );
    domains::put_domains(store, &act(), &ground.tenant, &only_acme, &ReplaceOnly::default()).await?;
    Ok(())
}

#[tokio::test]
async fn a_list_that_somebody_changed_since_it_was_read_is_not_replaced() -> Result<()> {
    let ground = Ground::new().await?;
    let store = &ground.resources.store;
    let first = list(&[("acme.example", "")])?;
    let read = domains::put_domains(store, &act(), &ground.tenant, &first, &ReplaceOnly::default()).await?;
    let as_read = ReplaceOnly {
        etag: domains::etag(&read),
        ..ReplaceOnly::default()
    };
    let second = list(&[("acme.example", ""), ("new.example", "acme.example")])?;
    domains::put_domains(store, &act(), &ground.tenant, &second, &as_read).await?;
    let third = list(&[("acme.example", ""), ("third.example", "")])?;
    let refused = domains::put_domains(store, &act(), &ground.tenant, &third, &as_read).await;
    assert!(
        matches!(refused, Err(ReconcileError::DomainsChanged)),
        "{refused:?}"
    );
    assert_eq!(
        domains::get_domains(store, &ground.tenant).await?,
        second.stored()
    );
    Ok(())
}
