//! Times at which runs begin: schedules that wait, retry, pause and go on, and syncs that are requested in between.

use anyhow::{Context, Result};
use rollcall_e2e::{
    Forest, Office, Tenant, person,
    status::{Refusal, refused},
    wait,
};
use rollcall_proto::v1::{
    Directory, HeldReason, PausedReason, Removal, Run, RunState, RunTrigger, Schedule, Security, Settings,
    Verdict,
};
use tonic::Code;

use crate::{
    office::{past, runs, scheduled_run},
    own::{STALLED_AT, people, reading, succeeded},
};

fn hourly(tenant: &Tenant, directory: Directory) -> Settings {
    Settings {
        schedule: Some(Schedule {
            every_hours: 1,
            ..Schedule::default()
        }),
        ..tenant.settings(directory)
    }
}

/// The run once it waits for this attempt.
async fn waiting_for(tenant: &Tenant, attempt: i32) -> Result<Run> {
    let newest = || async { Ok(runs(tenant).await?.into_iter().next()) };
    let waits = |run: &Option<Run>| {
        run.as_ref()
            .is_some_and(|run| run.attempt == attempt && run.next_attempt_time.is_some())
    };
    wait::until("the run to wait for its next attempt", newest, waits)
        .await?
        .context("a run")
}

#[tokio::test]
async fn a_scheduled_run_that_cannot_connect_shows_its_next_attempts_10_s_and_a_minute_later() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("attempts").await?;
    let directory = Directory {
        port: i32::from(forest.closed_port()?),
        ..forest.settings()
    };
    tenant.put(hourly(&tenant, directory)).await?;
    past().await?.due(&tenant).await?;
    let mut before = None;
    for (attempt, seconds) in [(2, 10), (3, 60)] {
        let run = waiting_for(&tenant, attempt).await?;
        assert_eq!(run.state(), RunState::Queued);
        assert_eq!(run.failure.context("why it waits")?.code, "CANNOT_CONNECT");
        let next = run.next_attempt_time.context("when")?.seconds;
        let start = before.unwrap_or(run.start_time.context("a start")?.seconds);
        let wait = next - start;
        assert!(
            (seconds..seconds + 20).contains(&wait),
            "attempt {attempt} in {wait} s"
        );
        before = Some(next);
    }
    Ok(())
}

#[tokio::test]
async fn three_refused_binds_of_any_origin_pause_the_schedule_until_the_password_is_entered_again()
-> Result<()> {
    let (tenant, forest) = Office::new("binds").people(["ann", "bob"]).saved().await?;
    let wrong = Directory {
        bind_password: Some("wrong".to_owned()),
        ..forest.settings()
    };
    tenant.put(hourly(&tenant, wrong)).await?;
    assert_eq!(scheduled_run(&tenant).await?.state(), RunState::Failed);
    tenant.failed_sync().await?;
    assert!(tenant.saved().await?.next_run_time.is_some(), "two are not three");
    tenant.test_connection(None).await?;
    let paused = wait::until(
        "the pause",
        || async { Ok(tenant.saved().await?) },
        |saved| saved.paused_reason() == PausedReason::CredentialsRefused,
    )
    .await?;
    assert_eq!(paused.next_run_time, None);
    assert_eq!(refused(tenant.resume().await).reason, "CREDENTIALS_REFUSED");

    let mut same = hourly(&tenant, forest.settings());
    if let Some(directory) = &mut same.directory {
        directory.bind_password = None;
    }
    let kept = tenant.put(same).await?;
    assert_eq!(
        kept.paused_reason(),
        PausedReason::CredentialsRefused,
        "another save does not end it"
    );
    let again = tenant.put(hourly(&tenant, forest.settings())).await?;
    assert_eq!(again.paused_reason(), PausedReason::Unspecified);
    assert!(again.next_run_time.is_some());
    assert_eq!(scheduled_run(&tenant).await?.state(), RunState::Succeeded);
    Ok(())
}

