//! The operator's view of the whole fleet, and pauses of it: on a stack of its own, since they concern every tenant.

use anyhow::{Context, Result};
use rollcall_e2e::{Past, Tenant, office::REMOVING, wait};
use rollcall_proto::v1::{
    FleetPause, GetFleetRequest, GetFleetResponse, HeldReason, ListRunsRequest, PauseFleetRequest,
    PausedReason, PausedTenants, Reason, ResumeFleetRequest, Run, RunState, RunTrigger, Verdict,
};
use rollcall_testbed::StackOptions;

use crate::own::{Own, succeeded};

async fn fleet(tenant: &Tenant) -> Result<GetFleetResponse> {
    let mut results = tenant.clients.results.clone();
    Ok(results.get_fleet(GetFleetRequest {}).await?.into_inner())
}

async fn pause(tenant: &Tenant, request: PauseFleetRequest) -> Result<FleetPause> {
    let answer = tenant.clients.sync.clone().pause_fleet(request).await?;
    answer.into_inner().pause.context("what is paused")
}

async fn resume(tenant: &Tenant, request: ResumeFleetRequest) -> Result<FleetPause> {
    let answer = tenant.clients.sync.clone().resume_fleet(request).await?;
    answer.into_inner().pause.context("what is paused")
}

#[tokio::test]
async fn the_fleet_shows_failing_and_held_tenants_and_how_runs_ended() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (well, well_forest) = own.office("well").crowd(3).synced().await?;
    well.put_schedule(well_forest.settings(), 6).await?;
    well.sync().await?;
    let (failing, failing_forest) = own.office("failing").crowd(3).synced().await?;
    let mut nowhere = failing_forest.settings();
    nowhere.search_bases = vec![format!("ou=nowhere,{}", nowhere.search_bases[0])];
    failing.put_directory(nowhere).await?;
    let failed = failing.failed_sync().await?;
    let (held, held_forest) = own.office("held").crowd(3).synced().await?;
    held_forest.remove("p0").await?;
    held.put_removal(held_forest.settings(), REMOVING).await?;
    let held_run = held.held_sync().await?;
    assert_eq!(held_run.held_reason(), HeldReason::FirstRemoval);

    let seen = fleet(&well).await?;
    assert_eq!((seen.tenants, seen.scheduled_tenants), (3, 1));
    let runs: Vec<_> = seen.runs.iter().map(|runs| (runs.state(), runs.runs)).collect();
    assert_eq!(
        runs,
        [
            (RunState::Succeeded, 4),
            (RunState::Held, 1),
            (RunState::Failed, 1)
        ]
    );
    let reads: Vec<_> = seen
        .read_modes
        .iter()
        .map(|share| (share.runs, share.unchanged))
        .collect();
    assert_eq!(reads, [(5, 1)], "{:?}", seen.read_modes);
    assert!(
        seen.backlog.len() == 3 && seen.backlog.iter().all(|lane| lane.waiting == 0),
        "{:?}",
        seen.backlog
    );
    let keys: Vec<_> = seen.keys.iter().map(|key| key.credentials).collect();
    assert_eq!(keys, [3]);
    assert_eq!((seen.failing_tenants, seen.held_tenants), (1, 1));
    let [shown] = seen.failing.as_slice() else {
        anyhow::bail!("one tenant fails: {:?}", seen.failing);
    };
    assert_eq!(
        (shown.tenant_id.as_str(), shown.run_id.as_str()),
        (failing.id.as_str(), failed.run_id.as_str())
    );
    assert_eq!(shown.failure, failed.failure);
    assert!(shown.last_success_time.is_some());
    assert!(seen.paused.is_empty());
    Ok(())
}

