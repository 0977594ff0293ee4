//! Callers of each method, and the answers of every server to those that watch it.

use anyhow::{Context, Result};
use rollcall_e2e::{
    Tenant,
    status::{Refusal, refused},
};
use rollcall_proto::{
    internal::v1::{BeginRunRequest, CheckWorkerRequest, reconcile_service_client::ReconcileServiceClient},
    v1::{
        GetDomainsRequest, SyncNowRequest, account_service_client::AccountServiceClient,
        sync_service_client::SyncServiceClient,
    },
};
use rollcall_testbed::{Bed, Endpoints, Kind, OPERATOR, PORTAL, VIEWER, certificates::Authority};
use tonic::{
    Code, Status,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

/// Answer to a call over TLS that shows `identity`, or none.
async fn sync_now(endpoints: &Endpoints, identity: Option<Identity>) -> Result<Result<(), Status>> {
    let authority = endpoints.certificates().context("mutual TLS")?;
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority.certificate_pem()?));
    let tls = identity.into_iter().fold(tls, ClientTlsConfig::identity);
    let channel = Endpoint::from_shared(endpoints.scheduler_url.clone())?
        .tls_config(tls)?
        .connect_lazy();
    let request = SyncNowRequest {
        tenant_id: "nobody".to_owned(),
        ..SyncNowRequest::default()
    };
    Ok(SyncServiceClient::new(channel).sync_now(request).await.map(drop))
}

/// The connection was refused, and with it the call: no service ever answered it.
fn unheard(refusal: &Refusal) -> bool {
    refusal.reason.is_empty() && refusal.code != Code::NotFound
}

#[tokio::test]
async fn no_caller_is_answered_without_a_certificate_of_the_deployments_own_ca() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let folder = tempfile::tempdir()?;
    let stranger = Authority::create(folder.path())?.sign_client(PORTAL, &[PORTAL], &[])?;
    let stranger = Identity::from_pem(stranger.certificate_pem()?, stranger.key_pem()?);
    for identity in [None, Some(stranger)] {
        let refusal = refused(sync_now(endpoints, identity).await?);
        assert!(unheard(&refusal), "{refusal:?}");
    }
    let portal = endpoints.certificates().context("mutual TLS")?.identity(PORTAL);
    let portal = Identity::from_pem(portal.certificate_pem()?, portal.key_pem()?);
    let answered = refused(sync_now(endpoints, Some(portal)).await?);
    assert_eq!(
        (answered.code, answered.reason.as_str()),
        (Code::NotFound, "NO_SETTINGS"),
        "the portal is heard"
    );
    Ok(())
}

#[tokio::test]
async fn a_servers_certificate_opens_no_clients_door() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let authority = endpoints.certificates().context("mutual TLS")?;
    for kind in Kind::ALL {
        let stolen = authority.identity(&kind.server_certificate_name());
        let stolen = Identity::from_pem(stolen.certificate_pem()?, stolen.key_pem()?);
        let refusal = refused(sync_now(endpoints, Some(stolen)).await?);
        assert!(unheard(&refusal), "{kind:?}: {refusal:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_certificate_without_a_purpose_opens_no_door() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let folder = tempfile::tempdir()?;
    let authority = endpoints.certificates().context("mutual TLS")?;
    let silent = authority
        .delegate(folder.path())?
        .sign(PORTAL, &rcgen::CertificateParams::new(vec![PORTAL.to_owned()])?)?;
    let silent = Identity::from_pem(silent.certificate_pem()?, silent.key_pem()?);
    let refusal = refused(sync_now(endpoints, Some(silent)).await?);
    assert!(unheard(&refusal), "{refusal:?}");
    Ok(())
}

#[tokio::test]
async fn no_caller_is_answered_in_clear() -> Result<()> {
    let bed = Bed::attach()?;
    let url = bed.endpoints()?.scheduler_url.replace("https://", "http://");
    let channel = Endpoint::from_shared(url)?.connect_lazy();
    let request = SyncNowRequest {
        tenant_id: "nobody".to_owned(),
        ..SyncNowRequest::default()
    };
    let refusal = refused(SyncServiceClient::new(channel).sync_now(request).await);
    assert!(unheard(&refusal), "{refusal:?}");
    Ok(())
}

#[tokio::test]
async fn runs_are_begun_only_by_workers() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let tenant = Tenant::registered(endpoints, "workers").await?;
    let begin = async |certificate: &str| {
        let channel = endpoints.connect_to_workers_listener(certificate).await?;
        let request = BeginRunRequest {
            tenant_id: tenant.id.clone(),
            run_id: uuid::Uuid::now_v7().to_string(),
            worker_id: "somebody".to_owned(),
            attempt: 1,
            ..BeginRunRequest::default()
        };
        anyhow::Ok(ReconcileServiceClient::new(channel).begin_run(request).await)
    };
    for certificate in [PORTAL, VIEWER, OPERATOR, &Kind::Scheduler.certificate_name()] {
        let refusal = refused(begin(certificate).await?);
        assert_eq!(refusal.code, Code::PermissionDenied, "{certificate}: {refusal:?}");
    }
    begin(&Kind::Worker.certificate_name()).await??;
    Ok(())
}

