//! Absent addresses: stale, refused by the settings, or missing at one of several servers.

use anyhow::{Context, Result};
use rollcall_e2e::{Office, office::REMOVING, tenant::portal::manual_account, wait};
use rollcall_proto::v1::{Reason, RunState, Security, Verdict};

use super::{decided, leave, row};
use crate::office::account;

/// Bytes of an unbind request (RFC 4511 section 4.3), while message ids are small.
const UNBIND_BYTES: u64 = 7;

#[tokio::test]
async fn without_remove_accounts_absent_addresses_stay_and_are_stale_since_then() -> Result<()> {
    let (tenant, forest) = Office::new("stale").people(["ann", "bob"]).synced().await?;
    tenant
        .put_account(manual_account(&tenant.address("hand"), &[]))
        .await?;
    forest.remove("bob").await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&row(&tenant, &run, "bob").await?),
        (Verdict::Stale, Reason::Absent)
    );
    let since = account(&tenant, "bob").await?.stale_since.context("since when")?;
    tenant
        .put_account(manual_account(&tenant.address("other"), &[]))
        .await?;
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
    let (tenant, forest) = Office::new("refused").crowd(8).removing().synced().await?;
    forest.set("p0", "userAccountControl", &["546"]).await?;
    let mut settings = tenant.saved().await?;
    settings.selection = Some(rollcall_proto::v1::Selection {
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
async fn one_that_still_answers_to_its_id_is_not_missing() -> Result<()> {
    let (tenant, forest) = Office::new("answers").in_openldap().crowd(20).furnished().await?;
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
async fn an_absence_first_seen_at_another_server_waits_for_the_next_complete_read() -> Result<()> {
    let (tenant, forest) = Office::new("another").in_openldap().crowd(20).furnished().await?;
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