#[tokio::test]
async fn while_schedules_are_paused_no_schedule_runs_and_none_is_missed_afterwards() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let past = Past::connect(own.stack.endpoints()).await?;
    let (tenant, forest) = own.office("paused").crowd(1).furnished().await?;
    tenant.put_schedule(forest.settings(), 1).await?;
    let request = PauseFleetRequest {
        schedules: true,
        note: "the data centre moves".into(),
        ..PauseFleetRequest::default()
    };
    let paused = pause(&tenant, request).await?;
    assert!(paused.schedules && !paused.removals && paused.update_time.is_some());
    past.due(&tenant).await?;

    let saved = tenant.saved().await?;
    assert_eq!(
        (saved.paused_reason(), saved.next_run_time),
        (PausedReason::Operator, None)
    );
    let is_due_later =
        "SELECT count(*) FROM scheduler.settings WHERE tenant_id = $1 AND next_run_time > now()";
    wait::until(
        "the due time to pass by",
        || own.number(is_due_later, &tenant),
        |later| *later == 1,
    )
    .await?;
    tenant.sync().await?;
    let seen = fleet(&tenant).await?;
    assert_eq!(seen.pause, Some(paused));
    let by_operator = PausedTenants {
        reason: PausedReason::Operator.into(),
        tenants: 1,
    };
    assert_eq!(seen.paused, [by_operator]);
    assert_eq!(triggers(&tenant).await?, [RunTrigger::Manual]);

    let request = ResumeFleetRequest {
        schedules: true,
        removals: false,
    };
    assert!(!resume(&tenant, request).await?.schedules);
    let saved = tenant.saved().await?;
    assert_eq!(saved.paused_reason(), PausedReason::Unspecified);
    assert!(
        saved.next_run_time.context("a next run")?.seconds
            > fleet(&tenant).await?.time.context("now")?.seconds,
        "runs that came due since then were not missed"
    );
    sqlx::query("UPDATE scheduler.settings SET next_run_time = now() WHERE tenant_id = $1")
        .bind(&tenant.id)
        .execute(&own.database)
        .await?;
    wait::until(
        "the schedule to go on",
        || triggers(&tenant),
        |triggers| *triggers == [RunTrigger::Scheduled, RunTrigger::Manual],
    )
    .await?;
    Ok(())
}

/// Origins of the tenant's runs, the newest first.
async fn triggers(tenant: &Tenant) -> Result<Vec<RunTrigger>> {
    let request = ListRunsRequest {
        tenant_id: tenant.id.clone(),
        ..ListRunsRequest::default()
    };
    let runs = tenant.clients.results.clone().list_runs(request).await?;
    Ok(runs.into_inner().runs.iter().map(Run::trigger).collect())
}

#[tokio::test]
async fn while_removals_are_paused_what_is_gone_goes_stale_and_is_removed_afterwards() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (tenant, forest) = own.office("kept").crowd(3).synced().await?;
    let gone = tenant.address("p0");
    forest.remove("p0").await?;
    tenant.put_removal(forest.settings(), REMOVING).await?;
    tenant.preview().await?;
    let request = PauseFleetRequest {
        removals: true,
        note: "a bad release".into(),
        ..PauseFleetRequest::default()
    };
    assert!(pause(&tenant, request).await?.removals);

    let kept = tenant.sync().await?;
    let rows = tenant.rows(&kept.run_id).await?;
    let row = rows
        .iter()
        .find(|row| row.address == gone)
        .context("a row of what is gone")?;
    assert_eq!(
        (row.verdict(), row.reason()),
        (Verdict::Stale, Reason::RemovalsPaused)
    );
    let account = tenant.account_of(&gone).await?.context("it is still there")?;
    assert!(account.stale_since.is_some());

    let request = ResumeFleetRequest {
        schedules: false,
        removals: true,
    };
    assert!(!resume(&tenant, request).await?.removals);
    let removed = succeeded(&tenant, &tenant.start_sync().await?).await?;
    assert_eq!(removed.counts.context("counts")?.remove, 1);
    assert_eq!(tenant.account_of(&gone).await?, None);
    assert_eq!(tenant.removed_accounts().await?.len(), 1);
    Ok(())
}
