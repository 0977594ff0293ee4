//! What becomes of whoever is absent from the directory, rule by rule.

use anyhow::{Context, Result};
use rollcall_e2e::{
    Forest, Tenant, person,
    status::refused,
    tenant::{in_short, portal::typed},
    wait,
};
use rollcall_proto::v1::{
    HeldReason, Origin, Reason, Removal, Row, Run, RunState, RunTrigger, Security, Verdict,
};

use crate::{
    office::{REMOVING, account, ann_and_bob, office, past},
    own::people,
};

const KEEPING_MANUAL: Removal = Removal {
    keep_manual: true,
    ..REMOVING
};

/// What an unbind request takes (RFC 4511 section 4.3), while message ids are small.
const UNBIND_BYTES: u64 = 7;

const fn limited(accounts: u32) -> Removal {
    Removal {
        limit_accounts: Some(accounts),
        ..REMOVING
    }
}

/// A tenant that has synced so many people with Remove Accounts on.
pub(crate) async fn removing(word: &str, count: usize, removal: Removal) -> Result<(Tenant, Forest)> {
    let (tenant, forest) = Forest::active_directory(word).await?;
    people(&tenant, &forest, count).await?;
    tenant.put_removal(forest.settings(), removal).await?;
    tenant.sync().await?;
    Ok((tenant, forest))
}

pub(crate) async fn leave(forest: &Forest, people: impl IntoIterator<Item = usize>) -> Result<()> {
    for n in people {
        forest.remove(&format!("p{n}")).await?;
    }
    Ok(())
}

pub(crate) async fn row(tenant: &Tenant, run: &Run, local: &str) -> Result<Row> {
    let rows = tenant.rows(&run.run_id).await?;
    let address = tenant.address(local);
    let found = rows.into_iter().find(|row| row.address == address);
    found.with_context(|| format!("{address} has no row"))
}

pub(crate) fn decided(row: &Row) -> (Verdict, Reason) {
    (row.verdict(), row.reason())
}

#[tokio::test]
async fn without_remove_accounts_absent_addresses_stay_and_are_stale_since_then() -> Result<()> {
    let (tenant, forest) = office("stale", ann_and_bob).await?;
    tenant.sync().await?;
    tenant.put_account(typed(&tenant.address("hand"), &[])).await?;
    forest.remove("bob").await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&row(&tenant, &run, "bob").await?),
        (Verdict::Stale, Reason::Absent)
    );
    let since = account(&tenant, "bob").await?.stale_since.context("since when")?;
    tenant.put_account(typed(&tenant.address("other"), &[])).await?;
    let again = tenant.sync().await?;
    assert_eq!(
        decided(&row(&tenant, &again, "bob").await?),
        (Verdict::Stale, Reason::Absent)
    );
    assert_eq!(
        account(&tenant, "bob").await?.stale_since,
        Some(since),
        "since it left"
    );
    assert_eq!(
        account(&tenant, "hand").await?.stale_since,
        None,
        "only synced ones go stale"
    );
    Ok(())
}

#[tokio::test]
async fn an_address_whose_only_claim_the_settings_refuse_is_absent_and_the_row_says_so() -> Result<()> {
    let (tenant, forest) = removing("refused", 8, REMOVING).await?;
    forest.set("p0", "userAccountControl", &["546"]).await?;
    let mut settings = tenant.saved().await?;
    settings.import = Some(rollcall_proto::v1::Import {
        exclude_disabled: true,
        ..Default::default()
    });
    settings.etag.clear();
    tenant.put(settings).await?;
    let run = tenant.sync().await?;
    let rows = tenant.rows(&run.run_id).await?;
    let p0: Vec<_> = rows
        .iter()
        .filter(|row| row.address == tenant.address("p0"))
        .map(decided)
        .collect();
    assert!(
        p0.contains(&(Verdict::Remove, Reason::OnlyRefusedClaims)),
        "{p0:?}"
    );
    assert!(p0.contains(&(Verdict::Skip, Reason::DisabledExcluded)), "{p0:?}");
    Ok(())
}

#[tokio::test]
async fn with_remove_accounts_hand_made_accounts_go_too_unless_they_are_kept() -> Result<()> {
    for (removal, stays) in [(REMOVING, false), (KEEPING_MANUAL, true)] {
        let (tenant, _) = removing("handmade", 8, removal).await?;
        tenant.put_account(typed(&tenant.address("hand"), &[])).await?;
        tenant.sync().await?;
        let hand = tenant.account_of(&tenant.address("hand")).await?;
        assert_eq!(hand.is_some(), stays, "{removal:?}");
        assert_eq!(tenant.accounts().await?.len(), 8 + usize::from(stays));
    }
    Ok(())
}

#[tokio::test]
async fn keeping_manual_gives_an_adopted_account_back_to_the_hand_that_made_it() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("givenback").await?;
    people(&tenant, &forest, 8).await?;
    let hand = tenant.put_account(typed(&tenant.address("p0"), &[])).await?;
    tenant.put_removal(forest.settings(), KEEPING_MANUAL).await?;
    tenant.sync().await?;
    assert_eq!(
        account(&tenant, "p0").await?.addresses[0].origin(),
        Origin::Synced,
        "adopted"
    );
    leave(&forest, [0]).await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&row(&tenant, &run, "p0").await?),
        (Verdict::Update, Reason::GivenBack)
    );
    let back = account(&tenant, "p0").await?;
    assert_eq!(
        (&back.account_id, back.addresses[0].origin()),
        (&hand.account_id, Origin::Manual)
    );
    Ok(())
}

