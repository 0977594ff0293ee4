//! The sweeper's steps.

use super::*;
use crate::store::{Claim, Patience};

const PATIENCE: Patience = Patience {
    interactive: Duration::from_mins(1),
    scheduled: Duration::from_mins(1),
    silent: Duration::from_mins(1),
};

/// A run whose job was published.
async fn published(ground: &Ground) -> Result<RunId> {
    let run = ground.ask(Lane::Interactive).await?;
    let taken = ground
        .store
        .claim_unpublished(10, Claim::new(Duration::from_mins(1)))
        .await?;
    ground.store.mark_published(&taken).await?;
    Ok(run)
}

#[tokio::test]
async fn a_request_whose_run_has_ended_is_closed_and_then_deleted() -> Result<()> {
    let ground = Ground::new().await?;
    let run = published(&ground).await?;
    let last = Uuid::max();
    assert_eq!(ground.store.close_ended(10).await?, 0);
    assert_eq!(ground.store.delete_before(last, 10).await?, 0, "it is still open");
    ground.note(run, "SUCCEEDED", true).await?;
    assert_eq!(ground.store.close_ended(10).await?, 1);
    assert_eq!(ground.store.delete_before(run.as_uuid(), 10).await?, 0);
    assert_eq!(ground.store.delete_before(last, 10).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_job_that_no_worker_took_in_time_is_published_again() -> Result<()> {
    let ground = Ground::new().await?;
    published(&ground).await?;
    assert_eq!(ground.store.unpublish_lost(PATIENCE, 10).await?, 0);
    ground.age("publish_time").await?;
    assert_eq!(ground.store.unpublish_lost(PATIENCE, 10).await?, 1);
    let claim = Claim::new(Duration::from_mins(1));
    assert_eq!(ground.store.claim_unpublished(10, claim).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_run_that_fell_silent_is_published_again() -> Result<()> {
    let ground = Ground::new().await?;
    let run = published(&ground).await?;
    ground.note(run, "RUNNING", false).await?;
    let beat = format!(
        "INSERT INTO reconcile.heartbeat (tenant_id, run_id, fence, beat_time)
         VALUES ('{TENANT}', '{run}', 1, now() - interval '10 minutes')"
    );
    ground.as_reconcile(&beat).await?;
    assert_eq!(
        ground.store.unpublish_silent(PATIENCE, 10).await?,
        0,
        "its job is new"
    );
    ground.age("publish_time").await?;
    assert_eq!(
        ground.store.unpublish_lost(PATIENCE, 10).await?,
        0,
        "a worker took it"
    );
    assert_eq!(ground.store.unpublish_silent(PATIENCE, 10).await?, 1);
    Ok(())
}
