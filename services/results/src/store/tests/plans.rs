//! Statements whose cost does not grow with the runs, or the rows, of all tenants.

use rollcall_stores::{Planned, Scope};

use super::*;
use crate::store::RowFilter;

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
    FROM scheduler.reconcile_all_run_requests;
    ANALYZE reconcile.run_outcome";

impl Ground {
    async fn with_many_runs() -> Result<Self> {
        let ground = Self::new().await?;
        ground.as_scheduler(RUNS).await?;
        ground.as_reconcile(OUTCOMES).await?;
        Ok(ground)
    }

    /// Number of rows that a statement about the tenant acme reads.
    async fn rows_read(&self, statement: &str, arguments: &str) -> Result<f64> {
        self.rows_read_in(Scope::Tenant("acme"), statement, arguments)
            .await
    }

    async fn rows_read_in(&self, scope: Scope<'_>, statement: &str, arguments: &str) -> Result<f64> {
        let plan = self
            .database
            .explain(Role::Results, scope, Planned::ForThese, statement, arguments)
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
    let newest = "'00000000-0000-0000-0000-000000002710'";
    let one = ground
        .rows_read(statement, &format!("'acme', {newest}, NULL, false, 1"))
        .await?;
    assert!(one <= 4.0, "{one} rows for one run");
    Ok(())
}

/// Rows of a run by the thousand, a few of which stand in another case.
const ROWS: &str = "
    INSERT INTO reconcile.claim_history
        (tenant_id, row_id, valid_from, content, address, entry_verdict, steady_verdict, primary_address, directory_primary,
         object_id, object_dn)
    SELECT 'acme', n, 1, gen_random_uuid(),
           CASE WHEN n % 1000 = 0 THEN 'U' ELSE 'u' END || lpad(n::text, 6, '0') || '@acme.example',
           'ADD', 'KEEP', 'u', 'u', 'o', 'cn=o'
    FROM generate_series(1, 30000) AS n;
    ANALYZE reconcile.claim_history";

#[tokio::test]
async fn a_search_reads_the_rows_that_it_shows() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.applied(1, &[]).await?;
    ground.as_reconcile(ROWS).await?;
    let statement = include_str!("../../../sql/run_row/page.sql");
    for search in ["u02", "u029999", "none"] {
        let arguments = format!("'acme', '{}', NULL, false, '{search}', '', 0, 50", run.run_id);
        let plan = ground
            .database
            .explain(
                Role::Results,
                Scope::Tenant("acme"),
                Planned::ForThese,
                statement,
                &arguments,
            )
            .await?;
        let blocks = plan.blocks_read();
        assert!(blocks <= 60, "{blocks} blocks for {search}");
    }
    Ok(())
}

#[tokio::test]
async fn the_pages_of_a_search_have_every_row_once_and_in_order() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.applied(1, &[]).await?;
    ground.as_reconcile(ROWS).await?;
    let filter = RowFilter {
        search: "u001".to_owned(),
        ..RowFilter::default()
    };
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let page = ground
            .store
            .rows(&run, &filter, after, 70)
            .await
            .map_err(refused)?;
        let Some(last) = page.last() else {
            break;
        };
        after = Some(last.position());
        found.extend(page.into_iter().map(|row| row.address));
    }
    let mut expected: Vec<String> = (1000..2000)
        .map(|n| format!("{}{n:06}@acme.example", if n % 1000 == 0 { 'U' } else { 'u' }))
        .collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    Ok(())
}

/// Acts of thousands of tenants, and of one that has many; some are a year old.
const RECORDS: &str = "
    INSERT INTO audit.record (record_time, caller, tenant_id, method, outcome, run_id)
    SELECT now() - n * interval '25 minutes', 'portal', CASE WHEN n % 20 = 0 THEN 'acme' ELSE 'other-' || n END,
           'PutSettings', 'OK', lpad(to_hex(n), 32, '0')::uuid
    FROM generate_series(1, 20000) AS n;
    ANALYZE audit.record";

#[tokio::test]
async fn records_are_read_as_far_as_they_are_shown() -> Result<()> {
    let ground = Ground::new().await?;
    ground.database.run_as_superuser(RECORDS).await?;
    let statement = include_str!("../../../sql/audit/page.sql");
    let of_acme = Scope::Tenant("acme");
    let pages = [
        (
            of_acme,
            "'acme', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 50, 16000000",
        ),
        (
            Scope::Fleet,
            "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 50, 16000000",
        ),
        (
            of_acme,
            "'acme', NULL, NULL, NULL, NULL, NULL, NULL, now() - interval '100 days', gen_random_uuid(), 50, 16000000",
        ),
    ];
    for (scope, page) in pages {
        let rows = ground.rows_read_in(scope, statement, page).await?;
        // Of each partition, one row shows where its records begin.
        assert!(rows <= 60.0, "{rows} rows for {page}");
    }
    let run = "lpad(to_hex(7), 32, '0')::uuid";
    let of_run = format!("NULL, NULL, NULL, NULL, NULL, NULL, {run}, NULL, NULL, 50, 16000000");
    let rows = ground.rows_read_in(Scope::Fleet, statement, &of_run).await?;
    assert!(rows <= 2.0, "{rows} rows for a run");
    Ok(())
}
