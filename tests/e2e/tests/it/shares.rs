//! Shares of one tenant in common resources: manual runs, and rows that are kept.

use std::time::Duration;

use anyhow::{Context, Result};
use rollcall_e2e::{office::REMOVING, status::refused, tenant::in_short, wait};
use rollcall_proto::v1::{Run, RunState};
use rollcall_testbed::{Kind, StackOptions};
use tonic::Code;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::{
    own::{Own, succeeded},
    removal::leave,
};

const ROWS_OF_PREVIEWS: &str =
    "SELECT count(*) FROM reconcile.claim_history WHERE tenant_id = $1 AND preview_run_id IS NOT NULL";

#[tokio::test]
async fn a_tenant_gets_ten_manual_runs_in_ten_minutes_and_the_refusal_says_when_it_gets_more() -> Result<()> {
    let no_workers = StackOptions {
        workers: 0,
        ..StackOptions::default().set(Kind::Scheduler, "ROLLCALL_LIMITS__MANUAL_RUNS", "10")
    };
    let own = Own::start(no_workers).await?;
    let (tenant, _forest) = own.office("shares").saved().await?;
    for _ in 0..9 {
        // A run that waits already is answered, and does not count.
        let preview = tenant.start_preview().await?;
        assert_eq!(tenant.start_preview().await?, preview);
        tenant.cancel(&preview).await?;
    }
    // Two at the same moment, and room for one.
    let (sync, preview) = tokio::join!(tenant.start_sync(), tenant.start_preview());
    let status = match (sync, preview) {
        (Ok(sync), Err(status)) => {
            assert_eq!(tenant.start_sync().await?, sync, "it waits, and is answered");
            status
        }
        (Err(status), Ok(preview)) => {
            assert_eq!(
                tenant.start_preview().await?,
                preview,
                "it waits, and is answered"
            );
            status
        }
        both => anyhow::bail!("one of the two should have been refused: {both:?}"),
    };
    let retry = status
        .get_details_retry_info()
        .and_then(|retry| retry.retry_delay);
    let retry = retry.context("when to try again")?;
    assert!(
        retry > Duration::from_mins(5) && retry <= Duration::from_secs(601),
        "{retry:?}"
    );
    let refusal = refused::<()>(Err(status));
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::ResourceExhausted, "TOO_MANY_RUNS")
    );
    assert!(refusal.message.contains("try again in"), "{}", refusal.message);

    let (other, _others_forest) = own.office("shares-too").saved().await?;
    other.start_sync().await?;

    sqlx::query("UPDATE scheduler.run_request SET create_time = create_time - interval '10 minutes' WHERE tenant_id = $1")
        .bind(&tenant.id)
        .execute(&own.database)
        .await?;
    tenant.start_sync().await?;
    tenant.start_preview().await?;
    Ok(())
}

#[tokio::test]
async fn the_newest_three_previews_are_kept_whole_and_of_older_ones_the_summary() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (tenant, _forest) = own.office("previews").crowd(4).saved().await?;
    let mut previews = Vec::new();
    for _ in 0..5 {
        previews.push(tenant.preview().await?);
    }
    for old in &previews[..2] {
        assert_eq!(refused(tenant.rows(&old.run_id).await).reason, "SUMMARY_ONLY");
        let shown = tenant.run(&old.run_id).await?;
        assert_eq!(shown.counts, old.counts, "the summary is kept");
        let until = |run: &Run| run.rows_expire_time.map(|time| time.seconds);
        assert!(until(&shown) < until(old), "and its time is shown: {shown:?}");
        let expecting = tenant.start_sync_expecting(&old.run_id).await;
        assert_eq!(refused(expecting).reason, "SUMMARY_ONLY");
    }
    for new in &previews[2..] {
        assert_eq!(tenant.rows(&new.run_id).await?.len(), 4);
    }
    let rows = || own.number(ROWS_OF_PREVIEWS, &tenant);
    wait::until("the older previews' rows to go", rows, |rows| *rows == 12).await?;
    let sync = tenant.start_sync_expecting(&previews[2].run_id).await?;
    succeeded(&tenant, &sync).await?;
    Ok(())
}

#[tokio::test]
async fn a_preview_keeps_its_rows_while_a_sync_waits_to_equal_it() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (tenant, _forest) = own.office("awaited").crowd(2).saved().await?;
    let awaited = tenant.preview().await?;
    // A sync that expects it, and that no publisher takes until it is let go.
    let sync = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO scheduler.run_request \
         (run_id, tenant_id, kind, trigger, lane, expect_preview_run_id, claim_expire_time) \
         VALUES ($1, $2, 'SYNC', 'MANUAL', 'interactive', $3, now() + interval '1 hour')",
    )
    .bind(sync)
    .bind(&tenant.id)
    .bind(Uuid::parse_str(&awaited.run_id)?)
    .execute(&own.database)
    .await?;
    for _ in 0..3 {
        tenant.preview().await?;
    }
    assert_eq!(tenant.rows(&awaited.run_id).await?.len(), 2);

    sqlx::query("UPDATE scheduler.run_request SET claim_expire_time = NULL WHERE run_id = $1")
        .bind(sync)
        .execute(&own.database)
        .await?;
    succeeded(&tenant, &sync.to_string()).await?;
    assert_eq!(
        refused(tenant.rows(&awaited.run_id).await).reason,
        "SUMMARY_ONLY",
        "it is no longer used"
    );
    Ok(())
}

#[tokio::test]
async fn the_newest_held_runs_are_kept_whole_and_the_newest_can_be_approved() -> Result<()> {
    let two = StackOptions::default().set(Kind::Reconcile, "ROLLCALL_RETENTION__HELD_RUNS", "2");
    let own = Own::start(two).await?;
    let (tenant, forest) = own.office("heldruns").crowd(20).furnished().await?;
    tenant.put_removal(forest.settings(), REMOVING).await?;
    tenant.sync().await?;
    leave(&forest, 0..8).await?;
    let first = tenant.held_sync().await?;
    leave(&forest, [8]).await?;
    let second = tenant.held_sync().await?;
    let same = tenant.held_sync().await?;
    assert_eq!(same.rows_of_run_id, second.run_id);
    let before = in_short(&tenant.rows(&first.run_id).await?);
    assert_eq!(before.len(), 20, "two are kept, and the third shows the second's");
    leave(&forest, [9]).await?;
    let third = tenant.held_sync().await?;
    assert_eq!(refused(tenant.rows(&first.run_id).await).reason, "SUMMARY_ONLY");
    assert_eq!(tenant.run(&first.run_id).await?.state(), RunState::Held);
    for kept in [&second, &same, &third] {
        assert_eq!(tenant.rows(&kept.run_id).await?.len(), 20, "{kept:?}");
    }
    tenant.approve(&third.run_id).await?;
    assert_eq!(tenant.accounts().await?.len(), 10);
    Ok(())
}
