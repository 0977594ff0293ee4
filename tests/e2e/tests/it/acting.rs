//! Requests that come again, too late or without sense: each is refused with its reason, and nothing is half done.

use anyhow::Result;
use rollcall_e2e::{
    Forest, Office, Tenant,
    forest::ForestProxy,
    office::REMOVING,
    status::{Refusal, refused},
    wait,
};
use rollcall_proto::v1::{
    Directory, PauseFleetRequest, Removal, ResumeFleetRequest, Run, RunState, Security, Selection, Settings,
    TestConnectionRequest,
};
use tonic::{Code, Status};

use crate::{
    office::past,
    own::{STALLED_AT, people, reading, succeeded},
};

/// 20 people who were synced through a proxy.
async fn synced<'a>(tenant: &Tenant, forest: &'a Forest) -> Result<(ForestProxy<'a>, Run)> {
    people(tenant, forest, 20).await?;
    let proxy = forest.proxy().await?;
    tenant
        .put_removal(proxy.settings(Security::Plaintext), REMOVING)
        .await?;
    let run = tenant.sync().await?;
    Ok((proxy, run))
}

/// A sync that is held, since many of them left.
async fn held(tenant: &Tenant, forest: &Forest) -> Result<Run> {
    for n in 0..7 {
        forest.remove(&format!("p{n}")).await?;
    }
    tenant.held_sync().await
}

/// Lets a sync read without end, so that requests made since then wait.
async fn busy(tenant: &Tenant, proxy: &ForestProxy<'_>) -> Result<String> {
    proxy.stall_after(STALLED_AT);
    reading(tenant, proxy).await
}

fn shows_run(refusal: &Refusal, reason: &str, run_id: &str) {
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::FailedPrecondition, reason),
        "{refusal:?}"
    );
    assert_eq!(
        refusal.metadata.get("run_id").map(String::as_str),
        Some(run_id),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn an_approval_asked_for_twice_is_one_and_a_cancelled_one_is_none() -> Result<()> {
    let (tenant, forest) = Forest::openldap("approving").await?;
    let (proxy, _) = synced(&tenant, &forest).await?;
    let held = held(&tenant, &forest).await?;
    let reads = busy(&tenant, &proxy).await?;

    let first = tenant.start_approval(&held.run_id).await?;
    shows_run(
        &refused(tenant.start_approval(&held.run_id).await),
        "ALREADY_APPROVED",
        &first,
    );
    tenant.cancel(&first).await?;
    let second = tenant.start_approval(&held.run_id).await?;
    assert_ne!(second, first);
    tenant.cancel(&reads).await?;
    proxy.heal();
    succeeded(&tenant, &second).await?;
    assert_eq!(tenant.accounts().await?.len(), 13);
    shows_run(
        &refused(tenant.start_approval(&held.run_id).await),
        "ALREADY_APPROVED",
        &second,
    );
    Ok(())
}

#[tokio::test]
async fn a_sync_reverted_twice_is_reverted_once_and_a_cancelled_revert_does_nothing() -> Result<()> {
    let (tenant, forest) = Forest::openldap("reverting").await?;
    let (proxy, run) = synced(&tenant, &forest).await?;
    let reads = busy(&tenant, &proxy).await?;
    assert_eq!(
        refused(tenant.start_revert(&reads).await).reason,
        "NOT_A_FINISHED_SYNC"
    );

    let first = tenant.start_revert(&run.run_id).await?;
    shows_run(
        &refused(tenant.start_revert(&run.run_id).await),
        "ALREADY_REVERTED",
        &first,
    );
    tenant.cancel(&first).await?;
    let second = tenant.start_revert(&run.run_id).await?;
    assert_ne!(second, first);
    tenant.cancel(&reads).await?;
    proxy.heal();
    succeeded(&tenant, &second).await?;
    assert!(tenant.accounts().await?.is_empty());
    // Also of those that were cancelled before any worker took them.
    for cancelled in [&first, &reads] {
        let run = async || Ok(tenant.run(cancelled).await?);
        let ended = wait::until("the end of what was cancelled", run, |run| run.end_time.is_some()).await?;
        assert_eq!(ended.state(), RunState::Cancelled);
    }
    shows_run(
        &refused(tenant.start_revert(&run.run_id).await),
        "ALREADY_REVERTED",
        &second,
    );
    assert_eq!(
        refused(tenant.start_revert(&second).await).reason,
        "NOT_A_FINISHED_SYNC"
    );
    Ok(())
}

#[tokio::test]
async fn what_was_held_is_not_approved_once_the_settings_are_gone_and_others_are_there() -> Result<()> {
    let (tenant, forest) = Forest::openldap("anew").await?;
    let (proxy, run) = synced(&tenant, &forest).await?;
    let held = held(&tenant, &forest).await?;
    assert_eq!(
        refused(tenant.start_revert(&held.run_id).await).reason,
        "NOT_A_FINISHED_SYNC"
    );
    tenant.delete_settings().await?;
    for refusal in [
        refused(tenant.start_approval(&held.run_id).await),
        refused(tenant.start_revert(&run.run_id).await),
    ] {
        assert_eq!(
            (refusal.code, refusal.reason.as_str()),
            (Code::NotFound, "NO_SETTINGS")
        );
    }
    tenant
        .put_removal(proxy.settings(Security::Plaintext), REMOVING)
        .await?;
    assert_eq!(
        refused(tenant.start_approval(&held.run_id).await).reason,
        "SETTINGS_CHANGED"
    );
    Ok(())
}

#[tokio::test]
async fn the_file_of_a_held_run_or_a_revert_shows_changes_and_that_of_a_preview_all_rows() -> Result<()> {
    let (tenant, forest) = Forest::openldap("files").await?;
    let (_proxy, run) = synced(&tenant, &forest).await?;
    let held = held(&tenant, &forest).await?;
    let gone = tenant.address("p0");
    assert!(tenant.csv(&held.run_id).await?.contains(&gone));
    let preview = tenant.preview().await?;
    assert!(!tenant.csv(&preview.run_id).await?.contains(&gone));
    let revert = tenant.revert(&run.run_id).await?;
    assert!(tenant.csv(&revert.run_id).await?.contains(&gone));
    Ok(())
}

#[tokio::test]
async fn an_expired_preview_is_not_exported() -> Result<()> {
    let (tenant, _forest) = Office::new("expired").in_openldap().saved().await?;
    let preview = tenant.preview().await?;
    past().await?.runs(&tenant, 8 * 24).await?;
    let refusal: Refusal = tenant
        .csv(&preview.run_id)
        .await
        .unwrap_err()
        .downcast::<Status>()?
        .into();
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::FailedPrecondition, "ROWS_EXPIRED")
    );
    Ok(())
}

