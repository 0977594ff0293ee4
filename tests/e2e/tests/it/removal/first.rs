//! The first removals after Remove Accounts was switched on.

use anyhow::{Context, Result};
use rollcall_e2e::{Office, office::REMOVING};
use rollcall_proto::v1::{HeldReason, Reason, Security, Verdict};

use super::{decided, leave, row};

#[tokio::test]
async fn the_first_run_after_switching_on_follows_a_preview_that_shows_the_removals_or_is_held() -> Result<()>
{
    let (tenant, forest) = Office::new("firstrun").crowd(20).synced().await?;
    leave(&forest, [19]).await?;
    tenant.put_removal(forest.settings(), REMOVING).await?;
    let held = tenant.held_sync().await?;
    assert_eq!(held.held_reason(), HeldReason::FirstRemoval);

    let preview = tenant.preview().await?;
    assert!(
        !preview.would_hold,
        "the sync then follows a preview: {preview:?}"
    );
    leave(&forest, [18]).await?;
    let more = tenant.held_sync().await?;
    assert_eq!(
        more.held_reason(),
        HeldReason::FirstRemoval,
        "the preview did not show p18"
    );

    tenant.preview().await?;
    assert_eq!(tenant.sync().await?.counts.context("counts")?.remove, 2);
    leave(&forest, [17]).await?;
    assert_eq!(
        tenant.sync().await?.counts.context("counts")?.remove,
        1,
        "only the first run needs one"
    );

    tenant.put_directory(forest.settings()).await?;
    tenant.put_removal(forest.settings(), REMOVING).await?;
    leave(&forest, [16]).await?;
    let again = tenant.held_sync().await?;
    assert_eq!(
        again.held_reason(),
        HeldReason::FirstRemoval,
        "it was switched on again"
    );
    Ok(())
}

#[tokio::test]
async fn a_first_removal_that_waited_for_the_next_read_is_still_the_first() -> Result<()> {
    let (tenant, forest) = Office::new("waited").in_openldap().crowd(20).furnished().await?;
    let (one, other) = (forest.proxy().await?, forest.proxy().await?);
    tenant.put_directory(one.settings(Security::Plaintext)).await?;
    tenant.sync().await?;
    leave(&forest, [19]).await?;
    tenant
        .put_removal(other.settings(Security::Plaintext), REMOVING)
        .await?;
    let waits = tenant.sync().await?;
    assert_eq!(
        decided(&row(&tenant, &waits, "p19").await?),
        (Verdict::Stale, Reason::OtherServer)
    );
    assert_eq!(
        tenant.held_sync().await?.held_reason(),
        HeldReason::FirstRemoval,
        "nobody has seen it yet"
    );
    Ok(())
}
