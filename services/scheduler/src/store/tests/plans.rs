//! Statements whose cost grows with what they are about, and with no tenant's other runs.

use rollcall_stores::{Planned, Scope};

use super::*;

/// Runs of many tenants that are over, as the statistics know them.
const OVER: &str = "
    INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane, publish_time, open)
    SELECT lpad(to_hex(n), 32, '0')::uuid, 'other-' || n, 'SYNC', 'SCHEDULED', 'scheduled', now(), false
    FROM generate_series(1, 20000) AS n;
    ANALYZE scheduler.run_request";
const OUTCOMES: &str = "
    INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt, end_time)
    SELECT tenant_id, run_id, kind, trigger, 'SUCCEEDED', 1, now()
    FROM scheduler.reconcile_all_run_requests;
    ANALYZE reconcile.run_outcome";
/// The next runs of a tenth of the tenants, which are open.
const BURST: &str = "
    INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane, publish_time)
    SELECT ('aaaaaaaa' || lpad(to_hex(n), 24, '0'))::uuid, 'other-' || n, 'SYNC', 'SCHEDULED', 'scheduled', now() - interval '1 day'
    FROM generate_series(1, 2000) AS n";
const SOME_OVER: &str = "
    INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt, end_time)
    SELECT tenant_id, run_id, kind, trigger, 'SUCCEEDED', 1, now()
    FROM scheduler.reconcile_all_run_requests
    WHERE run_id > 'aaaaaaaa-0000-0000-0000-000000000000' AND tenant_id < 'other-15'";
const OPEN: f64 = 2000.0;
const BATCH: f64 = 300.0;
/// Arrays of the ids, tenants and lanes of a batch.
const IDS: &str =
    "ARRAY(SELECT ('aaaaaaaa' || lpad(to_hex(n), 24, '0'))::uuid FROM generate_series(1, 300) AS n)";
const TENANTS: &str = "ARRAY(SELECT 'other-' || n FROM generate_series(1, 300) AS n)";
const LANES: &str = "ARRAY(SELECT 'scheduled'::text FROM generate_series(1, 300))";
const CLAIM: &str = "'bbbbbbbb-0000-0000-0000-000000000000'";

macro_rules! statement {
    ($file:literal) => {
        include_str!(concat!("../../../sql/", $file, ".sql"))
    };
}

impl Ground {
    /// Many runs that are over, then many at once that are open.
    async fn with_a_burst() -> Result<Self> {
        let ground = Self::new().await?;
        ground.as_scheduler(OVER).await?;
        ground.as_reconcile(OUTCOMES).await?;
        ground.as_scheduler(BURST).await?;
        ground.as_reconcile(SOME_OVER).await?;
        Ok(ground)
    }

    async fn as_scheduler(&self, statements: &str) -> Result<()> {
        self.database.run(Role::Scheduler, statements).await
    }

    /// The value of an expression, as a literal.
    async fn literal(&self, expression: &str) -> Result<String> {
        self.database.literal(Role::Scheduler, expression).await
    }

