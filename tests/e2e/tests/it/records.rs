//! Records of acts: each leaves one, with who did it and what was done, and none with a secret.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use rollcall_e2e::{Office, Past, Tenant, status::refused, tenant::portal::manual_account, wait};
use rollcall_proto::v1::{
    AuditFilter, AuditRecord, ListAuditRequest, ListRunsRequest, ReleaseDomainRequest, Run, RunTrigger,
};
use rollcall_terms::audit::{ACTS, OK};
use rollcall_testbed::Bed;
use sqlx::{Connection as _, PgConnection};

/// Acts on all tenants: a test with a stack of its own makes them.
const OF_ALL: [&str; 2] = ["PauseFleet", "ResumeFleet"];

async fn records(tenant: &Tenant, filter: AuditFilter) -> Result<Vec<AuditRecord>> {
    let mut request = ListAuditRequest {
        tenant_id: tenant.id.clone(),
        filter: Some(filter),
        // Several pages.
        page_size: 7,
        ..ListAuditRequest::default()
    };
    let mut records = Vec::new();
    loop {
        let page = tenant.clients.results.clone().list_audit(request.clone()).await?;
        let page = page.into_inner();
        records.extend(page.records);
        if page.next_page_token.is_empty() {
            return Ok(records);
        }
        request.page_token = page.next_page_token;
    }
}

fn of_method(method: &str) -> AuditFilter {
    AuditFilter {
        method: method.to_owned(),
        ..AuditFilter::default()
    }
}

/// The value of a detail, and the one before it.
fn detail<'a>(record: &'a AuditRecord, name: &str) -> Option<(&'a str, &'a str)> {
    let detail = record.details.iter().find(|detail| detail.name == name)?;
    Some((&detail.value, &detail.old_value))
}

async fn runs(tenant: &Tenant) -> Result<Vec<Run>> {
    let request = ListRunsRequest {
        tenant_id: tenant.id.clone(),
        ..ListRunsRequest::default()
    };
    let answer = tenant.clients.results.clone().list_runs(request).await?;
    Ok(answer.into_inner().runs)
}

async fn edit_accounts(tenant: &Tenant) -> Result<String> {
    let account = tenant
        .put_account(manual_account(&tenant.address("manual"), &[]))
        .await?;
    tenant.protect(&account.account_id, true).await?;
    tenant.protect(&account.account_id, false).await?;
    tenant.remove_account(&account.account_id).await?;
    tenant.restore_account(&account.account_id).await?;
    Ok(account.account_id)
}

/// Gives a domain up, and has it released as an operator.
async fn release_a_domain(tenant: &Tenant) -> Result<()> {
    let name = tenant.subdomain("released");
    tenant.put_domains(&[(&tenant.domain, ""), (&name, "")]).await?;
    tenant.put_domains(&[(&tenant.domain, "")]).await?;
    let request = ReleaseDomainRequest { name };
    tenant.clients.accounts.clone().release_domain(request).await?;
    Ok(())
}

#[tokio::test]
async fn every_act_leaves_a_record_that_says_who_did_it_and_what_was_done() -> Result<()> {
    let (tenant, forest) = Office::new("records").crowd(20).removing().synced().await?;
    let preview = tenant.preview().await?;
    tenant.csv(&preview.run_id).await?;
    tenant.test_connection(None).await?;
    let account = edit_accounts(&tenant).await?;
    for person in 10..17 {
        forest.remove(&format!("p{person}")).await?;
    }
    let held = tenant.held_sync().await?;
    let approved = tenant.approve(&held.run_id).await?;
    tenant.put_schedule(forest.settings(), 4).await?;
    let reverted = tenant.revert(&approved.run_id).await?;
    tenant.resume().await?;
    let cancelled = tenant.start_preview().await?;
    // It may have ended by then, which is a refusal.
    let cancel = tenant.cancel(&cancelled).await;
    tenant.delete_settings().await?;
    release_a_domain(&tenant).await?;

    let records = records(&tenant, AuditFilter::default()).await?;
    let done = records.iter().filter(|record| record.outcome == OK);
    let done: BTreeSet<_> = done.map(|record| record.method.as_str()).collect();
    let mut wanted: BTreeSet<_> = ACTS.iter().copied().filter(|act| !OF_ALL.contains(act)).collect();
    if cancel.is_err() {
        wanted.remove("CancelRun");
    }
    let missing: Vec<_> = wanted.difference(&done).collect();
    ensure!(missing.is_empty(), "{missing:?} left no record: {records:#?}");
    for record in &records {
        ensure!(!record.caller.is_empty() && record.time.is_some(), "{record:?}");
        ensure!(record.tenant_id == tenant.id && record.calls == 1, "{record:?}");
    }
    let times: Vec<_> = records.iter().filter_map(|record| record.time).collect();
    let sorted = times.is_sorted_by(|a, b| (a.seconds, a.nanos) >= (b.seconds, b.nanos));
    ensure!(sorted, "the newest comes first: {times:?}");

    let find = |method: &str| {
        let found = records.iter().find(|record| record.method == method);
        found.with_context(|| format!("the record of {method}"))
    };
    let approval = find("ApproveRun")?;
    assert_eq!(approval.run_id, held.run_id);
    assert_eq!(detail(approval, "started_run_id"), Some((&*approved.run_id, "")));
    let revert = find("RevertRun")?;
    assert_eq!(revert.run_id, approved.run_id);
    assert_eq!(detail(revert, "started_run_id"), Some((&*reverted.run_id, "")));
    assert_eq!(find("ExportCsv")?.run_id, preview.run_id);
    assert_eq!(
        detail(find("RemoveAccount")?, "account_id"),
        Some((&*account, ""))
    );
    assert_eq!(
        detail(find("PutSettings")?, "schedule.every_hours"),
        Some(("4", ""))
    );
    let test = find("TestConnection")?;
    let host = forest.settings().hosts.join(", ");
    assert_eq!(detail(test, "directory.hosts"), Some((&*host, "")));
    assert_eq!(detail(test, "directory.bind_password"), Some(("stored", "")));
    Ok(())
}

