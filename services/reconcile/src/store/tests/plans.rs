//! Plans that are kept, and plans that are made for the set at hand.

use anyhow::Result;
use rollcall_domain::RunId;
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
