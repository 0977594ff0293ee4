//! The due tick.

use super::*;
use crate::store::DueRun;

/// Takes the tenant, which is due, and asks for its sync.
pub(super) async fn take_and_finish(ground: &Ground) -> Result<RunId> {
    let run_id = RunId::from_uuid(Uuid::now_v7());
    assert_eq!(finish(ground, run_id).await?, 1);
    Ok(run_id)
}

async fn finish(ground: &Ground, run_id: RunId) -> Result<u64> {
    let (tick, due) = ground.store.take_due(10).await?;
    let due = due.first().context("a tenant that is due")?;
    let run = DueRun {
        tenant_id: due.tenant_id.clone(),
        run_id: due.runs.then_some(run_id),
        next_run_time: time("2020-01-01T01:00:00Z")?,
    };
    Ok(tick.finish(&[run], &["CONNECT_TIMEOUT"]).await?)
}

#[tokio::test]
async fn a_tenant_that_is_due_is_taken_by_one_scheduler() -> Result<()> {
    let ground = Ground::with_schedule(time("2020-01-01T00:00:00Z")?).await?;
    let (_tick, due) = ground.store.take_due(10).await?;
    let due = due.first().context("a tenant that is due")?;
    assert_eq!(
        (due.tenant_id.as_str(), due.every_hours, due.runs),
        (TENANT, 1, true)
    );
    let (_other, left) = ground.store.take_due(10).await?;
    assert!(left.is_empty(), "{left:?}");
    Ok(())
}

#[tokio::test]
async fn a_due_sync_is_asked_for_once_while_it_waits() -> Result<()> {
    let ground = Ground::with_schedule(time("2020-01-01T00:00:00Z")?).await?;
    let run = take_and_finish(&ground).await?;
    let again = finish(&ground, RunId::from_uuid(Uuid::now_v7())).await?;
    assert_eq!(again, 0, "the first one still waits");
    ground.note(run, "SUCCEEDED", true).await?;
    take_and_finish(&ground).await?;
    Ok(())
}

#[tokio::test]
async fn a_sync_after_a_slow_failure_goes_to_the_slow_lane() -> Result<()> {
    let ground = Ground::with_schedule(time("2020-01-01T00:00:00Z")?).await?;
    let run = take_and_finish(&ground).await?;
    ground.note_slow_failure(run).await?;
    let next = take_and_finish(&ground).await?;
    let claim = crate::store::Claim::new(Duration::from_secs(30));
    let unpublished = ground.store.claim_unpublished(10, claim).await?;
    let lane = unpublished
        .iter()
        .find(|request| request.run_id == next)
        .map(|request| request.lane);
    assert_eq!(lane, Some(Lane::Slow));
    Ok(())
}

#[tokio::test]
async fn a_tenant_without_domains_goes_on_without_runs() -> Result<()> {
    let ground = Ground::with_schedule(time("2020-01-01T00:00:00Z")?).await?;
    ground.as_reconcile("DELETE FROM portal.domain").await?;
    assert_eq!(finish(&ground, RunId::from_uuid(Uuid::now_v7())).await?, 0);
    let stored = ground.store.settings(&ground.tenant).await?.context("settings")?;
    assert_eq!(stored.next_run_time, Some(time("2020-01-01T01:00:00Z")?));
    assert!(ground.store.seconds_to_next_due().await?.context("a next one")? < 0.0);
    Ok(())
}