#[tokio::test]
async fn a_record_is_found_by_its_method_and_run_and_by_no_other_tenant() -> Result<()> {
    let (tenant, _) = Office::new("found").crowd(3).in_openldap().synced().await?;
    let (other, _) = Office::new("other").crowd(3).in_openldap().synced().await?;
    let run = tenant.sync().await?;
    let of_run = AuditFilter {
        run_id: run.run_id.clone(),
        ..AuditFilter::default()
    };
    let found = records(&tenant, of_run.clone()).await?;
    let methods: Vec<_> = found.iter().map(|record| record.method.as_str()).collect();
    assert_eq!(methods, ["SyncNow"]);
    assert!(records(&other, of_run).await?.is_empty());
    assert_eq!(records(&tenant, of_method("PutDomains")).await?.len(), 1);
    let start_time = found.first().and_then(|record| record.time);
    let later = AuditFilter {
        start_time,
        ..of_method("PutDomains")
    };
    assert!(
        records(&tenant, later).await?.is_empty(),
        "it was before the sync"
    );
    let caller = AuditFilter {
        caller: "another".to_owned(),
        ..AuditFilter::default()
    };
    assert!(records(&tenant, caller).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_run_shows_who_requested_it() -> Result<()> {
    let (tenant, forest) = Office::new("requested").crowd(3).in_openldap().synced().await?;
    let run = tenant.sync().await?;
    let requested = run.requested_by.context("who requested it")?;
    let record = records(&tenant, of_method("SyncNow")).await?;
    let record = record.first().context("a record")?;
    assert_eq!(
        (requested.caller, requested.actor),
        (record.caller.clone(), record.actor.clone())
    );
    tenant.put_schedule(forest.settings(), 1).await?;
    let past = Past::connect(Bed::attach()?.endpoints()?).await?;
    past.due(&tenant).await?;
    let scheduled = |runs: &Vec<Run>| runs.iter().any(|run| run.trigger() == RunTrigger::Scheduled);
    let runs = wait::until("a scheduled run", || runs(&tenant), scheduled).await?;
    for run in runs.iter().filter(|run| run.trigger() == RunTrigger::Scheduled) {
        assert_eq!(run.requested_by, None, "the schedule requested it");
    }
    Ok(())
}

#[tokio::test]
async fn no_record_has_a_password() -> Result<()> {
    const SECRET: &str = "Unmistakable-8f3a-Secret";
    let (tenant, forest) = Office::new("secretive").crowd(3).in_openldap().synced().await?;
    let mut directory = forest.settings();
    directory.bind_password = Some(SECRET.to_owned());
    tenant.put_directory(directory.clone()).await?;
    // The directory refuses it, which makes no difference.
    let _ = tenant
        .test_connection(Some(tenant.settings(directory.clone())))
        .await;
    directory.port = 0;
    directory.hosts.clear();
    assert_eq!(
        refused(tenant.put_directory(directory).await).reason,
        "INVALID_FIELDS"
    );
    let mut database = PgConnection::connect(&Bed::attach()?.endpoints()?.database_url).await?;
    let found: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit.record WHERE strpos(record::text, $1) > 0")
            .bind(SECRET)
            .fetch_one(&mut database)
            .await?;
    assert_eq!(found, 0);
    let saved = records(&tenant, of_method("PutSettings")).await?;
    // The refused one is on record too, and says only why.
    let given = saved
        .iter()
        .find_map(|record| detail(record, "directory.bind_password"));
    assert_eq!(given, Some(("given", "")));
    Ok(())
}

#[tokio::test]
async fn an_act_that_is_refused_is_recorded_as_refused() -> Result<()> {
    let (tenant, _) = Office::new("refused")
        .crowd(3)
        .in_openldap()
        .removing()
        .synced()
        .await?;
    let run = tenant.sync().await?;
    assert_eq!(
        refused(tenant.start_approval(&run.run_id).await).reason,
        "NOT_HELD"
    );
    // It is written beside the call.
    let recorded = || records(&tenant, of_method("ApproveRun"));
    let found = wait::until("the record", recorded, |found| !found.is_empty()).await?;
    let outcomes: Vec<_> = found.iter().map(|record| record.outcome.as_str()).collect();
    assert_eq!(outcomes, ["NOT_HELD"]);
    Ok(())
}