#[tokio::test]
async fn refused_binds_count_only_in_a_row() -> Result<()> {
    let (tenant, forest) = Office::new("inarow").people(["ann", "bob"]).saved().await?;
    forest.add(&person("reader")).await?;
    let reader = forest.settings_as("reader").await?;
    tenant.put(hourly(&tenant, reader)).await?;
    for flags in ["514", "514", "512", "514", "514"] {
        forest.set("reader", "userAccountControl", &[flags]).await?;
        let run = tenant.ended(&tenant.start_sync().await?).await?;
        assert_eq!(run.state() == RunState::Succeeded, flags == "512");
    }
    assert_eq!(tenant.saved().await?.paused_reason(), PausedReason::Unspecified);
    tenant.failed_sync().await?;
    assert_eq!(
        tenant.saved().await?.paused_reason(),
        PausedReason::CredentialsRefused
    );
    Ok(())
}

#[tokio::test]
async fn ticks_that_were_missed_are_one_run() -> Result<()> {
    let (tenant, forest) = Office::new("missed").people(["ann", "bob"]).saved().await?;
    tenant.put(hourly(&tenant, forest.settings())).await?;
    scheduled_run(&tenant).await?;
    scheduled_run(&tenant).await?;
    let ran = runs(&tenant).await?;
    assert_eq!(ran.len(), 2, "{ran:?}");
    Ok(())
}

#[tokio::test]
async fn a_resumed_schedule_has_missed_none() -> Result<()> {
    let (tenant, forest) = Office::new("resumed").people(["ann", "bob"]).saved().await?;
    assert_eq!(refused(tenant.resume().await).reason, "NO_SCHEDULE");
    tenant.put(hourly(&tenant, forest.settings())).await?;
    assert_eq!(refused(tenant.resume().await).reason, "NOT_PAUSED");
    let sync = tenant.sync().await?;
    let revert = tenant.revert(&sync.run_id).await?;
    let before = runs(&tenant).await?.len();
    let resumed = tenant.resume().await?;
    let next = resumed.next_run_time.context("when")?;
    assert!(next.seconds > revert.end_time.context("an end")?.seconds);
    assert_eq!(runs(&tenant).await?.len(), before);
    Ok(())
}

#[tokio::test]
async fn saving_the_settings_ends_the_pause_of_a_revert() -> Result<()> {
    let (tenant, forest) = Office::new("saved").people(["ann", "bob"]).saved().await?;
    tenant.put(hourly(&tenant, forest.settings())).await?;
    let sync = tenant.sync().await?;
    tenant.revert(&sync.run_id).await?;
    assert_eq!(tenant.saved().await?.paused_reason(), PausedReason::Reverted);
    let saved = tenant.put(hourly(&tenant, forest.settings())).await?;
    assert_eq!(saved.paused_reason(), PausedReason::Unspecified);
    assert!(saved.next_run_time.is_some());
    Ok(())
}

