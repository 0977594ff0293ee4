//! A customer's office in Active Directory, for tests that need one with people in it.

use anyhow::{Context, Result};
use rollcall_e2e::{Object, Past, Tenant, wait};
use rollcall_proto::v1::{Account, ListRunsRequest, Run, RunTrigger, Verdict};
use rollcall_testbed::{Bed, directory::Kind};

use crate::credentials::tables_that_hold;

/// One object of each kind, with an address that is named for it.
pub(crate) fn one_of_each(tenant: &Tenant) -> Vec<Object> {
    let kinds = [
        (Kind::Person, "user"),
        (Kind::Group, "group"),
        (Kind::Contact, "contact"),
        (Kind::Room, "room"),
        (Kind::SharedMailbox, "shared"),
        (Kind::PublicFolder, "folder"),
    ];
    kinds
        .into_iter()
        .map(|(kind, name)| Object::new(kind, "", name).primary(&tenant.address(name)))
        .collect()
}

/// The addresses of the directory that a run imports or keeps, sorted.
pub(crate) async fn imported(tenant: &Tenant, run: &Run) -> Result<Vec<String>> {
    let rows = tenant.rows(&run.run_id).await?;
    let kept = |verdict| matches!(verdict, Verdict::Add | Verdict::Keep | Verdict::Update);
    Ok(rows
        .into_iter()
        .filter(|row| kept(row.verdict()) && !row.object_id.is_empty())
        .map(|row| row.address)
        .collect())
}

/// The live account that has this local part's address.
pub(crate) async fn account(tenant: &Tenant, local: &str) -> Result<Account> {
    let address = tenant.address(local);
    let found = tenant.account_of(&address).await?;
    found.with_context(|| format!("{address} has no account"))
}

/// Makes the tenant's schedule due, and follows the run that comes of it to its end.
pub(crate) async fn scheduled_run(tenant: &Tenant) -> Result<Run> {
    let before = runs(tenant).await?;
    past().await?.due(tenant).await?;
    let is_new = |run: &Run| {
        run.trigger() == RunTrigger::Scheduled && before.iter().all(|old| old.run_id != run.run_id)
    };
    let begun = wait::until(
        "the schedule to ask for a run",
        || runs(tenant),
        |runs| runs.iter().any(is_new),
    )
    .await?;
    let run = begun.into_iter().find(is_new).context("a run")?;
    tenant.ended(&run.run_id).await
}

/// The tenant's newest runs, the newest first.
pub(crate) async fn runs(tenant: &Tenant) -> Result<Vec<Run>> {
    let request = ListRunsRequest {
        tenant_id: tenant.id.clone(),
        ..ListRunsRequest::default()
    };
    let answer = tenant.clients.results.clone().list_runs(request).await?;
    Ok(answer.into_inner().runs)
}

/// The shared stack's past.
pub(crate) async fn past() -> Result<Past> {
    Past::connect(Bed::attach()?.endpoints()?).await
}

/// The tables of the shared stack in which some row holds `text`.
pub(crate) async fn tables_with(text: &str) -> Result<Vec<String>> {
    let bed = Bed::attach()?;
    tables_that_hold(&bed.endpoints()?.database_url, text).await
}
