//! The outbox: in order for each tenant, and bounded.

use super::*;
use crate::store::{News, outbox::OutboxLock};

/// Puts an event behind the tenant's others.
async fn announce(ground: &Ground, payload: &[u8]) -> Result<()> {
    let mut tenant = ground.lock().await?;
    tenant.row.history.outbox_sequence += 1;
    let sequence = tenant.row.history.outbox_sequence;
    tenant.report(News {
        sequence,
        routing_key: "account.created",
        payload: payload.to_vec(),
    });
    Ok(tenant.commit().await?)
}

async fn next(ground: &Ground, after: i64, count: i64, bytes: i64) -> Result<Vec<i64>> {
    let rows = sqlx::query_file!("sql/outbox/next.sql", TENANT, after, count, bytes)
        .fetch_all(ground.all().await?.connection())
        .await?;
    Ok(rows.into_iter().map(|row| row.sequence).collect())
}

#[tokio::test]
async fn events_come_in_the_order_in_which_they_were_written() -> Result<()> {
    let ground = Ground::new().await?;
    for _ in 0..3 {
        announce(&ground, b"ten bytes.").await?;
    }
    assert_eq!(next(&ground, 0, 10, 1000).await?, [1, 2, 3]);
    assert_eq!(next(&ground, 1, 1, 1000).await?, [2]);
    Ok(())
}

#[tokio::test]
async fn a_batch_ends_once_it_is_large_enough_and_has_one_event_at_least() -> Result<()> {
    let ground = Ground::new().await?;
    for _ in 0..3 {
        announce(&ground, b"ten bytes.").await?;
    }
    assert_eq!(next(&ground, 0, 10, 1).await?, [1]);
    assert_eq!(next(&ground, 0, 10, 11).await?, [1, 2]);
    Ok(())
}

#[tokio::test]
async fn tenants_whose_events_wait_are_found_once_each() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .as_reconcile(
            "INSERT INTO reconcile.outbox (tenant_id, sequence, routing_key, payload)
             VALUES ('b', 1, 'key', ''), ('a', 1, 'key', ''), ('a', 2, 'key', '')",
        )
        .await?;
    let tenants = sqlx::query_file_scalar!("sql/outbox/tenants.sql", 10)
        .fetch_all(ground.all().await?.connection())
        .await?;
    assert_eq!(tenants, ["a", "b"]);
    let oldest = sqlx::query_file!("sql/outbox/oldest.sql")
        .fetch_one(ground.all().await?.connection())
        .await?;
    assert_eq!(oldest.tenants, 2);
    let Some(lock) = OutboxLock::try_open(ground.gate(), "a").await? else {
        anyhow::bail!("another process has the outbox");
    };
    lock.delete(0, 2).await?;
    let tenants = sqlx::query_file_scalar!("sql/outbox/tenants.sql", 10)
        .fetch_all(ground.all().await?.connection())
        .await?;
    assert_eq!(tenants, ["b"]);
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_is_not_committed_announces_nothing() -> Result<()> {
    let ground = Ground::new().await?;
    let mut tenant = ground.lock().await?;
    tenant.row.history.outbox_sequence += 1;
    tenant.report(News {
        sequence: 1,
        routing_key: "account.created",
        payload: Vec::new(),
    });
    drop(tenant);
    announce(&ground, b"").await?;
    assert_eq!(next(&ground, 0, 10, 1000).await?, [1]);
    Ok(())
}