#[tokio::test]
async fn a_sync_asked_for_while_one_reads_is_queued_behind_it_and_once() -> Result<()> {
    let (tenant, forest) = Office::new("behind").people(["ann", "bob"]).saved().await?;
    let proxy = forest.proxy().await?;
    tenant.put_directory(proxy.settings(Security::Plaintext)).await?;
    proxy.stall_after(STALLED_AT);
    let reads = reading(&tenant, &proxy).await?;
    let queued = tenant.start_sync().await?;
    assert_ne!(queued, reads);
    assert_eq!(
        tenant.start_sync().await?,
        queued,
        "the one that waits is answered"
    );
    let preview = tenant.start_preview().await?;
    assert!(
        preview != queued && preview != reads,
        "a preview stands for no sync"
    );
    proxy.heal();
    for run_id in [&reads, &queued, &preview] {
        succeeded(&tenant, run_id).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_sync_that_decides_as_the_preview_that_was_looked_at_goes_through() -> Result<()> {
    let (tenant, _) = Office::new("expected").people(["ann", "bob"]).saved().await?;
    let preview = tenant.preview().await?;
    let run = succeeded(&tenant, &tenant.start_sync_expecting(&preview.run_id).await?).await?;
    assert_eq!(run.expect_preview_run_id, preview.run_id);
    assert_eq!(tenant.accounts().await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_sync_that_would_decide_otherwise_than_its_preview_is_held_with_the_differences() -> Result<()> {
    let (tenant, forest) = Office::new("differs").people(["ann", "bob"]).saved().await?;
    let preview = tenant.preview().await?;
    forest.remove("bob").await?;
    forest.add(&tenant.person("eve")).await?;
    let run = tenant
        .ended(&tenant.start_sync_expecting(&preview.run_id).await?)
        .await?;
    assert_eq!(
        (run.state(), run.held_reason()),
        (RunState::Held, HeldReason::ChangedSincePreview)
    );
    assert!(tenant.accounts().await?.is_empty(), "nothing is changed");
    let rows = tenant.rows(&run.run_id).await?;
    let differences: Vec<_> = rows
        .iter()
        .map(|row| (row.address.clone(), row.previous_verdict(), row.verdict()))
        .collect();
    assert_eq!(
        differences,
        [
            (tenant.address("bob"), Verdict::Add, Verdict::Unspecified),
            (tenant.address("eve"), Verdict::Unspecified, Verdict::Add),
        ]
    );
    assert_eq!(
        refused(tenant.start_approval(&run.run_id).await).reason,
        "NOT_APPROVABLE"
    );
    Ok(())
}

#[tokio::test]
async fn only_a_preview_that_is_kept_can_be_expected() -> Result<()> {
    let (tenant, _) = Office::new("kept").people(["ann", "bob"]).saved().await?;
    let preview = tenant.preview().await?;
    let sync = tenant.sync().await?;
    let reason = |answer: Result<String, _>| refused(answer).reason;
    let unknown = uuid::Uuid::now_v7().to_string();
    assert_eq!(reason(tenant.start_sync_expecting(&unknown).await), "NO_RUN");
    assert_eq!(
        reason(tenant.start_sync_expecting(&sync.run_id).await),
        "NOT_A_PREVIEW"
    );
    past().await?.runs(&tenant, 8 * 24).await?;
    assert_eq!(
        reason(tenant.start_sync_expecting(&preview.run_id).await),
        "ROWS_EXPIRED"
    );
    let Refusal { code, reason, .. } = refused(tenant.rows(&preview.run_id).await);
    assert_eq!(
        (code, reason.as_str()),
        (Code::FailedPrecondition, "ROWS_EXPIRED")
    );
    assert!(
        !tenant.rows(&sync.run_id).await?.is_empty(),
        "a sync's rows are kept for 30 days"
    );
    Ok(())
}

#[tokio::test]
async fn limits_hours_and_zones_that_cannot_be_are_refused_by_name() -> Result<()> {
    let (tenant, forest) = Office::new("outofrange").saved().await?;
    let fields = |answer: Result<Settings, _>| refused(answer).fields;
    let too_much = Removal {
        remove_accounts: true,
        limit_percent: Some(101),
        ..Removal::default()
    };
    assert_eq!(
        fields(tenant.put_removal(forest.settings(), too_much).await),
        ["settings.removal.limit_percent"]
    );
    let nowhere = Settings {
        schedule: Some(Schedule {
            every_hours: 25,
            time_zone: "Europe/Atlantis".to_owned(),
        }),
        ..tenant.settings(forest.settings())
    };
    assert_eq!(
        fields(tenant.put(nowhere).await),
        ["settings.schedule.time_zone", "settings.schedule.every_hours"]
    );
    let off = tenant.put_schedule(forest.settings(), 0).await?;
    assert_eq!(off.next_run_time, None, "0 is no schedule");
    Ok(())
}

#[tokio::test]
async fn a_revert_needs_a_finished_sync_that_changed_something_within_30_days() -> Result<()> {
    let (tenant, forest) = Office::new("nothing").people(["ann", "bob"]).saved().await?;
    people(&tenant, &forest, 2).await?;
    let preview = tenant.preview().await?;
    let sync = tenant.sync().await?;
    let unchanged = tenant.sync().await?;
    let reason = |answer: Result<String, _>| refused(answer).reason;
    assert_eq!(
        reason(tenant.start_revert(&preview.run_id).await),
        "NOT_A_FINISHED_SYNC"
    );
    assert_eq!(
        reason(tenant.start_revert(&unchanged.run_id).await),
        "NOTHING_TO_REVERT"
    );
    assert_eq!(unchanged.trigger(), RunTrigger::Manual);
    past().await?.runs(&tenant, 31 * 24).await?;
    assert_eq!(reason(tenant.start_revert(&sync.run_id).await), "REVERT_EXPIRED");
    Ok(())
}
