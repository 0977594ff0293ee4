//! Requests in partitions of a month.

use super::*;
use crate::store::RUN_REQUEST;

#[tokio::test]
async fn a_month_of_requests_goes_once_none_of_them_is_open() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .database
        .run(
            Role::Scheduler,
            "CREATE TABLE scheduler.run_request_2024_10 PARTITION OF scheduler.run_request
                 FOR VALUES FROM ('01924500-0000-7000-8000-000000000000') TO ('0192e400-0000-7000-8000-000000000000');
             INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane)
             VALUES ('01926500-0000-7000-8000-000000000001', 'acme', 'SYNC', 'MANUAL', 'interactive')",
        )
        .await?;
    let recent = ground.ask(Lane::Interactive).await?;
    ground.store.keep_months().await?;
    assert_eq!(
        RUN_REQUEST.months(&ground.store.pool).await?.len(),
        5,
        "four ahead, and the old one"
    );
    ground
        .database
        .run(Role::Scheduler, "UPDATE scheduler.run_request SET open = false")
        .await?;
    ground.store.keep_months().await?;
    assert_eq!(RUN_REQUEST.months(&ground.store.pool).await?.len(), 4);
    let left: Vec<Uuid> = sqlx::query_scalar("SELECT run_id FROM scheduler.run_request")
        .fetch_all(&ground.store.pool)
        .await?;
    assert_eq!(left, [recent.as_uuid()]);
    Ok(())
}
