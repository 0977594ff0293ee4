//! Plans that are kept, and plans that are made for the set at hand.

use anyhow::Result;
use rollcall_domain::RunId;
use rollcall_stores::{Planned, Role, Scope};
use uuid::Uuid;

use super::Ground;
use crate::store::{TenantLock, guard};

/// Plans that PostgreSQL made again for a call of a statement of the connection, and those that it had kept.
const PLANS: &str =
    "SELECT sum(custom_plans)::bigint, sum(generic_plans)::bigint FROM pg_prepared_statements";

async fn plans(tenant: &mut TenantLock) -> Result<(i64, i64)> {
    Ok(sqlx::query_as(PLANS)
        .persistent(false)
        .fetch_one(tenant.connection())
        .await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_up_under_the_lock_keeps_its_plan_though_its_table_has_months() -> Result<()> {
    let ground = Ground::new().await?;
    let run = RunId::from_uuid(Uuid::now_v7());
    for _ in 0..3 {
        let mut tenant = TenantLock::open_for(ground.gate(), &ground.tenant, run).await?;
        let (made, _) = plans(&mut tenant).await?;
        guard::earlier_runs(&mut tenant).await?;
        let (made_since, kept) = plans(&mut tenant).await?;
        assert_eq!(made_since, made, "the look-up was planned again");
        assert!(
            kept >= 2,
            "neither the tenant's rows nor its earlier runs were read by a kept plan"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_about_a_whole_tenant_is_planned_for_it_and_look_ups_after_it_are_not() -> Result<()> {
    let ground = Ground::new().await?;
    let mut tenant = TenantLock::open(ground.gate(), &ground.tenant).await?;
    tenant.prefer_hash_joins().await?;
    let (before, _) = plans(&mut tenant).await?;
    guard::earlier_runs(&mut tenant).await?;
    let (for_the_set, _) = plans(&mut tenant).await?;
    assert!(for_the_set > before, "the plan was not made for the set");
    tenant.keep_plans().await?;
    let (before, _) = plans(&mut tenant).await?;
    guard::earlier_runs(&mut tenant).await?;
    let (after, _) = plans(&mut tenant).await?;
    assert_eq!(after, before, "the look-up was planned again");
    let setting: String = sqlx::query_scalar("SHOW enable_nestloop")
        .fetch_one(tenant.connection())
        .await?;
    assert_eq!(setting, "on", "kept plans would be made without nested loops");
    Ok(())
}

/// A few accounts and domains of other tenants, as the statistics know them.
const KNOWN: &str = "
    INSERT INTO portal.account (tenant_id, account_id, hsr_enabled, is_protected, type, origin, primary_address)
    SELECT 'other', gen_random_uuid(), false, false, 'USER', 'SYNCED', n || '@other.example'
    FROM generate_series(1, 1000) AS n;
    INSERT INTO portal.domain (name, tenant_id)
    SELECT n || '.other.example', 'other-' || n FROM generate_series(1, 100) AS n;
    ANALYZE";
/// Accounts of the tenant, half of them removed, and domains: of these the statistics know nothing.
const UNKNOWN: &str = "
    INSERT INTO portal.account
        (tenant_id, account_id, hsr_enabled, is_protected, type, origin, primary_address, remove_time)
    SELECT 'acme', lpad(to_hex(n), 32, '0')::uuid, false, false, 'USER', 'SYNCED', n || '@acme.example',
           CASE WHEN n % 2 = 0 THEN now() - interval '1 year' END
    FROM generate_series(1, 10000) AS n;
    INSERT INTO portal.address (tenant_id, address, account_id, address_type, origin)
    SELECT tenant_id, primary_address, account_id, 'PRIMARY', 'SYNCED' FROM portal.account
    WHERE tenant_id = 'acme' AND remove_time IS NULL;
    INSERT INTO portal.removed_address (tenant_id, address, account_id, address_type, origin)
    SELECT tenant_id, primary_address, account_id, 'PRIMARY', 'SYNCED' FROM portal.account
    WHERE tenant_id = 'acme' AND remove_time IS NOT NULL;
    INSERT INTO portal.domain (name, tenant_id)
    SELECT n || '.example', CASE WHEN n % 100 = 0 THEN 'acme' ELSE 'other-' || n END FROM generate_series(1, 10000) AS n;
    INSERT INTO portal.reserved_domain (name, tenant_id, end_time)
    SELECT n || '.gone.example', 'other-' || n, now() + interval '1 day' FROM generate_series(1, 10000) AS n";
/// Of them, those named in a statement: 200 removed ones among them.
const IDS: &str = "ARRAY(SELECT lpad(to_hex(n), 32, '0')::uuid FROM generate_series(1, 400) AS n)";
const ADDRESSES: &str = "ARRAY(SELECT n || '@acme.example' FROM generate_series(1, 400) AS n)";
const DOMAINS: &str = "ARRAY(SELECT n || '.example' FROM generate_series(1, 400) AS n)";

#[tokio::test]
async fn what_an_array_names_is_looked_up_by_key_with_a_kept_plan_too() -> Result<()> {
    let ground = Ground::new().await?;
    ground.as_reconcile(KNOWN).await?;
    ground.as_reconcile(UNKNOWN).await?;
    let literal = async |array: &str| ground.database.literal(Role::Reconcile, array).await;
    let (ids, addresses, domains) = (
        literal(IDS).await?,
        literal(ADDRESSES).await?,
        literal(DOMAINS).await?,
    );
    let statements = [
        (
            include_str!("../../../sql/account/purge.sql"),
            format!("'acme', {ids}, 60"),
        ),
        (
            include_str!("../../../sql/removed_address/delete.sql"),
            format!("'acme', {ids}"),
        ),
        (
            include_str!("../../../sql/address/delete.sql"),
            format!("'acme', {addresses}"),
        ),
        (
            include_str!("../../../sql/address/taken.sql"),
            format!("'acme', {addresses}"),
        ),
        (
            include_str!("../../../sql/domain/among.sql"),
            format!("{domains}, 'acme'"),
        ),
    ];
    let of_fleet = [
        (
            include_str!("../../../sql/domain/unavailable.sql"),
            format!("{domains}, 'acme'"),
        ),
        (include_str!("../../../sql/reserved_domain/end.sql"), domains),
    ];
    let of_tenant = statements.map(|statement| (Scope::Tenant("acme"), statement));
    let of_fleet = of_fleet.map(|statement| (Scope::Fleet, statement));
    for (scope, (statement, arguments)) in of_tenant.into_iter().chain(of_fleet) {
        let plan = ground
            .database
            .explain(Role::Reconcile, scope, Planned::ForAny, statement, &arguments)
            .await?;
        let compared = plan.filters().into_iter().any(|filter| filter.contains("ANY"));
        assert!(!compared, "{statement}: {:?}", plan.filters());
        let read = plan.rows_read();
        assert!(read <= 1400.0, "{read} rows: {statement}");
    }
    Ok(())
}