#[tokio::test]
async fn a_filter_that_matches_nothing_imports_nothing_and_is_held_once_there_is_something_to_lose()
-> Result<()> {
    let (tenant, forest) = Office::new("nothing").in_openldap().crowd(2).furnished().await?;
    let nobody = Directory {
        filter: "(cn=nobody)".into(),
        ..forest.settings()
    };
    tenant.put_directory(nobody.clone()).await?;
    let run = tenant.sync().await?;
    assert_eq!(run.counts.unwrap_or_default().objects, 0, "the run says so");
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;
    tenant.put_directory(nobody).await?;
    let held = tenant.held_sync().await?;
    assert!(held.held_message.contains("returned no objects"), "{held:?}");
    assert_eq!(tenant.accounts().await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn limits_and_domains_that_cannot_be_are_refused_by_name() -> Result<()> {
    let (tenant, forest) = Forest::openldap("limits").await?;
    let (other, _) = Forest::openldap("limits").await?;
    let endless = Removal {
        limit_accounts: Some(1_000_001),
        ..REMOVING
    };
    let foreign = Selection {
        domains: vec![tenant.domain.clone(), other.domain.clone()],
        ..Selection::default()
    };
    let wrong = Settings {
        removal: Some(endless),
        selection: Some(foreign),
        ..tenant.settings(forest.settings())
    };
    let refusal = refused(tenant.put(wrong).await);
    assert_eq!(refusal.code, Code::InvalidArgument);
    assert_eq!(
        refusal.fields,
        ["settings.selection.domains[1]", "settings.removal.limit_accounts"]
    );
    assert!(!refusal.message.contains(&other.id), "it is not said whose");
    assert_eq!(refused(tenant.saved().await).reason, "NO_SETTINGS");
    Ok(())
}

#[tokio::test]
async fn pauses_and_tests_of_nothing_are_refused() -> Result<()> {
    let (tenant, _) = Forest::openldap("naming").await?;
    let mut sync = tenant.clients.sync.clone();
    let two_lines = PauseFleetRequest {
        removals: true,
        note: "one line\nanother".to_owned(),
        ..PauseFleetRequest::default()
    };
    for refusal in [
        refused(sync.pause_fleet(PauseFleetRequest::default()).await),
        refused(sync.pause_fleet(two_lines).await),
        refused(sync.resume_fleet(ResumeFleetRequest::default()).await),
        refused(sync.test_connection(TestConnectionRequest::default()).await),
    ] {
        assert_eq!(
            (refusal.code, refusal.reason.as_str()),
            (Code::InvalidArgument, "INVALID_FIELDS"),
            "{refusal:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_schedule_whose_tenant_has_no_domains_left_shows_no_next_time() -> Result<()> {
    let (tenant, forest) = Forest::openldap("domainless").await?;
    let saved = tenant.put_schedule(forest.settings(), 6).await?;
    assert!(saved.next_run_time.is_some());
    tenant.put_domains(&[]).await?;
    assert_eq!(tenant.saved().await?.next_run_time, None);
    tenant.put_domains(&[(&tenant.domain, "")]).await?;
    assert_eq!(tenant.saved().await?.next_run_time, saved.next_run_time);
    Ok(())
}

#[tokio::test]
async fn a_sync_that_was_cancelled_cannot_be_cancelled_again() -> Result<()> {
    let (tenant, forest) = Forest::openldap("cancelling").await?;
    let (proxy, _) = synced(&tenant, &forest).await?;
    busy(&tenant, &proxy).await?;
    let waits = tenant.start_sync().await?;
    tenant.cancel(&waits).await?;
    assert_eq!(tenant.run(&waits).await?.state(), RunState::Cancelled);
    let refusal = refused(tenant.cancel(&waits).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::FailedPrecondition, "RUN_FINISHED")
    );
    Ok(())
}
