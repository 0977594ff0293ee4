//! Runs, rows, CSV and accounts, as an administrator asks for them.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Object, Office, Tenant, person, tenant::portal::manual_account};
use rollcall_proto::v1::{
    GetSettingsRequest, ListAccountsRequest, ListRowsRequest, ListRunsRequest, RunKind, RunState, RunTrigger,
    SyncNowRequest, Verdict,
};
use rollcall_testbed::Bed;
use sqlx::{Connection as _, PgConnection};

/// Ann with an alias, and Bob with one of a domain without an owner.
fn ann_and_bob(tenant: &Tenant) -> Vec<Object> {
    vec![
        tenant.person("ann").alias(&tenant.address("office")),
        tenant.person("bob").alias("bob@elsewhere.example"),
    ]
}

#[tokio::test]
async fn rows_are_filtered_by_verdict_and_searched_by_prefix_whatever_the_case() -> Result<()> {
    let (tenant, _) = Office::new("rows")
        .in_openldap()
        .objects(ann_and_bob)
        .saved()
        .await?;
    let run_id = tenant.sync().await?.run_id;
    let ask = |verdicts: Vec<Verdict>, search: &str| {
        let request = ListRowsRequest {
            tenant_id: tenant.id.clone(),
            run_id: run_id.clone(),
            verdicts: verdicts.into_iter().map(Into::into).collect(),
            search: search.to_owned(),
            ..ListRowsRequest::default()
        };
        let mut results = tenant.clients.results.clone();
        async move {
            let rows = results.list_rows(request).await?.into_inner().rows;
            anyhow::Ok(rows.into_iter().map(|row| row.address).collect::<Vec<_>>())
        }
    };
    assert_eq!(ask(vec![Verdict::Skip], "").await?, ["bob@elsewhere.example"]);
    assert_eq!(ask(vec![], "BOB@").await?.len(), 2);
    assert_eq!(ask(vec![Verdict::Add], "off").await?, [tenant.address("office")]);
    assert!(
        ask(vec![], "%").await?.is_empty(),
        "a search is a prefix, not a pattern"
    );
    Ok(())
}

#[tokio::test]
async fn the_csv_holds_one_row_a_claim_as_it_stands_in_the_directory() -> Result<()> {
    let (tenant, forest) = Office::new("csv")
        .in_openldap()
        .objects(ann_and_bob)
        .synced()
        .await?;
    forest
        .add(&person("formula").value("smtp:=cmd|' /C calc'!A1"))
        .await?;
    let preview = tenant.preview().await?;
    let csv = tenant.csv(&preview.run_id).await?;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert!(lines[0].starts_with("address,"), "a header line: {}", lines[0]);
    assert_eq!(
        lines.iter().filter(|line| !line.is_empty()).count(),
        1 + 5,
        "{csv}"
    );
    let alias = lines
        .iter()
        .find(|line| line.starts_with(&tenant.address("office")))
        .context("the alias")?;
    assert!(
        alias.contains("ALIAS") && alias.contains(&tenant.address("ann")) && alias.contains("KEEP"),
        "{alias}"
    );
    assert!(csv.contains("'=cmd"), "a formula is defused: {csv}");
    Ok(())
}

#[tokio::test]
async fn removed_accounts_are_listed_and_searched_apart_from_live_ones_page_by_page() -> Result<()> {
    let (tenant, _) = Office::new("removedlist")
        .in_openldap()
        .objects(ann_and_bob)
        .synced()
        .await?;
    for name in ["zoe", "yan", "live"] {
        let alias = tenant.address(&format!("{name}-too"));
        let account = tenant
            .put_account(manual_account(&tenant.address(name), &[&alias]))
            .await?;
        if name != "live" {
            tenant.remove_account(&account.account_id).await?;
        }
    }
    let ask = |search: &str, page_token: &str, removed: bool| {
        let request = ListAccountsRequest {
            tenant_id: tenant.id.clone(),
            search: search.to_owned(),
            page_size: 1,
            page_token: page_token.to_owned(),
            removed,
        };
        let mut results = tenant.clients.results.clone();
        async move {
            results
                .list_accounts(request)
                .await
                .map(tonic::Response::into_inner)
        }
    };
    let first = ask("", "", true).await?;
    let [yan] = first.accounts.as_slice() else {
        anyhow::bail!("a page of one: {first:?}");
    };
    assert_eq!(yan.primary_address, tenant.address("yan"));
    assert_eq!(yan.addresses.len(), 2, "with what it had");
    assert!(yan.remove_time.is_some());
    assert_eq!(yan.last_name, tenant.domain);
    let second = ask("", &first.next_page_token, true).await?;
    assert_eq!(second.accounts[0].primary_address, tenant.address("zoe"));
    assert_eq!(second.next_page_token, "");
    assert_eq!(ask("ZOE-T", "", true).await?.accounts, second.accounts);
    assert!(ask("live", "", true).await?.accounts.is_empty());
    assert!(ask("zoe", "", false).await?.accounts.is_empty());
    let refusal = rollcall_e2e::status::refused(ask("", &first.next_page_token, false).await);
    assert_eq!(refusal.reason, "PAGE_TOKEN", "live ones are another list");
    Ok(())
}

