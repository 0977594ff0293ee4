//! Runs: `results.run_request` and `results.run_outcome`.

use rollcall_proto::v1::{Counts, LeftOut, RunStage, RunState};

use super::*;
use crate::store::runs;

#[tokio::test]
async fn a_run_is_its_request_until_a_worker_begins_it() -> Result<()> {
    let ground = Ground::new().await?;
    let key = ground.ask("SYNC").await?;
    let run = ground.store.run(&key).await.map_err(refused)?;
    assert_eq!((run.state(), run.attempt), (RunState::Queued, 1));
    ground.note(&key, "RUNNING", "").await?;
    let beat = format!(
        "INSERT INTO reconcile.heartbeat (tenant_id, run_id, fence, beat_time, objects, claims, stage)
         VALUES ('acme', '{}', 1, now(), 20, 30, 'READING')",
        key.run_id
    );
    ground.as_reconcile(&beat).await?;
    let run = ground.store.run(&key).await.map_err(refused)?;
    let counts = run.counts.unwrap_or_default();
    assert_eq!(
        (run.state(), run.stage(), counts.objects, counts.claims),
        (RunState::Running, RunStage::Reading, 20, 30)
    );
    Ok(())
}

#[tokio::test]
async fn every_count_of_an_outcome_is_shown_as_what_it_is() -> Result<()> {
    let ground = Ground::new().await?;
    let key = ground.ask("SYNC").await?;
    let counted = r#"counts = '{"objects": 1, "claims": 2, "not_email": 3, "references": 4, "add": 5, "keep": 6,
        "update": 7, "remove": 8, "stale": 9, "skip": 10, "accounts": 11, "welcomes": 12, "accounts_reduced": 13,
        "accounts_created": 14, "spoilt": 15}'"#;
    ground.note(&key, "SUCCEEDED", counted).await?;
    let run = ground.store.run(&key).await.map_err(refused)?;
    let expected = Counts {
        objects: 1,
        claims: 2,
        not_email: 3,
        references: 4,
        add: 5,
        keep: 6,
        update: 7,
        remove: 8,
        stale: 9,
        skip: 10,
        accounts: 11,
        welcomes: 12,
        accounts_reduced: 13,
        accounts_created: 14,
        spoilt: 15,
    };
    assert_eq!(run.counts, Some(expected));
    assert!(run.end_time.is_some() && run.failure.is_none());
    Ok(())
}

#[tokio::test]
async fn what_a_read_left_out_is_shown_with_its_run() -> Result<()> {
    let ground = Ground::new().await?;
    let key = ground.ask("SYNC").await?;
    let left_out =
        r#"left_out = '{"contexts": ["DC=brand"], "references": ["ldap://b/DC=b"], "more_references": 2}'"#;
    ground.note(&key, "SUCCEEDED", left_out).await?;
    let run = ground.store.run(&key).await.map_err(refused)?;
    let expected = LeftOut {
        contexts: vec!["DC=brand".to_owned()],
        references: vec!["ldap://b/DC=b".to_owned()],
        more_references: 2,
        ..LeftOut::default()
    };
    assert_eq!(run.left_out, Some(expected));
    Ok(())
}

#[tokio::test]
async fn runs_are_listed_from_the_newest_on() -> Result<()> {
    let ground = Ground::new().await?;
    let first = ground.ask("SYNC").await?;
    let second = ground.ask("PREVIEW").await?;
    let third = ground.ask("SYNC").await?;
    let ids = |runs: Vec<rollcall_proto::v1::Run>| runs.into_iter().map(|run| run.run_id).collect::<Vec<_>>();
    let page = ground.store.runs("acme", None, 2).await.map_err(refused)?;
    assert_eq!(ids(page), [third.run_id.to_string(), second.run_id.to_string()]);
    let page = ground
        .store
        .runs("acme", Some(second.run_id), 2)
        .await
        .map_err(refused)?;
    assert_eq!(ids(page), [first.run_id.to_string()]);
    assert!(
        ground
            .store
            .runs("other", None, 2)
            .await
            .map_err(refused)?
            .is_empty()
    );
    Ok(())
}

