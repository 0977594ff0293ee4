//! Removed and changed accounts come back: restored by a person, with their object, or by a revert of the whole run.

use anyhow::{Context, Result};
use rollcall_e2e::{Office, office::REMOVING, status::refused, tenant::portal::manual_account, wait};
use rollcall_proto::v1::{Directory, NewUsers, PausedReason, Reason, RunState, Schedule, Settings, Verdict};

use crate::{
    office::{account, past, scheduled_run},
    removal::{decided, leave, row},
};

#[tokio::test]
async fn a_removed_account_can_be_restored_by_a_person_unless_an_address_is_taken() -> Result<()> {
    let (tenant, forest) = Office::new("restore").crowd(20).removing().synced().await?;
    leave(&forest, [0, 1]).await?;
    tenant.sync().await?;
    let removed = tenant.removed_accounts().await?;
    assert_eq!(removed.len(), 2);
    assert!(removed.iter().all(|account| account.remove_time.is_some()));
    tenant
        .put_account(manual_account(&tenant.address("p1"), &[]))
        .await?;
    assert_eq!(
        refused(tenant.restore_account(&removed[1].account_id).await).reason,
        "ADDRESS_TAKEN"
    );
    let restored = tenant.restore_account(&removed[0].account_id).await?;
    assert_eq!(
        (restored.primary_address, restored.remove_time),
        (tenant.address("p0"), None)
    );
    assert_eq!(
        refused(tenant.restore_account(&removed[0].account_id).await).reason,
        "NOT_REMOVED"
    );
    Ok(())
}

#[tokio::test]
async fn a_removed_account_comes_back_with_its_object_and_without_a_welcome() -> Result<()> {
    let (tenant, forest) = Office::new("returns").crowd(20).furnished().await?;
    let settings = Settings {
        removal: Some(REMOVING),
        new_users: Some(NewUsers {
            send_hsr: false,
            send_welcome: true,
            limit_accounts: None,
        }),
        directory: Some(Directory {
            filter: "(!(description=away))".to_owned(),
            ..forest.settings()
        }),
        ..tenant.settings(forest.settings())
    };
    tenant.put(settings).await?;
    tenant.sync().await?;
    let before = account(&tenant, "p0").await?;
    forest.set("p0", "description", &["away"]).await?;
    tenant.sync().await?;
    assert_eq!(tenant.account_of(&tenant.address("p0")).await?, None);
    forest.set("p0", "description", &[]).await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&row(&tenant, &run, "p0").await?),
        (Verdict::Add, Reason::Restored)
    );
    assert_eq!(run.counts.context("counts")?.welcomes, 0);
    assert_eq!(account(&tenant, "p0").await?.account_id, before.account_id);
    Ok(())
}

#[tokio::test]
async fn a_removed_account_is_purged_after_30_days() -> Result<()> {
    let (tenant, forest) = Office::new("purge").crowd(20).removing().synced().await?;
    leave(&forest, [0, 1]).await?;
    tenant.sync().await?;
    let removed = tenant.removed_accounts().await?;
    past().await?.removal(&tenant, &removed[0].account_id, 31).await?;
    past().await?.removal(&tenant, &removed[1].account_id, 29).await?;
    let left = || async { Ok(tenant.removed_accounts().await?) };
    let left = wait::until("the purge", left, |left| left.len() < 2).await?;
    assert_eq!(left[0].account_id, removed[1].account_id, "29 days are not 30");
    Ok(())
}

