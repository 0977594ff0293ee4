//! Acts of operators for all tenants at once, through the command: on a stack of its own, since they concern every tenant.

use anyhow::Result;
use rollcall_e2e::{status::refused, wait};
use rollcall_proto::v1::{PausedReason, SyncNowRequest, sync_service_client::SyncServiceClient};
use rollcall_testbed::{Kind, StackOptions, VIEWER};

use super::terminal::{Answer, ended, rollcall};
use crate::own::Own;

async fn on(own: &Own, args: &[&str]) -> Result<Answer> {
    let endpoints = own.stack.endpoints();
    let mut command = rollcall(args)?;
    command
        .env("ROLLCALL_SCHEDULER_URL", &endpoints.scheduler_url)
        .env("ROLLCALL_RECONCILE_URL", &endpoints.reconcile_url)
        .env("ROLLCALL_RESULTS_URL", &endpoints.results_url);
    ended(command).await
}

#[tokio::test]
async fn an_operator_pauses_and_resumes_all_schedules_and_sees_it_on_one_screen() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (tenant, forest) = own.office("operator").crowd(1).furnished().await?;
    tenant.put_schedule(forest.settings(), 1).await?;

    let paused = on(&own, &["fleet", "pause", "--schedules", "--note", "until noon"]).await?;
    assert_eq!(paused.code, Some(0), "{paused:?}");
    let saved = tenant.saved().await?;
    assert_eq!(saved.paused_reason(), PausedReason::Operator);
    assert_eq!(saved.next_run_time, None);
    let screen = on(&own, &["fleet"]).await?;
    assert!(screen.out.contains("until noon"), "{screen:?}");

    let resumed = on(&own, &["fleet", "resume", "--schedules"]).await?;
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert!(tenant.saved().await?.next_run_time.is_some());

    let audit = on(&own, &["audit"]).await?;
    for said in [
        "Paused the schedules of all tenants: note until noon",
        "Resumed the schedules of all tenants",
        &tenant.id,
    ] {
        assert!(audit.out.contains(said), "{said}: {audit:?}");
    }
    let of_tenant = on(&own, &["audit", &tenant.id]).await?;
    assert!(of_tenant.out.contains("Saved the settings"), "{of_tenant:?}");
    assert!(!of_tenant.out.contains("of all tenants"), "{of_tenant:?}");

    let nothing = on(&own, &["fleet", "pause"]).await?;
    assert_eq!(nothing.code, Some(2), "it must be said what: {nothing:?}");
    Ok(())
}

#[tokio::test]
async fn a_limit_is_set_as_a_share_and_cleared() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (tenant, _forest) = own.office("share").saved().await?;
    let put = |more: &'static [&'static str]| {
        let args = [&["settings", "put", tenant.id.as_str()], more].concat();
        let own = &own;
        async move { on(own, &args).await }
    };
    let set = put(&[
        "--remove-accounts",
        "--limit-percent",
        "10",
        "--limit-accounts",
        "3",
    ])
    .await?;
    assert_eq!(set.code, Some(0), "{set:?}");
    let removal = tenant.saved().await?.removal.unwrap_or_default();
    assert_eq!(
        (removal.limit_accounts, removal.limit_percent),
        (Some(3), Some(10))
    );
    put(&["--clear", "limit-percent"]).await?;
    let removal = tenant.saved().await?.removal.unwrap_or_default();
    assert!(removal.remove_accounts, "the rest stays");
    assert_eq!((removal.limit_accounts, removal.limit_percent), (Some(3), None));
    Ok(())
}

#[tokio::test]
async fn the_record_shows_who_was_refused_for_a_tenant_of_which_nothing_else_is_known() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let unknown = on(&own, &["audit", "stranger"]).await?;
    assert!(unknown.err.contains("stranger"), "{unknown:?}");
    assert_eq!(unknown.code, Some(1), "{unknown:?}");

    let viewer = own.stack.endpoints().connect_as(Kind::Scheduler, VIEWER).await?;
    let sync = SyncNowRequest {
        tenant_id: "stranger".to_owned(),
        ..SyncNowRequest::default()
    };
    let refusal = refused(SyncServiceClient::new(viewer).sync_now(sync).await);
    assert_eq!(refusal.reason, "CALLER_NOT_ALLOWED");

    // It is written beside the call.
    let listed = || on(&own, &["audit", "stranger"]);
    let listed = wait::until("the record", listed, |answer| answer.code == Some(0)).await?;
    for said in [
        "spiffe://rollcall/viewer",
        "SyncNow was refused: CALLER_NOT_ALLOWED",
    ] {
        assert!(listed.out.contains(said), "{said}: {listed:?}");
    }
    let filtered = on(&own, &["audit", "stranger", "--method", "PutSettings"]).await?;
    assert_eq!(filtered.out.trim(), "No records.", "{filtered:?}");
    Ok(())
}