    /// Fails if a statement reads more rows than these, however it is planned.
    async fn reads_at_most(&self, rows: f64, statement: &str, arguments: &str) -> Result<()> {
        for planned in [Planned::ForThese, Planned::ForAny] {
            let plan = self
                .database
                .explain(Role::Scheduler, Scope::Fleet, planned, statement, arguments)
                .await?;
            let read = plan.rows_read();
            anyhow::ensure!(read <= rows, "{read} rows, not {rows} ({planned:?}): {statement}");
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_sweep_looks_at_what_is_open_only() -> Result<()> {
    let ground = Ground::with_a_burst().await?;
    // Requests, their outcomes, and what is updated.
    let rows = 3.0 * OPEN;
    for analyzed in [false, true] {
        if analyzed {
            ground.as_scheduler("ANALYZE scheduler.run_request").await?;
        }
        let close = statement!("run_request/close_ended");
        ground.reads_at_most(rows, close, "500").await?;
        let lost = statement!("run_request/unpublish_lost");
        ground.reads_at_most(rows, lost, "60, 60, 500").await?;
        let cancel = statement!("run_request/cancel_all_scheduled");
        ground.reads_at_most(2.0 * rows, cancel, "").await?;
    }
    Ok(())
}

#[tokio::test]
async fn silent_runs_are_looked_for_among_those_with_a_pulse() -> Result<()> {
    let ground = Ground::with_a_burst().await?;
    ground
        .as_reconcile(&format!(
            "INSERT INTO reconcile.heartbeat (tenant_id, run_id, fence, beat_time)
             SELECT tenant_id, run_id, 1, now() - interval '1 hour'
             FROM scheduler.reconcile_all_run_requests
             WHERE run_id = ANY ({IDS});
             ANALYZE reconcile.heartbeat"
        ))
        .await?;
    let silent = statement!("run_request/unpublish_silent");
    ground.reads_at_most(3.0 * BATCH, silent, "60, 500").await
}

#[tokio::test]
async fn a_publisher_looks_at_the_requests_in_its_hand_only() -> Result<()> {
    let ground = Ground::with_a_burst().await?;
    let claimed = format!(
        "UPDATE scheduler.run_request
         SET publish_time = NULL, claimed_by = {CLAIM}, claim_expire_time = now()
         WHERE run_id = ANY ({IDS});
         ANALYZE scheduler.run_request"
    );
    ground.as_scheduler(&claimed).await?;
    let rows = 3.0 * BATCH;
    let (ids, lanes) = (ground.literal(IDS).await?, ground.literal(LANES).await?);
    let claim = statement!("run_request/claim");
    ground
        .reads_at_most(rows, claim, &format!("300, 60, {CLAIM}"))
        .await?;
    let renew = statement!("run_request/renew_claims");
    ground
        .reads_at_most(rows, renew, &format!("{ids}, 60, {CLAIM}"))
        .await?;
    let mark = statement!("run_request/mark_published");
    ground.reads_at_most(rows, mark, &format!("{ids}, {lanes}")).await
}

#[tokio::test]
async fn open_syncs_are_looked_up_for_each_tenant_that_is_due() -> Result<()> {
    let ground = Ground::with_a_burst().await?;
    let ids = ground
        .literal(
            "ARRAY(SELECT ('bbbbbbbb' || lpad(to_hex(n), 24, '0'))::uuid FROM generate_series(1, 300) AS n)",
        )
        .await?;
    let tenants = ground.literal(TENANTS).await?;
    let insert = statement!("run_request/insert_due");
    let rows = 4.0 * BATCH;
    ground
        .reads_at_most(
            rows,
            insert,
            &format!("{ids}, {tenants}, ARRAY['CONNECT_TIMEOUT']"),
        )
        .await
}

#[tokio::test]
async fn domains_are_looked_up_for_each_tenant_that_is_due() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .as_reconcile(
            "INSERT INTO portal.domain (name, tenant_id)
             SELECT n || '.example', 'other-' || n % 5000 FROM generate_series(1, 20000) AS n;
             ANALYZE portal.domain",
        )
        .await?;
    ground
        .as_scheduler(
            "INSERT INTO scheduler.settings (tenant_id, settings, sealed_credential, generation, credential_generation,
                 key_id, every_hours, time_zone, next_run_time)
             SELECT 'other-' || n, '', '', 1, 1, 'first', 1, 'UTC', now() - interval '1 minute'
             FROM generate_series(1, 5000) AS n;
             ANALYZE scheduler.settings",
        )
        .await?;
    // Schedules, a page of which is found before it is read, and a domain of each.
    let rows = 3.1 * BATCH;
    ground
        .reads_at_most(rows, statement!("settings/take_due"), "300")
        .await?;
    ground
        .reads_at_most(rows, statement!("settings/page"), "'other-2', 300, 1000000")
        .await
}
