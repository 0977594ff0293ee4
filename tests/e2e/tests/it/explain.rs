//! Any address has an explanation, whether it is in the portal or not.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Object, Office, Tenant, person, status::refused, tenant::portal::manual_account};
use rollcall_proto::v1::{
    AddressType, DomainStanding, ExplainAddressResponse, Origin, Reason, Removal, Row, RunKind, Verdict,
};
use rollcall_testbed::Bed;
use tonic::Code;

/// Ann, who has an alias of her own and one that Bob has as his primary, and Bob.
fn rivals(tenant: &Tenant) -> Vec<Object> {
    let ann = tenant.person("ann").alias(&tenant.address("office"));
    vec![ann.alias(&tenant.address("bob")), tenant.person("bob")]
}

/// The one row of the entry with this name.
fn row_of<'a>(explained: &'a ExplainAddressResponse, name: &str) -> Result<&'a Row> {
    let is_of = |row: &&Row| row.object_dn.to_lowercase().starts_with(&format!("cn={name},"));
    explained
        .rows
        .iter()
        .find(is_of)
        .with_context(|| format!("no row of {name} in {explained:?}"))
}

#[tokio::test]
async fn an_imported_primary_is_explained_in_any_spelling_by_its_entry_its_account_and_its_run() -> Result<()>
{
    let (tenant, _) = Office::new("primary")
        .in_openldap()
        .objects(rivals)
        .synced()
        .await?;
    let ann = tenant.address("ann");
    let explained = tenant.explain(&format!(" {} ", ann.to_uppercase())).await?;
    assert_eq!(explained.address, ann);
    assert_eq!(explained.domain_standing(), DomainStanding::Own);
    let row = row_of(&explained, "ann")?;
    assert_eq!(
        (row.verdict(), row.reason(), row.directory_type()),
        (Verdict::Add, Reason::NewAccount, AddressType::Primary)
    );
    let account = explained.account.as_ref().context("an account")?;
    assert_eq!(account.primary_address, ann);
    assert_eq!(account.addresses.len(), 2, "{account:?}");
    assert_eq!(explained.last_change, explained.read);
    assert_eq!(explained.last_change_row.as_ref(), Some(row));
    for words in [
        "is in the portal",
        "the primary address of a user",
        &row.object_dn,
    ] {
        assert!(explained.explanation.contains(words), "{}", explained.explanation);
    }
    Ok(())
}

#[tokio::test]
async fn an_alias_that_another_entry_won_names_both_entries_and_the_winner() -> Result<()> {
    let (tenant, _) = Office::new("lost").in_openldap().objects(rivals).synced().await?;
    let bob = tenant.address("bob");
    let explained = tenant.explain(&bob).await?;
    assert_eq!(explained.rows.len(), 2, "{explained:?}");
    assert_eq!(row_of(&explained, "bob")?.verdict(), Verdict::Add);
    let lost = row_of(&explained, "ann")?;
    assert_eq!(
        (lost.verdict(), lost.reason(), lost.directory_type()),
        (Verdict::Skip, Reason::ClaimedByOtherObject, AddressType::Alias)
    );
    assert!(explained.explanation.contains(&lost.other), "{explained:?}");
    assert_eq!(explained.account.context("an account")?.primary_address, bob);
    Ok(())
}

#[tokio::test]
async fn a_duplicate_that_was_refused_is_explained_by_the_rule() -> Result<()> {
    let (tenant, forest) = Forest::openldap("duplicate").await?;
    let second = format!("second-{}", tenant.domain);
    tenant.put_domains(&[(&tenant.domain, ""), (&second, "")]).await?;
    let duplicate = format!("ann@{second}");
    let ann = tenant.person("ann").alias(&duplicate);
    forest.add(&ann).await?;
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;

    let explained = tenant.explain(&duplicate).await?;
    assert_eq!(explained.account, None);
    let row = row_of(&explained, "ann")?;
    assert_eq!(
        (row.verdict(), row.reason()),
        (Verdict::Skip, Reason::DuplicateUsername)
    );
    assert!(explained.explanation.contains("None of your accounts has"));
    assert_eq!(explained.last_change, None, "nothing ever changed it");
    Ok(())
}

#[tokio::test]
async fn an_address_in_another_customers_domain_is_explained_like_one_in_a_domain_of_nobody() -> Result<()> {
    let (tenant, forest) = Office::new("foreign")
        .in_openldap()
        .objects(rivals)
        .synced()
        .await?;
    let other = Tenant::registered(Bed::attach()?.endpoints()?, "neighbour").await?;
    let carl = other.address("carl");
    let nobodys = "carl@nobody-owns-this.example";
    forest
        .add(&tenant.person("carl").alias(&carl).alias(nobodys))
        .await?;
    tenant.sync().await?;
    let explained = tenant.explain(&carl).await?;
    assert_eq!(explained.domain_standing(), DomainStanding::NotRegistered);
    assert_eq!(row_of(&explained, "carl")?.reason(), Reason::DomainNotRegistered);
    assert_eq!(
        explained.explanation.replace(&carl, nobodys),
        tenant.explain(nobodys).await?.explanation
    );
    let theirs = other.explain(&carl).await?;
    assert_eq!(theirs.domain_standing(), DomainStanding::Own);
    assert!(theirs.rows.is_empty() && theirs.read.is_none(), "{theirs:?}");
    Ok(())
}

