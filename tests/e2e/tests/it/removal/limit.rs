//! The limit on removals.

use anyhow::{Context, Result};
use rollcall_e2e::{Office, office::REMOVING};
use rollcall_proto::v1::{HeldReason, Removal};

use super::leave;
use crate::office::past;

const fn limited(accounts: i32) -> Removal {
    Removal {
        limit_accounts: Some(accounts),
        ..REMOVING
    }
}

#[tokio::test]
async fn more_than_five_percent_or_five_accounts_are_held_and_nothing_at_all_is_changed() -> Result<()> {
    let (tenant, forest) = Office::new("guard").crowd(20).removing().synced().await?;
    leave(&forest, 10..16).await?;
    forest.add(&tenant.person("new")).await?;
    let before = tenant.accounts().await?;
    let held = tenant.held_sync().await?;
    assert_eq!(held.held_reason(), HeldReason::RemovalLimit);
    let counts = held.counts.context("counts")?;
    assert_eq!((counts.accounts_reduced, counts.remove, counts.add), (6, 6, 1));
    assert!(!held.held_message.is_empty());
    assert_eq!(tenant.accounts().await?, before, "additions are held too");
    assert_eq!(tenant.rows(&held.run_id).await?.len(), 21, "with its rows");
    Ok(())
}

#[tokio::test]
async fn the_limit_counts_what_runs_did_in_the_last_24_hours() -> Result<()> {
    let (tenant, forest) = Office::new("drain").crowd(20).removing().synced().await?;
    leave(&forest, 0..3).await?;
    tenant.sync().await?;
    leave(&forest, 3..6).await?;
    assert_eq!(tenant.held_sync().await?.held_reason(), HeldReason::RemovalLimit);
    past().await?.runs(&tenant, 25).await?;
    tenant.sync().await?;
    assert_eq!(tenant.accounts().await?.len(), 14);
    Ok(())
}

#[tokio::test]
async fn what_somebody_approved_does_not_count_against_the_runs_after_it() -> Result<()> {
    let (tenant, forest) = Office::new("approvedlately")
        .crowd(20)
        .removing()
        .synced()
        .await?;
    leave(&forest, 10..17).await?;
    let held = tenant.held_sync().await?;
    let approved = tenant.approve(&held.run_id).await?;
    assert_eq!(approved.counts.context("counts")?.accounts_reduced, 7);
    leave(&forest, 5..10).await?;
    let within = tenant.sync().await?;
    assert_eq!(within.counts.context("counts")?.accounts_reduced, 5);
    leave(&forest, [4]).await?;
    assert_eq!(
        tenant.held_sync().await?.held_reason(),
        HeldReason::RemovalLimit,
        "the five of the run before count"
    );
    Ok(())
}

#[tokio::test]
async fn what_was_reverted_does_not_count_against_the_runs_after_it() -> Result<()> {
    let (tenant, forest) = Office::new("revertedlately")
        .crowd(20)
        .removing()
        .synced()
        .await?;
    leave(&forest, 0..4).await?;
    let sync = tenant.sync().await?;
    tenant.revert(&sync.run_id).await?;
    let again = tenant.sync().await?;
    assert_eq!(
        again.counts.context("counts")?.accounts_reduced,
        4,
        "and not four more than are allowed with the four before"
    );
    Ok(())
}

#[tokio::test]
async fn only_a_limit_that_is_set_counts_and_0_always_asks() -> Result<()> {
    let (tenant, forest) = Office::new("limits")
        .crowd(20)
        .removal(limited(0))
        .synced()
        .await?;
    leave(&forest, [19]).await?;
    assert_eq!(tenant.held_sync().await?.held_reason(), HeldReason::RemovalLimit);
    tenant.put_removal(forest.settings(), limited(15)).await?;
    leave(&forest, 6..19).await?;
    tenant.sync().await?;
    assert_eq!(tenant.accounts().await?.len(), 6);
    let percent = Removal {
        limit_percent: Some(50),
        ..REMOVING
    };
    past().await?.runs(&tenant, 25).await?;
    tenant.put_removal(forest.settings(), percent).await?;
    leave(&forest, 2..6).await?;
    assert_eq!(
        tenant.held_sync().await?.held_reason(),
        HeldReason::RemovalLimit,
        "4 of 6"
    );
    Ok(())
}

#[tokio::test]
async fn the_limit_is_never_more_than_half_of_the_accounts() -> Result<()> {
    let (tenant, forest) = Office::new("half").crowd(6).removing().synced().await?;
    leave(&forest, 2..6).await?;
    assert_eq!(
        tenant.held_sync().await?.held_reason(),
        HeldReason::RemovalLimit,
        "4 of 6, though 5 were free"
    );
    Ok(())
}

#[tokio::test]
async fn a_read_without_any_object_is_held_whatever_the_limit() -> Result<()> {
    let (tenant, forest) = Office::new("empty")
        .crowd(3)
        .removal(limited(1_000))
        .synced()
        .await?;
    leave(&forest, 0..3).await?;
    let held = tenant.held_sync().await?;
    assert_eq!(held.held_reason(), HeldReason::EmptyRead);
    tenant.approve(&held.run_id).await?;
    assert!(tenant.accounts().await?.is_empty(), "it can be approved");
    Ok(())
}
