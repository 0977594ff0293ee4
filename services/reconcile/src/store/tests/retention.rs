//! Each step of what drops rows that have had their time.

use rollcall_proto::v1::RunState;

use super::*;
use crate::{bounds::KeptWhole, upkeep::retention, write::mark_superseded};

impl Ground {
    /// An outcome with more columns, as in `rows_dropped = true`.
    async fn outcome(&self, kind: &str, state: &str, columns: &str) -> Result<RunId> {
        let run = self.ask(kind).await?;
        self.as_reconcile(&format!(
            "INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt, end_time)
             VALUES ('acme', '{run}', '{kind}', 'MANUAL', '{state}', 1, now());
             UPDATE reconcile.run_outcome SET {columns} WHERE run_id = '{run}'"
        ))
        .await?;
        Ok(run)
    }

    /// A row of the history; of a preview if it names one.
    async fn row(&self, number: i64, valid_to: &str, preview: Option<RunId>) -> Result<()> {
        let preview = preview.map_or_else(|| "NULL".to_owned(), |run| format!("'{run}'"));
        self.as_reconcile(&format!(
            "INSERT INTO reconcile.claim_history (tenant_id, row_id, valid_from, valid_to, content, preview_run_id, address,
                 entry_verdict, steady_verdict, primary_address, directory_primary, object_id, object_dn)
             VALUES ('acme', {number}, 1, {valid_to}, gen_random_uuid(), {preview}, 'ann@acme.example',
                 'ADD', 'KEEP', '', '', '', '')"
        ))
        .await
    }
}

const ROWS: &str = "SELECT count(*) FROM reconcile.claim_history";

#[tokio::test]
async fn a_removed_account_is_purged_with_its_addresses_once_its_time_is_over() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .as_reconcile(
            "INSERT INTO portal.account (tenant_id, account_id, hsr_enabled, is_protected, type, origin, primary_address,
                 remove_time)
             SELECT 'acme', gen_random_uuid(), true, false, 'USER', 'SYNCED', name, removed
             FROM (VALUES ('live', NULL), ('young', now()), ('old', now() - interval '100 days')) AS a (name, removed);
             INSERT INTO portal.removed_address (tenant_id, account_id, address, address_type, origin)
             SELECT tenant_id, account_id, primary_address, 'PRIMARY', origin
             FROM portal.account
             WHERE remove_time IS NOT NULL",
        )
        .await?;
    retention::retain(&ground.resources).await?;
    let left = "SELECT count(*) FROM portal.account WHERE primary_address IN ('live', 'young')";
    assert_eq!(ground.count(left).await?, 2);
    assert_eq!(ground.count("SELECT count(*) FROM portal.account").await?, 2);
    assert_eq!(
        ground
            .count("SELECT count(*) FROM portal.removed_address")
            .await?,
        1
    );
    Ok(())
}

#[tokio::test]
async fn the_rows_of_a_preview_go_with_what_it_hides_once_it_has_expired() -> Result<()> {
    let ground = Ground::new().await?;
    ground.lock().await?.commit().await?;
    let expired = "history = 0, rows_expire_time = now() - interval '1 day'";
    let preview = ground.outcome("PREVIEW", "SUCCEEDED", expired).await?;
    let kept = "history = 0, rows_expire_time = now() + interval '1 day'";
    let other = ground.outcome("PREVIEW", "SUCCEEDED", kept).await?;
    ground.row(1, "1", Some(preview)).await?;
    ground.row(2, "1", Some(other)).await?;
    ground
        .as_reconcile(&format!(
            "INSERT INTO reconcile.preview_hidden (tenant_id, run_id, row_id) VALUES ('acme', '{preview}', 1)"
        ))
        .await?;
    retention::retain(&ground.resources).await?;
    assert_eq!(ground.count(ROWS).await?, 1);
    assert_eq!(
        ground
            .count("SELECT count(*) FROM reconcile.preview_hidden")
            .await?,
        0
    );
    let dropped = "SELECT count(*) FROM reconcile.run_outcome WHERE rows_dropped";
    assert_eq!(ground.count(dropped).await?, 1);
    Ok(())
}