#[tokio::test]
async fn a_run_that_was_cancelled_while_it_waited_ended_at_that_moment() -> Result<()> {
    let ground = Ground::new().await?;
    let key = ground.ask("SYNC").await?;
    ground
        .as_scheduler(
            "UPDATE scheduler.run_request SET cancel_requested = true, cancel_time = now() - interval '1 hour'",
        )
        .await?;
    let run = ground.store.run(&key).await.map_err(refused)?;
    assert_eq!(run.state(), RunState::Cancelled);
    assert!(run.end_time.is_some());
    ground.note(&key, "CANCELLED", "start_time = NULL").await?;
    let noted = ground.store.run(&key).await.map_err(refused)?;
    assert_eq!(
        noted.end_time, run.end_time,
        "the time does not move when a worker notes it"
    );
    Ok(())
}

#[tokio::test]
async fn the_last_read_is_one_that_came_to_an_end_and_whose_rows_are_kept() -> Result<()> {
    let ground = Ground::new().await?;
    let read = ground.applied(1, &[]).await?;
    let expired = ground.ask("SYNC").await?;
    ground
        .note(
            &expired,
            "SUCCEEDED",
            "rows_expire_time = now() - interval '1 day'",
        )
        .await?;
    let failed = ground.ask("SYNC").await?;
    ground
        .note(&failed, "FAILED", "failure_code = 'TIME_LIMIT'")
        .await?;
    let differs = ground.ask("SYNC").await?;
    ground
        .note(&differs, "HELD", "held_reason = 'CHANGED_SINCE_PREVIEW'")
        .await?;
    ground.ask("PREVIEW").await?;
    let last = runs::last_read(&mut ground.acme().await?, "acme")
        .await
        .map_err(refused)?;
    assert_eq!(last.map(|(_, rows)| rows), Some(read));
    Ok(())
}

#[tokio::test]
async fn a_run_whose_place_was_taken_shows_only_its_summary() -> Result<()> {
    let ground = Ground::new().await?;
    let key = ground.applied(1, &[]).await?;
    assert!(runs::with_rows(&mut ground.acme().await?, &key).await.is_ok());
    ground
        .as_reconcile("UPDATE reconcile.run_outcome SET rows_superseded = true")
        .await?;
    let refusal = runs::with_rows(&mut ground.acme().await?, &key)
        .await
        .map_err(refused);
    let refusal = refusal.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refusal.contains("only its summary is kept"), "{refusal}");
    Ok(())
}

#[tokio::test]
async fn a_run_is_looked_for_in_the_partition_of_its_month() -> Result<()> {
    let ground = Ground::new().await?;
    let range = "FOR VALUES FROM ('01924500-0000-7000-8000-000000000000') TO ('0192e400-0000-7000-8000-000000000000')";
    ground
        .database
        .run_as_owner(
            Role::Scheduler,
            &format!("CREATE TABLE scheduler.run_request_2024_10 PARTITION OF scheduler.run_request {range}"),
        )
        .await?;
    ground
        .database
        .run_as_owner(
            Role::Reconcile,
            &format!("CREATE TABLE reconcile.run_outcome_2024_10 PARTITION OF reconcile.run_outcome {range}"),
        )
        .await?;
    let explain = concat!("EXPLAIN ", include_str!("../../../sql/run/of_tenant.sql"));
    let plan: Vec<String> = sqlx::query_scalar(explain)
        .bind("acme")
        .bind(Uuid::parse_str("01926500-0000-7000-8000-000000000001")?)
        .bind(None::<Uuid>)
        .bind(false)
        .bind(1_i64)
        .fetch_all(ground.acme().await?.connection())
        .await?;
    let plan = plan.join("\n");
    // The run itself; the one whose rows it shows is looked for once it is known.
    for run in ["run_request_{} run_request ", "run_outcome_{} o "] {
        assert!(plan.contains(&run.replace("{}", "2024_10")), "{plan}");
        assert!(!plan.contains(&run.replace("{}", "default")), "{plan}");
    }
    Ok(())
}
