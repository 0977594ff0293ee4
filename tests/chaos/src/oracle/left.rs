//! Nothing of a trial is left: no lease, staged batch, heartbeat, temporary table, event, transaction or connection.

use anyhow::Result;

use super::Case;

/// More connections than the pools of all processes have.
const CONNECTIONS: i64 = 160;

/// Rows of the trial's tenants that are there, and that none of them may leave behind in the stack.
const LEFT: &str = "
    SELECT 'a lease of run ' || run_id FROM reconcile.lease WHERE tenant_id = ANY($1) AND run_id IS NOT NULL
    UNION ALL
    SELECT 'a heartbeat of run ' || run_id FROM reconcile.heartbeat WHERE tenant_id = ANY($1)
    UNION ALL
    SELECT DISTINCT 'staged batches of ' || tenant_id FROM reconcile.staged_batch WHERE tenant_id = ANY($1)
    UNION ALL
    SELECT count(*) || ' events in the outbox' FROM reconcile.outbox WHERE tenant_id = ANY($1) HAVING count(*) > 0
    UNION ALL
    SELECT 'the open request of run ' || run_id FROM scheduler.run_request
    WHERE tenant_id = ANY($1) AND open
    UNION ALL
    SELECT 'the temporary table ' || relname FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'
    UNION ALL
    SELECT 'a transaction of ' || usename || ' that does nothing: ' || query FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
      AND state_change < clock_timestamp() - interval '1 second'
    UNION ALL
    SELECT count(*) || ' connections' FROM pg_stat_activity WHERE datname = current_database() HAVING count(*) > $2";

pub(super) async fn find(case: &Case<'_>) -> Result<Vec<String>> {
    let tenants: Vec<&str> = case.subjects.iter().map(|one| one.tenant.id.as_str()).collect();
    let mut left: Vec<String> = sqlx::query_scalar(LEFT)
        .bind(&tenants)
        .bind(CONNECTIONS)
        .fetch_all(&case.world.database)
        .await?;
    for subject in case.subjects {
        let heard = case.world.portal.heard(&subject.tenant.id);
        let last = heard.iter().map(|event| event.sequence).max().unwrap_or_default();
        let sequence: i64 = sqlx::query_scalar(
            "SELECT coalesce(max(outbox_sequence), 0) FROM reconcile.tenant WHERE tenant_id = $1",
        )
        .bind(&subject.tenant.id)
        .fetch_one(&case.world.database)
        .await?;
        if subject.proxy.open_connections() > 0 {
            left.push("a connection to the directory".to_owned());
        }
        if last < sequence {
            left.push(format!(
                "{} events that the portal has not heard",
                sequence - last
            ));
        }
    }
    Ok(left)
}
