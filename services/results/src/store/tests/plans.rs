//! Statements whose cost does not grow with the runs, or the rows, of all tenants.

use rollcall_stores::Planned;

use super::*;

/// Runs of thousands of tenants, and of one that has many.
const RUNS: &str = "
    INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane, open)
    SELECT id, tenant, 'SYNC', 'SCHEDULED', 'scheduled', false
    FROM (
        SELECT lpad(to_hex(n), 32, '0')::uuid AS id, CASE WHEN n % 20 = 0 THEN 'acme' ELSE 'other-' || n END AS tenant
        FROM generate_series(1, 10000) AS n
    ) AS run;
    ANALYZE scheduler.run_request";
const OUTCOMES: &str = "
    INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt, end_time, rows_expire_time)
    SELECT tenant_id, run_id, kind, trigger, 'SUCCEEDED', 1, now(), now() + interval '1 day'
    FROM scheduler.reconcile_run_request;
    ANALYZE reconcile.run_outcome";

impl Ground {
    async fn with_many_runs() -> Result<Self> {
        let ground = Self::new().await?;
        ground.as_scheduler(RUNS).await?;
        ground.as_reconcile(OUTCOMES).await?;
        Ok(ground)
    }

    /// Number of rows that a statement reads.
    async fn rows_read(&self, statement: &str, arguments: &str) -> Result<f64> {
        let plan = self
            .database
            .explain(Role::Results, Planned::ForThese, statement, arguments)
            .await?;
        Ok(plan.rows_read())
    }
}

#[tokio::test]
async fn runs_are_read_with_as_many_outcomes_and_no_others() -> Result<()> {
    let ground = Ground::with_many_runs().await?;
    let statement = include_str!("../../../sql/run/of_tenant.sql");
    let list = ground
        .rows_read(statement, "'acme', NULL, NULL, false, 50")
        .await?;
    assert!(list <= 110.0, "{list} rows for a page of 50");
    let last = "'00000000-0000-0000-0000-000000002710'";
    let one = ground
        .rows_read(statement, &format!("'acme', {last}, NULL, false, 1"))
        .await?;
    assert!(one <= 4.0, "{one} rows for one run");
    Ok(())
}
