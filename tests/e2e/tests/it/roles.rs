//! Who may do what, with the certificates of each role at each service.

use anyhow::Result;
use rollcall_e2e::{
    Tenant,
    status::{Refusal, refused},
};
use rollcall_proto::{
    internal::v1::{CheckWorkerRequest, reconcile_service_client::ReconcileServiceClient},
    v1::{
        GetDomainsRequest, GetFleetRequest, ListAccountsRequest, ListSettingsRequest, PutDomainsRequest,
        SyncNowRequest, ValidateFilterRequest, account_service_client::AccountServiceClient,
        results_service_client::ResultsServiceClient, sync_service_client::SyncServiceClient,
    },
};
use rollcall_testbed::{Bed, Endpoints, Kind, LIMITED, OPERATOR, VIEWER};
use tonic::{Code, Response, Status};

/// A caller with one certificate.
struct Caller<'a> {
    endpoints: &'a Endpoints,
    certificate: String,
    tenant: String,
}

/// The answer's reason: empty if the call was allowed.
fn reason<T: std::fmt::Debug>(answer: Result<Response<T>, Status>) -> String {
    match answer {
        Ok(_) => String::new(),
        Err(status) => {
            let refusal = Refusal::from(status);
            assert_eq!(refusal.code, Code::PermissionDenied, "{refusal:?}");
            refusal.reason
        }
    }
}

impl Caller<'_> {
    /// Reasons of a tenantless call, a call in a tenant's name, and one about all tenants, at the scheduler.
    async fn at_scheduler(&self) -> Result<[String; 3]> {
        let channel = self
            .endpoints
            .connect_as(Kind::Scheduler, &self.certificate)
            .await?;
        let mut client = SyncServiceClient::new(channel);
        let sync = SyncNowRequest {
            tenant_id: self.tenant.clone(),
            ..SyncNowRequest::default()
        };
        let sync = match client.sync_now(sync).await {
            // It was allowed, and found nothing to sync.
            Err(status) if status.code() == Code::NotFound => String::new(),
            answer => reason(answer),
        };
        Ok([
            reason(client.validate_filter(ValidateFilterRequest::default()).await),
            sync,
            reason(client.list_settings(ListSettingsRequest::default()).await),
        ])
    }

    /// Reasons of a read, a write and a worker's call, at reconcile.
    async fn at_reconcile(&self) -> Result<[String; 3]> {
        let channel = self
            .endpoints
            .connect_as(Kind::Reconcile, &self.certificate)
            .await?;
        let mut client = AccountServiceClient::new(channel);
        let get = GetDomainsRequest {
            tenant_id: self.tenant.clone(),
        };
        let put = PutDomainsRequest {
            tenant_id: self.tenant.clone(),
            if_unused: true,
            ..PutDomainsRequest::default()
        };
        let channel = self
            .endpoints
            .connect_to_workers_listener(&self.certificate)
            .await?;
        let mut workers = ReconcileServiceClient::new(channel);
        Ok([
            reason(client.get_domains(get).await),
            reason(client.put_domains(put).await),
            reason(workers.check_worker(CheckWorkerRequest {}).await),
        ])
    }

    /// Reasons of a read of a tenant and of the fleet, at results.
    async fn at_results(&self) -> Result<[String; 2]> {
        let channel = self
            .endpoints
            .connect_as(Kind::Results, &self.certificate)
            .await?;
        let mut client = ResultsServiceClient::new(channel);
        let list = ListAccountsRequest {
            tenant_id: self.tenant.clone(),
            ..ListAccountsRequest::default()
        };
        Ok([
            reason(client.list_accounts(list).await),
            reason(client.get_fleet(GetFleetRequest::default()).await),
        ])
    }
}

const YES: &str = "";
const NO: &str = "CALLER_NOT_ALLOWED";
const OTHER: &str = "TENANT_NOT_ALLOWED";

#[tokio::test]
async fn each_role_may_do_its_own_work_at_each_service_and_nothing_else() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let (worker, scheduler) = (
        Kind::Worker.certificate_name(),
        Kind::Scheduler.certificate_name(),
    );
    let expected = [
        (VIEWER, [YES, NO, NO], [YES, NO, NO], [YES, NO]),
        (OPERATOR, [YES, NO, YES], [YES, NO, NO], [YES, YES]),
        (LIMITED, [YES, YES, NO], [YES, YES, NO], [YES, NO]),
        (&worker, [NO; 3], [NO, NO, YES], [NO; 2]),
        (&scheduler, [NO; 3], [NO; 3], [NO; 2]),
    ];
    for (certificate, scheduler, reconcile, results) in expected {
        let tenant = Tenant::registered(endpoints, "limited").await?;
        let caller = Caller {
            endpoints,
            certificate: certificate.to_owned(),
            tenant: tenant.id,
        };
        assert_eq!(caller.at_scheduler().await?, scheduler, "{certificate}");
        assert_eq!(caller.at_results().await?, results, "{certificate}");
        assert_eq!(caller.at_reconcile().await?, reconcile, "{certificate}");
    }
    Ok(())
}

#[tokio::test]
async fn a_portal_limited_to_some_tenants_reaches_no_other_at_any_service() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let tenant = Tenant::registered(endpoints, "beyond").await?;
    let caller = Caller {
        endpoints,
        certificate: LIMITED.to_owned(),
        tenant: tenant.id.clone(),
    };
    assert_eq!(caller.at_scheduler().await?, [YES, OTHER, NO]);
    assert_eq!(caller.at_reconcile().await?, [OTHER, OTHER, NO]);
    assert_eq!(caller.at_results().await?, [OTHER, NO]);
    // Nothing of it was done.
    let get = GetDomainsRequest {
        tenant_id: tenant.id.clone(),
    };
    let domains = tenant.clients.accounts.clone().get_domains(get).await?;
    assert_eq!(domains.into_inner().domains.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_certificate_of_the_authority_without_a_role_may_do_nothing() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let Some(authority) = endpoints.certificates() else {
        anyhow::bail!("mutual TLS")
    };
    // Reconcile's own client certificate: signed by the authority, and in nobody's list.
    let stranger = Kind::Reconcile.certificate_name();
    assert!(authority.identity(&stranger).certificate.exists());
    for kind in Kind::ALL {
        let channel = endpoints.connect_as(kind, &stranger).await?;
        let health = tonic_health::pb::health_client::HealthClient::new(channel)
            .check(tonic_health::pb::HealthCheckRequest::default())
            .await;
        assert_eq!(refused(health).reason, NO, "{kind:?}");
    }
    Ok(())
}
