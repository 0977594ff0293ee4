//! The tenants' domains.

use std::{collections::BTreeMap, time::Duration};

use rollcall_domain::DomainName;
use tokio::time::sleep;

use super::*;
use crate::{
    error::ReconcileError,
    runs::edits::{
        DomainList,
        domains::{self, ReplaceOnly},
    },
    store::{self, expired},
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
        &ground.resources,
        &act(),
        &ground.tenant,
        &first,
        &ReplaceOnly::default(),
    )
    .await?;
    let second = list(&[("acme.example", ""), ("new.example", "acme.example")])?;
    let written = domains::put_domains(
        &ground.resources,
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
        &ground.resources,
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
    domains::put_domains(&ground.resources, &act(), &other, &taken, &ReplaceOnly::default()).await?;
    let wanted = list(&[("free.example", ""), ("taken.example", "")])?;
    let refused = domains::put_domains(
        &ground.resources,
        &act(),
        &ground.tenant,
        &wanted,
        &ReplaceOnly::default(),
    )
    .await;
    let Err(ReconcileError::DomainUnavailable { name }) = refused else {
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
    let resources = &ground.resources;
    let first = list(&[
        ("acme.example", ""),
        ("empty.example", ""),
        ("old.example", ""),
        ("older.example", ""),
    ])?;
    domains::put_domains(resources, &act(), &ground.tenant, &first, &ReplaceOnly::default()).await?;
    ground.as_reconcile(PEOPLE).await?;
    let unused = ReplaceOnly {
        if_unused: true,
        ..ReplaceOnly::default()
    };

    let without_empty = list(&[("acme.example", ""), ("old.example", ""), ("older.example", "")])?;
    domains::put_domains(resources, &act(), &ground.tenant, &without_empty, &unused).await?;
    let only_acme = list(&[("acme.example", "")])?;
    let refused = domains::put_domains(resources, &act(), &ground.tenant, &only_acme, &unused).await;
    let Err(ReconcileError::DomainsInUse { in_use }) = refused else {
        anyhow::bail!("domains that addresses are in were dropped");
    };
    assert_eq!(
        in_use,
        [("old.example".to_owned(), 2), ("older.example".to_owned(), 1)]
    );
    domains::put_domains(
        resources,
        &act(),
        &ground.tenant,
        &only_acme,
        &ReplaceOnly::default(),
    )
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_list_that_somebody_changed_since_it_was_read_is_not_replaced() -> Result<()> {
    let ground = Ground::new().await?;
    let resources = &ground.resources;
    let first = list(&[("acme.example", "")])?;
    let read =
        domains::put_domains(resources, &act(), &ground.tenant, &first, &ReplaceOnly::default()).await?;
    let as_read = ReplaceOnly {
        etag: domains::etag(&read),
        ..ReplaceOnly::default()
    };
    let second = list(&[("acme.example", ""), ("new.example", "acme.example")])?;
    domains::put_domains(resources, &act(), &ground.tenant, &second, &as_read).await?;
    let third = list(&[("acme.example", ""), ("third.example", "")])?;
    let refused = domains::put_domains(resources, &act(), &ground.tenant, &third, &as_read).await;
    assert!(
        matches!(refused, Err(ReconcileError::DomainsChanged)),
        "{refused:?}"
    );
    assert_eq!(
        domains::get_domains(&resources.store, &ground.tenant).await?,
        second.stored()
    );
    Ok(())
}

/// The tenant has given up `old.example`.
async fn with_a_domain_given_up() -> Result<Ground> {
    let ground = Ground::new().await?;
    let any = ReplaceOnly::default();
    let both = list(&[("acme.example", ""), ("old.example", "acme.example")])?;
    domains::put_domains(&ground.resources, &act(), &ground.tenant, &both, &any).await?;
    let one = list(&[("acme.example", "")])?;
    domains::put_domains(&ground.resources, &act(), &ground.tenant, &one, &any).await?;
    Ok(ground)
}

/// Registers a domain for another tenant; false if it is not available.
async fn another_gets(ground: &Ground, name: &str) -> Result<bool> {
    let other = TenantId::parse("other")?;
    let wanted = list(&[(name, "")])?;
    let any = ReplaceOnly::default();
    match domains::put_domains(&ground.resources, &act(), &other, &wanted, &any).await {
        Ok(_) => Ok(true),
        Err(ReconcileError::DomainUnavailable { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[tokio::test]
async fn a_domain_that_was_given_up_is_refused_to_others_until_its_time_is_over() -> Result<()> {
    let ground = with_a_domain_given_up().await?;
    assert!(!another_gets(&ground, "old.example").await?);
    let in_30_days = "SELECT count(*) FROM portal.reserved_domain
                      WHERE end_time BETWEEN now() + interval '29 days' AND now() + interval '30 days'";
    assert_eq!(ground.count(in_30_days).await?, 1);

    ground
        .as_reconcile("UPDATE portal.reserved_domain SET end_time = now()")
        .await?;
    assert!(another_gets(&ground, "old.example").await?);
    assert_eq!(
        ground
            .count("SELECT count(*) FROM portal.reserved_domain")
            .await?,
        0
    );
    Ok(())
}

#[tokio::test]
async fn a_tenant_registers_a_domain_that_it_gave_up_again_at_once_and_owns_it() -> Result<()> {
    let ground = with_a_domain_given_up().await?;
    let again = list(&[("acme.example", ""), ("old.example", "")])?;
    let any = ReplaceOnly::default();
    domains::put_domains(&ground.resources, &act(), &ground.tenant, &again, &any).await?;
    assert_eq!(
        ground
            .count("SELECT count(*) FROM portal.reserved_domain")
            .await?,
        0
    );
    assert!(!another_gets(&ground, "old.example").await?);
    Ok(())
}

#[tokio::test]
async fn an_operator_sees_whose_a_domain_is_and_releases_one_that_is_reserved() -> Result<()> {
    let ground = with_a_domain_given_up().await?;
    let store = &ground.resources.store;
    let name = |name: &str| DomainName::parse(name);
    let owned = domains::owner(store, &name("acme.example")?).await?;
    assert!(owned.is_some_and(|owner| owner.tenant_id == "acme" && owner.reserved_until.is_none()));
    let reserved = domains::owner(store, &name("old.example")?).await?;
    assert!(reserved.is_some_and(|owner| owner.tenant_id == "acme" && owner.reserved_until.is_some()));
    assert_eq!(domains::owner(store, &name("free.example")?).await?, None);

    assert_eq!(
        domains::release(store, &act(), &name("old.example")?)
            .await?
            .as_str(),
        "acme"
    );
    for not_reserved in ["old.example", "acme.example", "free.example"] {
        let refused = domains::release(store, &act(), &name(not_reserved)?).await;
        assert!(
            matches!(refused, Err(ReconcileError::DomainNotReserved { .. })),
            "{not_reserved}: {refused:?}"
        );
    }
    assert!(another_gets(&ground, "old.example").await?);
    Ok(())
}

#[tokio::test]
async fn only_reservations_whose_time_is_over_are_dropped() -> Result<()> {
    let ground = with_a_domain_given_up().await?;
    ground
        .as_reconcile(
            "INSERT INTO portal.reserved_domain (name, tenant_id, end_time)
             VALUES ('gone.example', 'acme', now() - interval '1 second')",
        )
        .await?;
    assert_eq!(expired::drop_reservations(ground.gate(), 10).await?, 1);
    let left = "SELECT count(*) FROM portal.reserved_domain WHERE name = 'old.example'";
    assert_eq!(ground.count(left).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_tenant_with_many_reserved_domains_registers_no_new_one_but_gives_up_and_takes_back_what_it_had()
-> Result<()> {
    let ground = with_a_domain_given_up().await?;
    let any = ReplaceOnly::default();
    // With acme.example, which is owned, and old.example, which is reserved, as many as may be.
    ground
        .as_reconcile(
            "INSERT INTO portal.reserved_domain (name, tenant_id, end_time)
             SELECT n || '.gone.example', 'acme', now() + interval '1 day' FROM generate_series(1, 19998) AS n",
        )
        .await?;
    let put = async |names: &[(&str, &str)]| {
        domains::put_domains(&ground.resources, &act(), &ground.tenant, &list(names)?, &any)
            .await
            .map(drop)
            .map_err(anyhow::Error::from)
    };
    let refused = put(&[("acme.example", ""), ("new.example", "")]).await;
    let refused = refused
        .err()
        .and_then(|error| error.downcast::<ReconcileError>().ok());
    assert!(
        matches!(
            refused,
            Some(ReconcileError::TooManyDomains { reserved: 19_999, .. })
        ),
        "{refused:?}"
    );
    assert!(another_gets(&ground, "new.example").await?, "nothing was written");
    put(&[("acme.example", ""), ("old.example", "")]).await?;
    put(&[]).await?;

    ground
        .as_reconcile("UPDATE portal.reserved_domain SET end_time = now() WHERE name = '1.gone.example'")
        .await?;
    put(&[("fresh.example", "")]).await
}

/// Replaces the list of a tenant with one domain, and does not commit yet.
async fn begin_to_put(ground: &Ground, tenant: &TenantId, name: &str) -> Result<TenantLock> {
    let store = &ground.resources.store;
    let mut tx = TenantLock::open(&store.calls, tenant).await?;
    store::domains::replace(
        &mut tx,
        &[name],
        &[None],
        ground.resources.bounds.reserved_domains,
    )
    .await?;
    Ok(tx)
}

/// Until a session waits for a lock that another one has.
async fn until_a_session_waits(ground: &Ground) -> Result<()> {
    const WAITS: &str = "SELECT EXISTS (
        SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    )";
    let mut superuser = ground.database.superuser().await?;
    while !sqlx::query_scalar::<_, bool>(WAITS)
        .fetch_one(&mut superuser)
        .await?
    {
        sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_change_of_domains_holds_up_no_other_tenants_change() -> Result<()> {
    let ground = Ground::new().await?;
    let open = begin_to_put(&ground, &ground.tenant, "acme.example").await?;
    let other = TenantId::parse("other")?;
    let others = list(&[("other.example", "")])?;
    domains::put_domains(
        &ground.resources,
        &act(),
        &other,
        &others,
        &ReplaceOnly::default(),
    )
    .await?;
    open.commit().await?;
    Ok(())
}

#[tokio::test]
async fn of_two_tenants_who_register_a_new_domain_at_once_one_gets_it() -> Result<()> {
    let ground = Ground::new().await?;
    let open = begin_to_put(&ground, &ground.tenant, "new.example").await?;
    let other = TenantId::parse("other")?;
    let wanted = list(&[("new.example", "")])?;
    let only = ReplaceOnly::default();
    let act = act();
    let second = domains::put_domains(&ground.resources, &act, &other, &wanted, &only);
    let first = async {
        until_a_session_waits(&ground).await?;
        open.commit().await?;
        anyhow::Ok(())
    };
    let (second, first) = tokio::join!(second, first);
    first?;
    assert!(
        matches!(second, Err(ReconcileError::DomainUnavailable { .. })),
        "{second:?}"
    );
    Ok(())
}