#[tokio::test]
async fn what_a_sync_kept_for_its_revert_goes_with_its_rows() -> Result<()> {
    let ground = Ground::new().await?;
    ground.lock().await?.commit().await?;
    let expired = "history = 1, applied = true, rows_expire_time = now() - interval '1 day'";
    let run = ground.outcome("SYNC", "SUCCEEDED", expired).await?;
    ground
        .as_reconcile(&format!(
            "INSERT INTO reconcile.account_before (tenant_id, run_id, account_id, hsr_enabled, is_protected, removed, type, origin)
             VALUES ('acme', '{run}', gen_random_uuid(), true, false, false, 'USER', 'SYNCED');
             INSERT INTO reconcile.address_before (tenant_id, run_id, account_id, address, address_type, origin)
             SELECT tenant_id, run_id, account_id, 'ann@acme.example', 'PRIMARY', 'SYNCED' FROM reconcile.account_before"
        ))
        .await?;
    retention::retain(&ground.resources).await?;
    assert_eq!(
        ground
            .count("SELECT count(*) FROM reconcile.account_before")
            .await?,
        0
    );
    assert_eq!(
        ground
            .count("SELECT count(*) FROM reconcile.address_before")
            .await?,
        0
    );
    Ok(())
}

#[tokio::test]
async fn closed_rows_go_once_no_run_shows_them_and_open_ones_stay() -> Result<()> {
    let ground = Ground::new().await?;
    ground.lock().await?.commit().await?;
    ground
        .as_reconcile("UPDATE reconcile.tenant SET applied = 4")
        .await?;
    let shown = "history = 3, applied = true, rows_expire_time = now() + interval '1 day'";
    ground.outcome("SYNC", "SUCCEEDED", shown).await?;
    let expired = "history = 1, applied = true, rows_expire_time = now() - interval '1 day'";
    ground.outcome("SYNC", "SUCCEEDED", expired).await?;
    for (number, valid_to) in [(1, "3"), (2, "4"), (3, "NULL")] {
        ground.row(number, valid_to, None).await?;
    }
    retention::retain(&ground.resources).await?;
    let left = "SELECT count(*) FROM reconcile.claim_history WHERE row_id IN (2, 3)";
    assert_eq!(ground.count(left).await?, 2);
    assert_eq!(ground.count(ROWS).await?, 2);
    Ok(())
}

#[tokio::test]
async fn a_summary_goes_last_and_not_before_its_rows() -> Result<()> {
    let ground = Ground::new().await?;
    let old = "end_time = now() - interval '1000 days'";
    ground.outcome("SYNC", "FAILED", old).await?;
    let with_rows = "end_time = now() - interval '1000 days', rows_expire_time = now() + interval '1 day'";
    ground.outcome("SYNC", "SUCCEEDED", with_rows).await?;
    ground.outcome("SYNC", "FAILED", "end_time = now()").await?;
    retention::retain(&ground.resources).await?;
    assert_eq!(
        ground.count("SELECT count(*) FROM reconcile.run_outcome").await?,
        2
    );
    Ok(())
}

#[tokio::test]
async fn of_older_previews_and_held_runs_only_the_summary_is_kept() -> Result<()> {
    let ground = Ground::new().await?;
    let kept = KeptWhole {
        previews: 1,
        held_runs: 1,
    };
    let rows = "rows_expire_time = now() + interval '1 day'";
    for (kind, state, ended) in [
        ("PREVIEW", "SUCCEEDED", RunState::Succeeded),
        ("SYNC", "HELD", RunState::Held),
    ] {
        ground.outcome(kind, state, rows).await?;
        let newest = ground.outcome(kind, state, rows).await?;
        let mut tenant = ground.lock().await?;
        mark_superseded(kept, &mut tenant, newest, ended).await?;
        tenant.commit().await?;
    }
    let superseded =
        "SELECT count(*) FROM reconcile.run_outcome WHERE rows_superseded AND rows_expire_time <= now()";
    assert_eq!(ground.count(superseded).await?, 2);
    Ok(())
}

#[tokio::test]
async fn a_preview_that_a_sync_is_expected_to_equal_keeps_its_rows() -> Result<()> {
    let ground = Ground::new().await?;
    let rows = "rows_expire_time = now() + interval '1 day'";
    let expected = ground.outcome("PREVIEW", "SUCCEEDED", rows).await?;
    let newest = ground.outcome("PREVIEW", "SUCCEEDED", rows).await?;
    ground.ask("SYNC").await?;
    ground
        .as_scheduler(&format!(
            "UPDATE scheduler.run_request SET expect_preview_run_id = '{expected}' WHERE kind = 'SYNC'"
        ))
        .await?;
    let kept = KeptWhole {
        previews: 1,
        held_runs: 1,
    };
    let mut tenant = ground.lock().await?;
    mark_superseded(kept, &mut tenant, newest, RunState::Succeeded).await?;
    tenant.commit().await?;
    let superseded = "SELECT count(*) FROM reconcile.run_outcome WHERE rows_superseded";
    assert_eq!(ground.count(superseded).await?, 0);
    Ok(())
}