#[tokio::test]
async fn runs_are_listed_newest_first_with_kind_trigger_state_and_times() -> Result<()> {
    let (tenant, _) = Office::new("runs")
        .in_openldap()
        .objects(ann_and_bob)
        .saved()
        .await?;
    let sync_id = tenant.sync().await?.run_id;
    let preview = tenant.preview().await?;
    let request = ListRunsRequest {
        tenant_id: tenant.id.clone(),
        ..ListRunsRequest::default()
    };
    let runs = tenant
        .clients
        .results
        .clone()
        .list_runs(request)
        .await?
        .into_inner()
        .runs;
    let listed: Vec<_> = runs
        .iter()
        .map(|run| (run.run_id.as_str(), run.kind(), run.state()))
        .collect();
    assert_eq!(
        listed,
        [
            (preview.run_id.as_str(), RunKind::Preview, RunState::Succeeded),
            (sync_id.as_str(), RunKind::Sync, RunState::Succeeded),
        ]
    );
    for run in &runs {
        assert_eq!(run.trigger(), RunTrigger::Manual);
        assert!(
            run.create_time.is_some() && run.start_time.is_some() && run.end_time.is_some(),
            "{run:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn rows_of_a_run_that_did_not_succeed_are_refused_with_the_reason() -> Result<()> {
    let (tenant, forest) = Office::new("norows")
        .in_openldap()
        .objects(ann_and_bob)
        .synced()
        .await?;
    let mut directory = forest.settings();
    directory.search_bases = vec![format!("ou=nowhere,{}", directory.search_bases[0])];
    tenant.put_directory(directory).await?;
    let run = tenant.failed_sync().await?;
    let refusal = rollcall_e2e::status::refused(tenant.rows(&run.run_id).await);
    assert_eq!(refusal.reason, "RUN_HAS_NO_ROWS");
    Ok(())
}

#[tokio::test]
async fn an_older_runs_rows_stay_as_they_were_when_later_runs_change_the_portal() -> Result<()> {
    let (tenant, forest) = Office::new("history")
        .in_openldap()
        .objects(ann_and_bob)
        .saved()
        .await?;
    let first = tenant.sync().await?.run_id;
    let before = tenant.rows(&first).await?;
    forest.remove("bob").await?;
    tenant.sync().await?;
    assert_eq!(tenant.rows(&first).await?, before);
    Ok(())
}

#[tokio::test]
async fn a_sync_that_changes_one_address_writes_one_row_of_history_and_an_unchanged_one_none() -> Result<()> {
    let (tenant, forest) = Office::new("handful").in_openldap().crowd(40).saved().await?;
    let mut database = PgConnection::connect(&Bed::attach()?.endpoints()?.database_url).await?;
    let mut history = async || -> Result<i64> {
        let rows = "SELECT count(*) FROM reconcile.claim_history WHERE tenant_id = $1";
        Ok(sqlx::query_scalar(rows)
            .bind(&tenant.id)
            .fetch_one(&mut database)
            .await?)
    };

    tenant.sync().await?;
    assert_eq!(history().await?, 40);
    tenant.sync().await?;
    assert_eq!(history().await?, 40);
    let addresses = [
        format!("SMTP:{}", tenant.address("p7")),
        format!("smtp:{}", tenant.address("seven")),
    ];
    forest.set_addresses("p7", &addresses).await?;
    let changed = tenant.sync().await?;
    assert_eq!(history().await?, 41);
    assert_eq!(
        tenant.rows(&changed.run_id).await?.len(),
        41,
        "the run shows them all"
    );
    Ok(())
}

#[tokio::test]
async fn a_sync_that_waits_is_answered_again_instead_of_queued_twice() -> Result<()> {
    let (tenant, forest) = Office::new("twice")
        .in_openldap()
        .objects(ann_and_bob)
        .synced()
        .await?;
    let proxy = forest.proxy().await?;
    proxy.stall_after(0);
    tenant
        .put_directory(proxy.settings(rollcall_proto::v1::Security::Plaintext))
        .await?;
    let reading = tenant.start_sync().await?;
    rollcall_e2e::wait::until(
        "the run to begin",
        || async { Ok(tenant.run(&reading).await?) },
        |run| run.state() == RunState::Running,
    )
    .await?;
    let ask = || {
        let mut sync = tenant.clients.sync.clone();
        let request = SyncNowRequest {
            tenant_id: tenant.id.clone(),
            ..SyncNowRequest::default()
        };
        async move { sync.sync_now(request).await.map(tonic::Response::into_inner) }
    };
    let queued = ask().await?;
    assert!(
        !queued.already_queued && queued.run_id != reading,
        "one more is queued behind the one that reads"
    );
    let again = ask().await?;
    assert!(again.already_queued);
    assert_eq!(again.run_id, queued.run_id);
    proxy.heal();
    tenant.ended(&queued.run_id).await?;
    Ok(())
}

#[tokio::test]
async fn a_schedule_shows_when_it_runs_next() -> Result<()> {
    let (tenant, forest) = Forest::openldap("next").await?;
    let saved = tenant.put_schedule(forest.settings(), 1).await?;
    let next = saved.next_run_time.context("a next run")?;
    assert_eq!(next.seconds % 3600, 60, "a minute past the hour");
    let off = tenant.put_schedule(forest.settings(), 0).await?;
    assert_eq!(off.next_run_time, None);
    let shown = tenant
        .clients
        .sync
        .clone()
        .get_settings(GetSettingsRequest {
            tenant_id: tenant.id.clone(),
        })
        .await?;
    assert_eq!(shown.into_inner().settings, Some(off));
    Ok(())
}
