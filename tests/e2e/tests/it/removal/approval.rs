//! Approvals of removals that are held.

use anyhow::{Context, Result};
use rollcall_e2e::{Office, office::REMOVING, status::refused, tenant::in_short};
use rollcall_proto::v1::{Reason, RunTrigger, Verdict};

use super::{decided, leave, row};
use crate::office::past;

#[tokio::test]
async fn an_approval_reads_again_and_removes_what_was_shown_and_is_still_absent() -> Result<()> {
    let (tenant, forest) = Office::new("approval").crowd(20).removing().synced().await?;
    leave(&forest, 10..17).await?;
    let held = tenant.held_sync().await?;
    let back = tenant.person("p10");
    forest.add(&back).await?;
    leave(&forest, [17]).await?;
    let approved = tenant.approve(&held.run_id).await?;
    assert_eq!(approved.trigger(), RunTrigger::Approval);
    assert_eq!(approved.acts_on_run_id, held.run_id);
    assert_eq!(approved.counts.context("counts")?.remove, 6, "p11 to p16");
    assert!(
        tenant.account_of(&tenant.address("p10")).await?.is_some(),
        "it is back"
    );
    let newly = row(&tenant, &approved, "p17").await?;
    assert_eq!(decided(&newly), (Verdict::Stale, Reason::NotApproved));
    Ok(())
}

#[tokio::test]
async fn a_run_equal_to_the_held_one_before_it_has_no_rows_of_its_own() -> Result<()> {
    let (tenant, forest) = Office::new("equal").crowd(20).removing().synced().await?;
    leave(&forest, 10..17).await?;
    let first = tenant.held_sync().await?;
    let second = tenant.held_sync().await?;
    assert_eq!(second.rows_of_run_id, first.run_id);
    assert_eq!(
        in_short(&tenant.rows(&second.run_id).await?),
        in_short(&tenant.rows(&first.run_id).await?)
    );
    assert_eq!(
        refused(tenant.start_approval(&first.run_id).await).reason,
        "NOT_NEWEST_HELD"
    );
    tenant.approve(&second.run_id).await?;
    assert_eq!(tenant.accounts().await?.len(), 13);
    Ok(())
}

#[tokio::test]
async fn an_approval_needs_a_held_run_settings_and_domains_as_they_were_and_seven_days() -> Result<()> {
    let (tenant, forest) = Office::new("outdated").crowd(20).removing().synced().await?;
    let done = tenant.sync().await?;
    assert_eq!(
        refused(tenant.start_approval(&done.run_id).await).reason,
        "NOT_HELD"
    );
    leave(&forest, 10..17).await?;
    let held = tenant.held_sync().await?;
    tenant.put_removal(forest.settings(), REMOVING).await?;
    assert_eq!(
        refused(tenant.start_approval(&held.run_id).await).reason,
        "SETTINGS_CHANGED"
    );
    let held = tenant.held_sync().await?;
    let second = format!("second.{}", tenant.domain);
    tenant.put_domains(&[(&tenant.domain, ""), (&second, "")]).await?;
    assert_eq!(
        refused(tenant.start_approval(&held.run_id).await).reason,
        "DOMAINS_CHANGED"
    );
    let held = tenant.held_sync().await?;
    past().await?.runs(&tenant, 8 * 24).await?;
    assert_eq!(
        refused(tenant.start_approval(&held.run_id).await).reason,
        "APPROVAL_EXPIRED"
    );
    let held = tenant.held_sync().await?;
    tenant.approve(&held.run_id).await?;
    assert_eq!(
        refused(tenant.start_approval(&held.run_id).await).reason,
        "ALREADY_APPROVED"
    );
    Ok(())
}
