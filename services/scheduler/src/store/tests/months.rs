//! Requests in partitions of a month.

use super::*;
use crate::store::{Access, RUN_REQUEST};

/// A month long ago, with one request.
async fn with_old_month(ground: &Ground) -> Result<()> {
    ground
        .database
        .run_as_owner(
            Role::Scheduler,
            "CREATE TABLE scheduler.run_request_2024_10 PARTITION OF scheduler.run_request
                 FOR VALUES FROM ('01924500-0000-7000-8000-000000000000') TO ('0192e400-0000-7000-8000-000000000000')",
        )
        .await?;
    ground
        .database
        .run(
            Role::Scheduler,
            "INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane)
             VALUES ('01926500-0000-7000-8000-000000000001', 'acme', 'SYNC', 'MANUAL', 'interactive')",
        )
        .await?;
    Ok(())
}

/// Closes all requests.
async fn close(ground: &Ground) -> Result<()> {
    let close = "UPDATE scheduler.run_request SET open = false";
    ground.database.run(Role::Scheduler, close).await
}

const PERIODS: &str = "INSERT INTO reconcile.period (preview_days, rows_days, summary_days, removed_days)
                       VALUES (7, 30, 400, 30)";

#[tokio::test]
async fn a_month_of_requests_goes_once_none_of_them_is_open() -> Result<()> {
    let ground = Ground::new().await?;
    ground.as_reconcile(PERIODS).await?;
    with_old_month(&ground).await?;
    let recent = ground.ask(Lane::Interactive).await?;
    ground.store.keep_months().await?;
    assert_eq!(
        RUN_REQUEST.months(&ground.store.pool).await?.len(),
        5,
        "four ahead, and the old one"
    );
    close(&ground).await?;
    ground.store.keep_months().await?;
    assert_eq!(RUN_REQUEST.months(&ground.store.pool).await?.len(), 4);
    let left: Vec<Uuid> = sqlx::query_scalar("SELECT run_id FROM scheduler.run_request")
        .fetch_all(ground.store.pool.fleet(Access::Read).await?.connection())
        .await?;
    assert_eq!(left, [recent.as_uuid()]);
    Ok(())
}

#[tokio::test]
async fn a_month_stays_as_long_as_a_run_of_it_has_rows_or_no_period_is_known() -> Result<()> {
    let ground = Ground::new().await?;
    with_old_month(&ground).await?;
    close(&ground).await?;
    let months = async || anyhow::Ok(RUN_REQUEST.months(&ground.store.pool).await?.len());
    ground.store.keep_months().await?;
    assert_eq!(months().await?, 5, "nobody has said how long requests are kept");
    ground.as_reconcile(PERIODS).await?;
    ground
        .as_reconcile(
            "INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt, rows_expire_time)
             VALUES ('acme', '01926500-0000-7000-8000-000000000001', 'SYNC', 'MANUAL', 'SUCCEEDED', 1,
                 now() + interval '1 day')",
        )
        .await?;
    ground.store.keep_months().await?;
    assert_eq!(months().await?, 5, "its rows can still be looked at");
    ground
        .as_reconcile("UPDATE reconcile.run_outcome SET rows_expire_time = now() - interval '1 day'")
        .await?;
    ground.store.keep_months().await?;
    assert_eq!(months().await?, 4);
    Ok(())
}