#[tokio::test]
async fn a_sync_is_reverted_once_except_accounts_changed_since_and_the_schedule_pauses() -> Result<()> {
    let (tenant, forest) = Office::new("revert").crowd(20).furnished().await?;
    let settings = Settings {
        removal: Some(REMOVING),
        schedule: Some(Schedule {
            every_hours: 1,
            ..Schedule::default()
        }),
        ..tenant.settings(forest.settings())
    };
    tenant.put(settings).await?;
    tenant.sync().await?;
    let before = tenant.accounts().await?;

    leave(&forest, [0, 1]).await?;
    forest.add(&tenant.person("new")).await?;
    let renamed = [format!("SMTP:{}", tenant.address("p2.new"))];
    forest.set_addresses("p2", &renamed).await?;
    let sync = tenant.sync().await?;
    // A person gives p1's address to another account, and protects the new one.
    tenant
        .put_account(manual_account(&tenant.address("p1"), &[]))
        .await?;
    tenant
        .protect(&account(&tenant, "new").await?.account_id, true)
        .await?;

    let revert = tenant.revert(&sync.run_id).await?;
    assert_eq!(revert.acts_on_run_id, sync.run_id);
    assert_eq!(
        decided(&row(&tenant, &revert, "p0").await?),
        (Verdict::Add, Reason::Reverted)
    );
    assert_eq!(
        decided(&row(&tenant, &revert, "p1").await?),
        (Verdict::Skip, Reason::AddressTaken)
    );
    assert_eq!(
        decided(&row(&tenant, &revert, "new").await?),
        (Verdict::Skip, Reason::ChangedSince)
    );
    let p2 = before
        .iter()
        .find(|account| account.primary_address == tenant.address("p2"));
    assert_eq!(
        tenant.account_of(&tenant.address("p2")).await?.as_ref(),
        p2,
        "as it was"
    );
    assert_eq!(tenant.account_of(&tenant.address("p2.new")).await?, None);

    let saved = tenant.saved().await?;
    assert_eq!(
        (saved.paused_reason(), saved.next_run_time),
        (PausedReason::Reverted, None)
    );
    assert_eq!(
        refused(tenant.start_revert(&sync.run_id).await).reason,
        "ALREADY_REVERTED"
    );
    let resumed = tenant.resume().await?;
    assert!(resumed.next_run_time.is_some());
    scheduled_run(&tenant).await?;
    Ok(())
}

#[tokio::test]
async fn edits_in_the_portal_are_overlooked_by_no_run() -> Result<()> {
    let (tenant, forest) = Office::new("generation").crowd(20).removing().synced().await?;
    assert!(tenant.sync().await?.unchanged);
    let p0 = account(&tenant, "p0").await?;
    tenant.remove_account(&p0.account_id).await?;
    let run = tenant.sync().await?;
    assert!(!run.unchanged);
    assert_eq!(
        decided(&row(&tenant, &run, "p0").await?),
        (Verdict::Add, Reason::Restored)
    );
    assert!(tenant.sync().await?.unchanged);
    tenant.protect(&p0.account_id, true).await?;
    leave(&forest, [0]).await?;
    let run = tenant.sync().await?;
    assert!(
        tenant.account_of(&tenant.address("p0")).await?.is_some(),
        "protected: {run:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_approval_is_reverted_like_any_sync() -> Result<()> {
    let (tenant, forest) = Office::new("unapproved").crowd(20).removing().synced().await?;
    let before = tenant.accounts().await?;
    leave(&forest, 10..17).await?;
    let held = tenant.held_sync().await?;
    let approval = tenant.approve(&held.run_id).await?;
    assert_eq!(tenant.accounts().await?.len(), 13);
    tenant.revert(&approval.run_id).await?;
    assert_eq!(tenant.accounts().await?, before, "as they were, each with its id");
    assert_eq!(
        refused(tenant.start_approval(&held.run_id).await).reason,
        "ALREADY_APPROVED"
    );
    for n in 10..14 {
        forest.add(&tenant.person(&format!("p{n}"))).await?;
    }
    let again = tenant.sync().await?;
    assert_eq!(again.counts.context("counts")?.accounts_reduced, 3);
    Ok(())
}

#[tokio::test]
async fn a_sync_is_reverted_even_if_an_account_was_purged_and_a_domain_taken_away_since() -> Result<()> {
    let (tenant, forest) = Office::new("laterevert").crowd(20).removing().synced().await?;
    leave(&forest, [0, 1]).await?;
    let sync = tenant.sync().await?;
    let removed = tenant.removed_accounts().await?;
    past().await?.removal(&tenant, &removed[0].account_id, 31).await?;
    let left = || async { Ok(tenant.removed_accounts().await?) };
    wait::until("the purge", left, |left| left.len() < 2).await?;
    tenant
        .put_domains(&[(&format!("other.{}", tenant.domain), "")])
        .await?;
    let revert = tenant.revert(&sync.run_id).await?;
    assert_eq!(
        decided(&row(&tenant, &revert, "p0").await?),
        (Verdict::Skip, Reason::ChangedSince)
    );
    assert_eq!(
        decided(&row(&tenant, &revert, "p1").await?),
        (Verdict::Add, Reason::Reverted)
    );
    assert_eq!(account(&tenant, "p1").await?.account_id, removed[1].account_id);
    Ok(())
}

#[tokio::test]
async fn a_revert_without_settings_is_refused() -> Result<()> {
    let (tenant, _forest) = Office::new("gone").crowd(2).removing().synced().await?;
    let sync = tenant.sync().await?;
    assert_eq!(sync.state(), RunState::Succeeded);
    tenant.delete_settings().await?;
    assert_eq!(
        refused(tenant.start_revert(&sync.run_id).await).reason,
        "NO_SETTINGS"
    );
    Ok(())
}