#[tokio::test]
async fn neither_portal_nor_worker_is_answered_at_the_others_listener_of_reconcile() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let portals = endpoints
        .connect_as(Kind::Reconcile, &Kind::Worker.certificate_name())
        .await?;
    let refusal = refused(
        ReconcileServiceClient::new(portals)
            .check_worker(CheckWorkerRequest {})
            .await,
    );
    assert_eq!(refusal.reason, "UNKNOWN_METHOD", "{refusal:?}");
    let workers = endpoints.connect_to_workers_listener(PORTAL).await?;
    let get = GetDomainsRequest {
        tenant_id: "nobody".to_owned(),
    };
    let refusal = refused(AccountServiceClient::new(workers).get_domains(get).await);
    assert_eq!(refusal.reason, "UNKNOWN_METHOD", "{refusal:?}");
    Ok(())
}

#[tokio::test]
async fn every_server_reports_its_health_and_describes_what_the_caller_may_call() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let worker = Kind::Worker.certificate_name();
    let described: [(Channel, &[&str]); 8] = [
        (
            endpoints.connect(Kind::Scheduler).await?,
            &["rollcall.v1.SyncService"],
        ),
        (endpoints.connect(Kind::Worker).await?, &[]),
        (
            endpoints.connect(Kind::Reconcile).await?,
            &["rollcall.v1.AccountService"],
        ),
        (endpoints.connect_as(Kind::Reconcile, &worker).await?, &[]),
        (
            endpoints.connect_to_workers_listener(&worker).await?,
            &["rollcall.internal.v1.ReconcileService"],
        ),
        (endpoints.connect_to_workers_listener(PORTAL).await?, &[]),
        (
            endpoints.connect_as(Kind::Results, VIEWER).await?,
            &["rollcall.v1.ResultsService"],
        ),
        (endpoints.connect_as(Kind::Results, &worker).await?, &[]),
    ];
    for (channel, services) in described {
        for service in services.iter().chain(&[""]) {
            let request = HealthCheckRequest {
                service: (*service).to_owned(),
            };
            let health = HealthClient::new(channel.clone())
                .check(request)
                .await?
                .into_inner();
            assert_eq!(health.status(), ServingStatus::Serving, "{service}");
        }
        let listed = services_of(ServerReflectionClient::new(channel)).await?;
        let ours: Vec<_> = listed
            .iter()
            .filter(|name| name.starts_with("rollcall."))
            .collect();
        assert_eq!(ours, services.iter().collect::<Vec<_>>());
        assert!(
            listed.iter().any(|name| name == "grpc.health.v1.Health"),
            "{listed:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn an_empty_question_of_reflection_is_its_callers_mistake() -> Result<()> {
    let channel = Bed::attach()?.endpoints()?.connect(Kind::Results).await?;
    let nothing = ServerReflectionRequest::default();
    let answers = ServerReflectionClient::new(channel)
        .server_reflection_info(tokio_stream::once(nothing))
        .await?;
    let refusal = refused(answers.into_inner().message().await);
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::InvalidArgument, "REQUEST_UNREADABLE")
    );
    Ok(())
}

async fn services_of(mut client: ServerReflectionClient<Channel>) -> Result<Vec<String>> {
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let answers = client.server_reflection_info(tokio_stream::once(request)).await?;
    let answer = answers.into_inner().message().await?.context("an answer")?;
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        anyhow::bail!("not a list of services: {answer:?}")
    };
    let mut names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    Ok(names)
}
