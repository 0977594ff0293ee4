//! A front end that speaks HTTP and JSON, in small: what it needs of this crate, and nothing besides.

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use rollcall_client::{Certificates, Client, Error, Patience, Places, Service, view::DomainList};
use rollcall_proto::v1::{
    Domain, GetDomainOwnerRequest, GetDomainOwnerResponse, GetDomainsRequest, GetDomainsResponse,
    PutAccountRequest, PutAccountResponse, PutDomainsRequest, PutDomainsResponse, ReleaseDomainRequest,
    ReleaseDomainResponse, RemoveAccountRequest, RemoveAccountResponse, RestoreAccountRequest,
    RestoreAccountResponse, SetProtectedRequest, SetProtectedResponse,
    account_service_server::{AccountService, AccountServiceServer},
};
use rollcall_terms::{GrpcCode, Refusal};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    answer: Duration::from_secs(1),
};

/// `GET /tenants/{tenant}/domains`: the status of HTTP and the body.
async fn get_domains(client: &Client, tenant: &str) -> (u16, Value) {
    match domains(client, tenant).await {
        Ok(list) => (200, json!(list)),
        Err(error) => (http_status(&error), body(&error)),
    }
}

async fn domains(client: &Client, tenant: &str) -> Result<DomainList, Error> {
    let request = GetDomainsRequest {
        tenant_id: tenant.to_owned(),
    };
    let answer = client.reconcile().await?.get_domains(request).await;
    let answer = answer.map_err(client.failed(Service::Reconcile))?.into_inner();
    Ok(DomainList::new(tenant.to_owned(), &answer.domains))
}

fn http_status(error: &Error) -> u16 {
    match error.refusal().map(Refusal::code) {
        Some(GrpcCode::NotFound) => 404,
        Some(GrpcCode::InvalidArgument) => 400,
        Some(GrpcCode::PermissionDenied) => 403,
        Some(GrpcCode::AlreadyExists | GrpcCode::Aborted | GrpcCode::FailedPrecondition) => 409,
        Some(GrpcCode::ResourceExhausted) => 429,
        _ if error.passes() => 503,
        _ => 500,
    }
}

fn body(error: &Error) -> Value {
    json!({
        "error": error.to_string(),
        "reason": error.refusal().map(Refusal::as_str),
        "fields": error.fields(),
    })
}

/// Stands for reconcile.
struct Accounts;

#[tonic::async_trait]
impl AccountService for Accounts {
    async fn get_domains(
        &self,
        request: Request<GetDomainsRequest>,
    ) -> Result<Response<GetDomainsResponse>, Status> {
        if request.into_inner().tenant_id.is_empty() {
            let mut details = ErrorDetails::with_error_info("INVALID_FIELDS", "rollcall", HashMap::new());
            details.add_bad_request_violation("tenant_id", "must not be empty");
            let message = "tenant_id: must not be empty";
            return Err(Status::with_error_details(
                Code::InvalidArgument,
                message,
                details,
            ));
        }
        let domains = vec![Domain {
            name: "acme.test".to_owned(),
            alias_of: String::new(),
        }];
        Ok(Response::new(GetDomainsResponse {
            domains,
            ..GetDomainsResponse::default()
        }))
    }

    async fn put_domains(
        &self,
        _: Request<PutDomainsRequest>,
    ) -> Result<Response<PutDomainsResponse>, Status> {
        Err(other())
    }

    async fn get_domain_owner(
        &self,
        _: Request<GetDomainOwnerRequest>,
    ) -> Result<Response<GetDomainOwnerResponse>, Status> {
        Err(other())
    }

    async fn release_domain(
        &self,
        _: Request<ReleaseDomainRequest>,
    ) -> Result<Response<ReleaseDomainResponse>, Status> {
        Err(other())
    }

    async fn put_account(
        &self,
        _: Request<PutAccountRequest>,
    ) -> Result<Response<PutAccountResponse>, Status> {
        Err(other())
    }

    async fn remove_account(
        &self,
        _: Request<RemoveAccountRequest>,
    ) -> Result<Response<RemoveAccountResponse>, Status> {
        Err(other())
    }

    async fn restore_account(
        &self,
        _: Request<RestoreAccountRequest>,
    ) -> Result<Response<RestoreAccountResponse>, Status> {
        Err(other())
    }

    async fn set_protected(
        &self,
        _: Request<SetProtectedRequest>,
    ) -> Result<Response<SetProtectedResponse>, Status> {
        Err(other())
    }
}

fn other() -> Status {
    Status::unimplemented("this front end asks for domains only")
}

async fn server() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tonic::transport::Server::builder().add_service(AccountServiceServer::new(Accounts));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    Ok(address)
}

fn client(reconcile: SocketAddr) -> Result<Client, Error> {
    let nowhere = "http://127.0.0.1:1".to_owned();
    let places = Places {
        scheduler: nowhere.clone(),
        results: nowhere,
        reconcile: format!("http://{reconcile}"),
    };
    Client::new(places, &Certificates::default(), PATIENCE)
}

#[tokio::test]
async fn an_answer_is_json_by_the_names_of_the_contract() {
    let client = client(server().await.unwrap()).unwrap();
    let domains = json!([{ "name": "acme.test", "alias_of": null }]);
    assert_eq!(
        get_domains(&client, "acme").await,
        (200, json!({ "tenant_id": "acme", "domains": domains }))
    );
}

#[tokio::test]
async fn a_refusal_keeps_its_reason_and_its_fields() {
    let client = client(server().await.unwrap()).unwrap();
    let (status, body) = get_domains(&client, "").await;
    assert_eq!(status, 400);
    assert_eq!(body["reason"], "INVALID_FIELDS");
    assert_eq!(body["fields"], json!([["tenant_id", "must not be empty"]]));
}

#[tokio::test]
async fn a_service_that_is_away_may_be_asked_again() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let client = client(gone).unwrap();
    let (status, body) = get_domains(&client, "acme").await;
    assert_eq!(status, 503);
    assert_eq!(
        body["error"],
        format!("reconcile cannot be reached at http://{gone}")
    );
}

#[tokio::test]
async fn a_server_that_accepts_and_stays_silent_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let client = client(address).unwrap();
    // The system accepts for the listener, which never does.
    let (status, body) = get_domains(&client, "acme").await;
    assert_eq!(status, 503);
    assert_eq!(
        body["error"],
        format!("reconcile at http://{address} has not answered within 1 s")
    );
}

#[tokio::test]
async fn a_server_that_never_agrees_on_tls_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let places = Places {
        scheduler: url.clone(),
        results: url.clone(),
        reconcile: url.clone(),
    };
    let folder = tempfile::tempdir().unwrap();
    let ca = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, ca.cert.pem()).unwrap();
    let certificates = Certificates {
        ca_file: Some(file),
        ..Certificates::default()
    };
    let hasty = Patience {
        connect: Duration::from_secs(1),
        ..PATIENCE
    };
    let client = Client::new(places, &certificates, hasty).unwrap();
    let refused = domains(&client, "acme").await.unwrap_err();
    assert!(refused.is_unreachable() && refused.passes());
    assert_eq!(
        refused.to_string(),
        format!("reconcile at {url} has not answered within 1 s")
    );
}
