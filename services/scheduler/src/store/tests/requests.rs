//! Requests, and what is known of their runs.

use rollcall_proto::v1::RunState;

use super::*;
use crate::store::ManualRunLimit;

#[tokio::test]
async fn a_request_waits_until_a_worker_begins_it() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.ask(Lane::Interactive).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    assert_eq!(change.waiting_request(RunKind::Sync, None).await?, Some(run));
    assert_eq!(change.waiting_request(RunKind::Preview, None).await?, None);
    ground.note(run, "RUNNING", false).await?;
    assert_eq!(change.waiting_request(RunKind::Sync, None).await?, None);
    Ok(())
}

#[tokio::test]
async fn a_cancelled_request_is_finished_unless_a_worker_took_it() -> Result<()> {
    let ground = Ground::new().await?;
    let (never_taken, taken) = (
        ground.ask(Lane::Interactive).await?,
        ground.ask(Lane::Interactive).await?,
    );
    ground.note(taken, "RUNNING", false).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    change.cancel_request(never_taken).await?;
    change.cancel_request(taken).await?;
    assert!(
        change
            .request_state(never_taken)
            .await?
            .context("a request")?
            .is_finished()
    );
    assert!(
        !change
            .request_state(taken)
            .await?
            .context("a request")?
            .is_finished()
    );
    Ok(())
}

#[tokio::test]
async fn a_tenant_may_ask_again_once_the_oldest_of_its_runs_is_old_enough() -> Result<()> {
    let ground = Ground::new().await?;
    let limit = ManualRunLimit {
        runs: 1,
        period: Duration::from_mins(30),
    };
    ground.ask(Lane::Interactive).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    let possible_time = change.manual_run_possible_time(limit).await?.context("a time")?;
    assert!(possible_time > change.now());
    drop(change);
    ground.age("create_time").await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    assert_eq!(change.manual_run_possible_time(limit).await?, None);
    Ok(())
}

#[tokio::test]
async fn the_last_failure_chooses_the_lane_of_a_read() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.ask(Lane::Interactive).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    assert_eq!(change.lane_of_read().await?, Lane::Interactive);
    ground.note_slow_failure(run).await?;
    assert_eq!(change.lane_of_read().await?, Lane::Slow);
    Ok(())
}

#[tokio::test]
async fn a_run_shows_its_outcome_and_the_run_that_acts_on_it() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.ask(Lane::Interactive).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    let facts = change.run_facts(run).await?.context("a run")?;
    assert_eq!(
        (facts.kind, facts.state, facts.end_time),
        (RunKind::Sync, RunState::Unspecified, None)
    );
    ground.note(run, "SUCCEEDED", true).await?;
    ground
        .as_reconcile("UPDATE reconcile.run_outcome SET accounts_changed = 3, rows_superseded = true")
        .await?;
    let revert = RunId::from_uuid(Uuid::now_v7());
    change
        .insert_request(NewRequest {
            run_id: revert,
            lane: Lane::Interactive,
            kind: RunKind::Revert,
            trigger: RunTrigger::Manual,
            acts_on: Some(run),
            expects: None,
            requested_by: &act("RevertRun"),
            traceparent: None,
        })
        .await?;
    let facts = change.run_facts(run).await?.context("a run")?;
    assert_eq!((facts.state, facts.accounts_changed), (RunState::Succeeded, 3));
    assert!(facts.end_time.is_some() && facts.rows_superseded && facts.newest_held);
    assert_eq!(facts.acted_on_by, Some(revert));
    Ok(())
}