#[tokio::test]
async fn the_first_run_after_switching_on_follows_a_preview_that_shows_the_removals_or_is_held() -> Result<()>
{
    let (tenant, forest) = Forest::active_directory("firstrun").await?;
    people(&tenant, &forest, 20).await?;
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;
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
        "it was switched on anew"
    );
    Ok(())
}

#[tokio::test]
async fn one_that_still_answers_to_its_id_is_not_missing() -> Result<()> {
    let (tenant, forest) = Forest::openldap("answers").await?;
    people(&tenant, &forest, 20).await?;
    let proxy = forest.proxy().await?;
    let directory = proxy.settings(Security::Plaintext);
    tenant.put_directory(directory.clone()).await?;
    tenant.sync().await?;
    wait::until(
        "the connection's end",
        || async { Ok(proxy.open_connections()) },
        |open| *open == 0,
    )
    .await?;
    // With the unbind at its end, which a run that looks for the missing sends later.
    let whole_read = proxy.bytes_to_server() - UNBIND_BYTES;
    tenant.put_removal(directory.clone(), REMOVING).await?;
    tenant.sync().await?;

    // The read does not meet p0, which has no address at that moment; when it is asked for by its id, it has one again.
    forest.set_addresses("p0", &[]).await?;
    proxy.stall_requests_after(whole_read);
    let run_id = tenant.start_sync().await?;
    wait::until(
        "everybody else to be read",
        || async { Ok(tenant.run(&run_id).await?.counts.unwrap_or_default().objects) },
        |objects| *objects == 19,
    )
    .await?;
    forest
        .set_addresses("p0", &[format!("SMTP:{}", tenant.address("p0"))])
        .await?;
    proxy.heal();
    let run = tenant.ended(&run_id).await?;
    assert_eq!(run.state(), RunState::Succeeded, "{run:?}");
    let counts = run.counts.context("counts")?;
    assert_eq!((counts.remove, counts.keep), (0, 20), "{counts:?}");
    Ok(())
}

#[tokio::test]
async fn an_absence_that_another_server_tells_waits_for_the_next_complete_read() -> Result<()> {
    let (tenant, forest) = Forest::openldap("another").await?;
    people(&tenant, &forest, 20).await?;
    let (one, other) = (forest.proxy().await?, forest.proxy().await?);
    let of = |proxy: &rollcall_e2e::forest::ForestProxy<'_>| proxy.settings(Security::Plaintext);
    tenant.put_removal(of(&one), REMOVING).await?;
    tenant.sync().await?;
    leave(&forest, [19]).await?;
    tenant.put_removal(of(&other), REMOVING).await?;
    let waits = tenant.sync().await?;
    assert_eq!(
        decided(&row(&tenant, &waits, "p19").await?),
        (Verdict::Stale, Reason::OtherServer)
    );
    assert!(account(&tenant, "p19").await?.stale_since.is_some());
    let decides = tenant.sync().await?;
    assert_eq!(
        decided(&row(&tenant, &decides, "p19").await?),
        (Verdict::Remove, Reason::Absent)
    );
    Ok(())
}

#[tokio::test]
async fn a_first_removal_that_waited_for_the_next_read_is_still_the_first() -> Result<()> {
    let (tenant, forest) = Forest::openldap("waited").await?;
    people(&tenant, &forest, 20).await?;
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

#[tokio::test]
async fn more_than_five_percent_or_five_accounts_are_held_and_nothing_at_all_is_changed() -> Result<()> {
    let (tenant, forest) = removing("guard", 20, REMOVING).await?;
    leave(&forest, 10..16).await?;
    forest.add(&person("new").primary(&tenant.address("new"))).await?;
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
    let (tenant, forest) = removing("drain", 20, REMOVING).await?;
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
async fn a_limit_that_is_set_counts_alone_and_0_asks_always() -> Result<()> {
    let (tenant, forest) = removing("limits", 20, limited(0)).await?;
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
    let (tenant, forest) = removing("half", 6, REMOVING).await?;
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
    let (tenant, forest) = removing("empty", 3, limited(1_000)).await?;
    leave(&forest, 0..3).await?;
    let held = tenant.held_sync().await?;
    assert_eq!(held.held_reason(), HeldReason::EmptyRead);
    tenant.approve(&held.run_id).await?;
    assert!(tenant.accounts().await?.is_empty(), "it can be approved");
    Ok(())
}

#[tokio::test]
async fn an_approval_reads_again_and_removes_what_was_shown_and_is_still_absent() -> Result<()> {
    let (tenant, forest) = removing("approval", 20, REMOVING).await?;
    leave(&forest, 10..17).await?;
    let held = tenant.held_sync().await?;
    let back = person("p10").primary(&tenant.address("p10"));
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
    let (tenant, forest) = removing("equal", 20, REMOVING).await?;
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
    let (tenant, forest) = removing("outdated", 20, REMOVING).await?;
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
