//! The lease and its fence.

use rollcall_proto::v1::RunStage;

use super::*;
use crate::{
    error::ReconcileError,
    progress::Progress,
    runs::heartbeat::{self, Pulse},
    store::lease,
    upkeep::sweeper,
};

const PROGRESS: Progress = Progress {
    stage: RunStage::Reading,
    objects: 20,
    claims: 30,
};

#[tokio::test]
async fn a_tenant_has_one_lease_and_its_holder_is_known() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, _) = ground.started("SYNC").await?;
    assert!(matches!(
        ground.begin(key.run, "first").await?,
        Begun::RunningHere
    ));
    assert!(matches!(ground.begin(key.run, "second").await?, Begun::Taken));
    let other = ground.ask("PREVIEW").await?;
    assert!(matches!(ground.begin(other, "second").await?, Begun::Busy));
    Ok(())
}

#[tokio::test]
async fn a_fence_grows_with_each_lease_and_an_older_one_is_refused() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (first, _) = ground.started("SYNC").await?;
    let mut tenant = ground.lock().await?;
    tenant.release().await?;
    tenant.commit().await?;
    let (second, _) = ground.started("SYNC").await?;
    assert!(second.fence.0 > first.fence.0);
    let gate = &ground.resources.store.runs;
    let held = TenantLock::open_held(gate, &first).await;
    assert!(matches!(held, Err(ReconcileError::Fenced)));
    assert!(TenantLock::open_held(gate, &second).await.is_ok());
    let beat = heartbeat::heartbeat(&ground.resources, &first, PROGRESS).await;
    assert!(matches!(beat, Err(ReconcileError::Fenced)));
    Ok(())
}

#[tokio::test]
async fn a_heartbeat_keeps_the_progress_and_hears_of_a_cancellation() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, _) = ground.started("SYNC").await?;
    assert_eq!(
        heartbeat::heartbeat(&ground.resources, &key, PROGRESS).await?,
        Pulse::GoesOn
    );
    let kept = "SELECT count(*) FROM reconcile.heartbeat WHERE objects = 20 AND claims = 30";
    assert_eq!(ground.count(kept).await?, 1);
    ground
        .as_scheduler("UPDATE scheduler.run_request SET cancel_requested = true, cancel_time = now()")
        .await?;
    assert_eq!(
        heartbeat::heartbeat(&ground.resources, &key, PROGRESS).await?,
        Pulse::Cancelled
    );
    ground
        .as_reconcile("DELETE FROM reconcile.heartbeat; UPDATE reconcile.run_outcome SET end_time = now()")
        .await?;
    assert_eq!(
        heartbeat::heartbeat(&ground.resources, &key, PROGRESS).await?,
        Pulse::Over
    );
    Ok(())
}

#[tokio::test]
async fn a_run_past_its_deadline_loses_its_lease_to_the_sweeper() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    ground.started("SYNC").await?;
    sweeper::sweep(&ground.resources).await?;
    assert!(ground.lock().await?.row.lease.run.is_some());
    ground
        .as_reconcile("UPDATE reconcile.lease SET deadline = now() - interval '1 hour'")
        .await?;
    sweeper::sweep(&ground.resources).await?;
    assert_eq!(ground.lock().await?.row.lease.run, None);
    Ok(())
}

#[tokio::test]
async fn a_malformed_tenant_keeps_no_other_run_in_its_lease() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    ground.started("SYNC").await?;
    ground
        .as_reconcile(
            "INSERT INTO reconcile.lease (tenant_id, run_id, fence) VALUES ('NOT A TENANT', gen_random_uuid(), 1);
             UPDATE reconcile.lease SET deadline = now() - interval '1 hour'",
        )
        .await?;
    sweeper::sweep(&ground.resources).await?;
    assert_eq!(ground.lock().await?.row.lease.run, None);
    Ok(())
}

#[tokio::test]
async fn a_heartbeat_reports_the_stage_and_takes_none_back_that_is_written() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, _) = ground.started("SYNC").await?;
    let stage = async || -> Result<String> {
        let stage = sqlx::query_scalar("SELECT stage FROM reconcile.heartbeat WHERE run_id = $1");
        Ok(stage
            .bind(key.run.as_uuid())
            .fetch_one(ground.all().await?.connection())
            .await?)
    };
    assert_eq!(stage().await?, "CONNECTING");
    heartbeat::heartbeat(&ground.resources, &key, PROGRESS).await?;
    assert_eq!(stage().await?, "READING");
    let unknown = Progress {
        stage: RunStage::Unspecified,
        ..PROGRESS
    };
    heartbeat::heartbeat(&ground.resources, &key, unknown).await?;
    assert_eq!(stage().await?, "READING", "an older worker reports none");
    lease::note_writing(ground.gate(), &key).await?;
    heartbeat::heartbeat(&ground.resources, &key, PROGRESS).await?;
    assert_eq!(stage().await?, "WRITING");
    Ok(())
}
