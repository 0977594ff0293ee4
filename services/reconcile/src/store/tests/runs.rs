//! Tests of runs that begin, wait again, are lost and end.

use jiff::SignedDuration;
use prost::Message as _;
use rollcall_proto::v1::{self, RunState};

use super::*;
use crate::{
    store::run_record::{self, Beginning, Outcome},
    write,
};

const STATE: &str = "SELECT state FROM reconcile.run_outcome";

async fn state(ground: &Ground) -> Result<String> {
    Ok(sqlx::query_scalar(STATE)
        .fetch_one(ground.all().await?.connection())
        .await?)
}

#[tokio::test]
async fn a_run_that_begins_has_an_outcome_a_pulse_and_the_tenants_lease() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, started) = ground.started("SYNC").await?;
    assert_eq!(state(&ground).await?, "RUNNING");
    assert_eq!(
        (started.current.generation, started.current.credential_generation),
        (7, 6)
    );
    let tenant = ground.lock().await?;
    assert_eq!(tenant.row.lease.run, Some(key.run));
    assert_eq!(tenant.row.lease.worker.as_deref(), Some("first"));
    assert_eq!(tenant.row.lease.deadline, Some(started.deadline));
    assert!(tenant.last_heartbeat().is_some());
    Ok(())
}

#[tokio::test]
async fn the_deadline_of_an_attempt_stands_until_it_waits_for_the_next() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, started) = ground.started("SYNC").await?;
    let mut tenant = ground.lock().await?;
    let request = tenant.request(key.run).await?.unwrap_or_default();
    let later = Beginning {
        run: key.run,
        attempt: 1,
        takeovers: 1,
        deadline: started.deadline + SignedDuration::from_mins(5),
        takes_lease: true,
    };
    assert_eq!(
        run_record::begin(&mut tenant, &request, later).await?,
        started.deadline
    );
    let failure = v1::Failure {
        code: "CONNECT_TIMEOUT".to_owned(),
        ..v1::Failure::default()
    };
    let again = started.now + SignedDuration::from_mins(1);
    run_record::requeue(&mut tenant, key.run, Some((again, failure))).await?;
    assert_eq!(
        run_record::begin(&mut tenant, &request, later).await?,
        later.deadline
    );
    Ok(())
}

#[tokio::test]
async fn a_run_that_waits_for_its_next_attempt_says_why() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, started) = ground.started("SYNC").await?;
    let mut tenant = ground.lock().await?;
    let failure = v1::Failure {
        code: "CONNECT_TIMEOUT".to_owned(),
        ..v1::Failure::default()
    };
    run_record::requeue(&mut tenant, key.run, Some((started.now, failure))).await?;
    tenant.release().await?;
    tenant.commit().await?;
    let waits = "SELECT count(*) FROM reconcile.run_outcome
        WHERE state = 'QUEUED' AND attempt = 2 AND failure_code = 'CONNECT_TIMEOUT' AND next_attempt_time IS NOT NULL";
    assert_eq!(ground.count(waits).await?, 1);
    assert_eq!(ground.count("SELECT count(*) FROM reconcile.heartbeat").await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_end_of_a_run_is_its_outcome_its_event_and_the_end_of_its_lease() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, _) = ground.started("SYNC").await?;
    let mut tenant = ground.lock().await?;
    let outcome = Outcome {
        state: RunState::Succeeded,
        counts: v1::Counts {
            objects: 4,
            accounts_reduced: 2,
            ..v1::Counts::default()
        },
        accounts_changed: 3,
        reduced: 1,
        ..Outcome::default()
    };
    let ended = write::end(&mut tenant, key.run, outcome).await?;
    assert_eq!(ended.state(), RunState::Succeeded);
    tenant.commit().await?;
    let written = "SELECT count(*) FROM reconcile.run_outcome
        WHERE state = 'SUCCEEDED' AND counts ->> 'objects' = '4' AND accounts_reduced = 1 AND accounts_changed = 3
          AND NOT counts ? 'claims' AND end_time IS NOT NULL AND read_mode_reason IS NULL";
    assert_eq!(ground.count(written).await?, 1);
    assert_eq!(ground.count("SELECT count(*) FROM reconcile.heartbeat").await?, 0);
    let event = "SELECT count(*) FROM reconcile.outbox WHERE sequence = 1 AND routing_key = 'run.finished'";
    assert_eq!(ground.count(event).await?, 1);
    assert_eq!(ground.lock().await?.row.lease.run, None);
    Ok(())
}

#[tokio::test]
async fn a_run_that_lost_its_worker_waits_for_another_and_counts_it() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, _) = ground.started("SYNC").await?;
    let mut tenant = ground.lock().await?;
    assert!(write::lose(&mut tenant, key.run).await?.is_none());
    tenant.commit().await?;
    let waits = "SELECT count(*) FROM reconcile.run_outcome WHERE state = 'QUEUED' AND takeovers = 1";
    assert_eq!(ground.count(waits).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_run_that_was_cancelled_before_it_began_ends_with_an_outcome() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let run = ground.ask("SYNC").await?;
    ground
        .as_scheduler("UPDATE scheduler.run_request SET cancel_requested = true, cancel_time = now()")
        .await?;
    assert!(matches!(ground.begin(run, "first").await?, Begun::Finished));
    assert_eq!(state(&ground).await?, "CANCELLED");
    Ok(())
}

#[tokio::test]
async fn a_revert_that_was_cancelled_reports_the_pause_that_its_request_began() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let settings = v1::Settings {
        schedule: Some(v1::Schedule {
            every_hours: 1,
            ..v1::Schedule::default()
        }),
        ..v1::Settings::default()
    };
    sqlx::query("UPDATE scheduler.settings SET settings = $1")
        .bind(settings.encode_to_vec())
        .execute(&mut ground.database.connect(Role::Scheduler, Scope::Fleet).await?)
        .await?;
    let (run, sync) = (RunId::from_uuid(Uuid::now_v7()), Uuid::now_v7());
    ground
        .as_scheduler(&format!(
            "INSERT INTO scheduler.run_request
                 (run_id, tenant_id, kind, trigger, lane, acts_on_run_id, cancel_requested, cancel_time)
             VALUES ('{run}', 'acme', 'REVERT', 'MANUAL', 'interactive', '{sync}', true, now())"
        ))
        .await?;
    assert!(matches!(ground.begin(run, "first").await?, Begun::Finished));
    let events: Vec<String> =
        sqlx::query_scalar("SELECT routing_key FROM reconcile.outbox ORDER BY sequence")
            .fetch_all(ground.all().await?.connection())
            .await?;
    assert_eq!(events, ["run.finished", "schedule.paused"]);
    Ok(())
}