#[tokio::test]
async fn an_address_without_an_account_is_explained_too() -> Result<()> {
    let (tenant, _) = Office::new("nobody")
        .in_openldap()
        .objects(rivals)
        .synced()
        .await?;
    let explained = tenant.explain(&tenant.address("nobody")).await?;
    assert!(
        explained.read.is_some() && explained.rows.is_empty(),
        "{explained:?}"
    );
    assert_eq!((explained.account, explained.last_change), (None, None));
    assert!(explained.explanation.contains("None of your accounts has"));
    let unregistered = tenant.explain("ann@nobody-registered.example").await?;
    assert_eq!(unregistered.domain_standing(), DomainStanding::NotRegistered);
    assert!(
        unregistered.explanation.contains("not registered"),
        "{unregistered:?}"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_gone_is_stale_since_the_run_that_missed_it_first() -> Result<()> {
    let (tenant, forest) = Office::new("stale")
        .in_openldap()
        .objects(rivals)
        .synced()
        .await?;
    forest.remove("ann").await?;
    let missed = tenant.sync().await?;
    forest.add(&tenant.person("carl")).await?;
    let later = tenant.sync().await?;
    let explained = tenant.explain(&tenant.address("ann")).await?;
    assert_eq!(explained.read.context("a read")?.run_id, later.run_id);
    assert_eq!(explained.rows[0].verdict(), Verdict::Stale);
    assert_eq!(explained.last_change.context("a change")?.run_id, missed.run_id);
    assert!(
        explained.explanation.contains("stale since"),
        "{}",
        explained.explanation
    );
    Ok(())
}

#[tokio::test]
async fn a_removed_address_shows_its_former_account_and_the_last_day_for_restoring_it() -> Result<()> {
    let (tenant, forest) = Office::new("removed")
        .in_openldap()
        .objects(rivals)
        .synced()
        .await?;
    forest.remove("ann").await?;
    let removal = Removal {
        remove_accounts: true,
        ..Removal::default()
    };
    tenant.put_removal(forest.settings(), removal).await?;
    tenant.preview().await?;
    let run = tenant.sync().await?;
    let office = tenant.address("office");
    let explained = tenant.explain(&office).await?;
    assert_eq!(explained.account, None);
    let [removed] = explained.removed_accounts.as_slice() else {
        anyhow::bail!("one removed account had it: {explained:?}");
    };
    assert_eq!(removed.primary_address, tenant.address("ann"));
    assert_eq!(removed.addresses.len(), 2);
    assert!(removed.remove_time.is_some());
    assert_eq!(explained.last_change.context("a change")?.run_id, run.run_id);
    assert!(
        explained.explanation.contains("it can be restored until"),
        "{}",
        explained.explanation
    );
    assert_eq!(tenant.removed_accounts().await?, explained.removed_accounts);
    Ok(())
}

#[tokio::test]
async fn a_manual_address_is_shown_as_manual() -> Result<()> {
    let (tenant, _) = Office::new("manual")
        .in_openldap()
        .objects(rivals)
        .synced()
        .await?;
    let desk = tenant.address("desk");
    tenant.put_account(manual_account(&desk, &[])).await?;
    let explained = tenant.explain(&desk).await?;
    let account = explained.account.context("an account")?;
    assert_eq!(account.origin(), Origin::Manual);
    assert_eq!(explained.last_change, None, "no run changed it");
    assert!(
        explained.explanation.contains("a manual address"),
        "{}",
        explained.explanation
    );
    Ok(())
}

#[tokio::test]
async fn what_is_no_address_is_explained_as_it_stands_in_the_directory_and_refused_otherwise() -> Result<()> {
    let (tenant, forest) = Office::new("invalid")
        .in_openldap()
        .objects(rivals)
        .synced()
        .await?;
    forest
        .add(&person("odd").value("smtp:Two Words@acme.example"))
        .await?;
    tenant.preview().await?;
    let explained = tenant.explain("Two Words@acme.example").await?;
    assert_eq!(explained.domain_standing(), DomainStanding::Unspecified);
    assert_eq!(row_of(&explained, "odd")?.reason(), Reason::InvalidAddress);
    assert_eq!(explained.read.context("a read")?.kind(), RunKind::Preview);
    let refusal = refused(tenant.explain("Three Words@acme.example").await);
    assert_eq!(
        (refusal.code, refusal.fields),
        (Code::InvalidArgument, vec!["address".to_owned()])
    );
    Ok(())
}
