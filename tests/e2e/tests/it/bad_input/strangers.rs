//! Tenants, runs and pages that are not the caller's.

use anyhow::Result;
use rollcall_e2e::{Forest, Office, Tenant, status::refused};
use rollcall_proto::v1::{
    CancelRunRequest, GetSettingsRequest, ListRowsRequest, ListRunsRequest, ListSettingsRequest,
};
use rollcall_testbed::Bed;
use tonic::Code;

use super::registered;

#[tokio::test]
async fn an_unknown_tenant_has_no_settings_no_runs_and_no_accounts() -> Result<()> {
    let tenant = Tenant::unknown(Bed::attach()?.endpoints()?, "unknown").await?;
    let (tenant_id, mut sync) = (tenant.id.clone(), tenant.clients.sync.clone());
    let refusal = refused(sync.get_settings(GetSettingsRequest { tenant_id }).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::NotFound, "NO_SETTINGS"),
        "{refusal:?}"
    );
    let refusal = refused(tenant.start_preview().await);
    assert_eq!(refusal.reason, "NO_SETTINGS", "{refusal:?}");
    let run = tenant.run("0190a0a0-0000-7000-8000-000000000000").await;
    assert_eq!(refused(run).reason, "NO_RUN");
    assert_eq!(refused(tenant.accounts().await).reason, "NO_TENANT");
    Ok(())
}

#[tokio::test]
async fn another_tenants_run_is_not_found() -> Result<()> {
    let (owner, _forest) = Office::new("owner").in_openldap().people(["ann"]).saved().await?;
    let run = owner.sync().await?;
    let (stranger, _) = registered("stranger").await?;

    for refusal in [
        refused(stranger.run(&run.run_id).await),
        refused(stranger.rows(&run.run_id).await),
        refused(stranger.run("0190a0a0-0000-7000-8000-000000000000").await),
    ] {
        assert_eq!(
            (refusal.code, refusal.reason.as_str()),
            (Code::NotFound, "NO_RUN"),
            "{refusal:?}"
        );
    }
    assert_eq!(
        refused(stranger.run("not-a-run-id").await).code,
        Code::InvalidArgument
    );

    let cancel = |tenant: &Tenant| {
        let request = CancelRunRequest {
            tenant_id: tenant.id.clone(),
            run_id: run.run_id.clone(),
        };
        let mut client = tenant.clients.sync.clone();
        async move { client.cancel_run(request).await }
    };
    assert_eq!(refused(cancel(&stranger).await).reason, "NO_RUN");
    assert_eq!(refused(cancel(&owner).await).reason, "RUN_FINISHED");
    Ok(())
}

#[tokio::test]
async fn a_page_token_of_another_query_is_refused() -> Result<()> {
    let (tenant, forest) = Forest::openldap("pages").await?;
    for n in 0..3 {
        forest.add(&tenant.person(&format!("p{n}"))).await?;
    }
    tenant.put_directory(forest.settings()).await?;
    let run = tenant.sync().await?;
    let mut results = tenant.clients.results.clone();
    let query = ListRowsRequest {
        tenant_id: tenant.id.clone(),
        run_id: run.run_id.clone(),
        page_size: 2,
        ..ListRowsRequest::default()
    };
    let token = results
        .list_rows(query.clone())
        .await?
        .into_inner()
        .next_page_token;
    assert!(!token.is_empty());

    let other_query = ListRowsRequest {
        search: "p1".into(),
        page_token: token.clone(),
        ..query
    };
    let refusal = refused(results.list_rows(other_query).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::InvalidArgument, "PAGE_TOKEN"),
        "{refusal:?}"
    );
    let other_call = ListRunsRequest {
        tenant_id: tenant.id.clone(),
        page_size: 2,
        page_token: token.clone(),
    };
    assert_eq!(refused(results.list_runs(other_call).await).reason, "PAGE_TOKEN");
    let nonsense = ListRunsRequest {
        tenant_id: tenant.id.clone(),
        page_size: 2,
        page_token: "%%%".into(),
    };
    assert_eq!(refused(results.list_runs(nonsense).await).reason, "PAGE_TOKEN");
    let other_service = ListSettingsRequest {
        page_size: 2,
        page_token: token,
    };
    let refusal = refused(tenant.clients.sync.clone().list_settings(other_service).await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::InvalidArgument, "PAGE_TOKEN"),
        "{refusal:?}"
    );
    Ok(())
}
