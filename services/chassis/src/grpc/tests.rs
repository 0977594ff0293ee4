mod certificates;
mod guide;
mod renewal;

use std::{
    convert::Infallible,
    future,
    net::SocketAddr,
    task::{Context, Poll},
    time::Duration,
};

use http::Response;
use rollcall_proto::v1::{ValidateFilterRequest, sync_service_client::SyncServiceClient};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tonic::{Code, Status, body::Body, server::NamedService};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use certificates::Certificates;

use super::{Channel, GrpcError, Server, Serving, Who, connect};
use crate::{
    Lifecycle,
    config::{AssertionsConfig, ClientConfig, Grant, RolesConfig, ServerConfig},
    telemetry::TRACEPARENT,
};

/// Answers every call of `SyncService` with what it saw of the caller, as a refusal.
#[derive(Clone)]
struct Mirror;

impl NamedService for Mirror {
    const NAME: &'static str = "rollcall.v1.SyncService";
}

impl tower::Service<http::Request<Body>> for Mirror {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: http::Request<Body>) -> Self::Future {
        let trace = call.headers().contains_key(TRACEPARENT);
        let who = Who::of(&tonic::Request::from_http(call));
        let seen = format!("caller={} trace={trace}", who.caller);
        future::ready(Ok(Status::failed_precondition(seen).into_http()))
    }
}

const LOOPBACK: &str = "127.0.0.1:0";

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

async fn serve(config: &ServerConfig, lifecycle: &Lifecycle) -> Serving {
    let roles = RolesConfig {
        portal: vec![Grant::try_from("worker.rollcall".to_owned()).expect("a grant")],
        ..RolesConfig::default()
    };
    let server = Server::new(config).expect("a server");
    let server = server.for_callers(&roles, &AssertionsConfig::default());
    let server = server.expect("roles").add_service(Mirror);
    server.start(lifecycle).await.expect("a listening server")
}

async fn health(channel: Channel, service: &str) -> Result<ServingStatus, Status> {
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let answer = HealthClient::new(channel).check(request).await?;
    Ok(answer.into_inner().status())
}

async fn mirrored(channel: Channel) -> Status {
    let call = SyncServiceClient::new(channel)
        .validate_filter(ValidateFilterRequest::default())
        .await;
    call.expect_err("the mirror refuses")
}

#[tokio::test]
async fn an_address_that_others_reach_is_refused_without_mutual_tls() {
    let refused = Server::new(&ServerConfig::plaintext(address("0.0.0.0:0")));
    assert!(matches!(refused, Err(GrpcError::Exposed(_))), "{refused:?}");
}

#[tokio::test]
async fn the_loopback_is_answered_without_tls_only_where_that_is_allowed() {
    let refused = Server::new(&ServerConfig {
        insecure_loopback: false,
        ..ServerConfig::plaintext(address(LOOPBACK))
    });
    assert!(
        matches!(refused, Err(GrpcError::NoCertificates(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn health_shows_when_the_service_is_ready_and_when_it_drains() {
    let lifecycle = Lifecycle::new();
    let serving = serve(&ServerConfig::plaintext(address(LOOPBACK)), &lifecycle).await;
    let channel =
        connect(&ClientConfig::plaintext(format!("http://{}", serving.address()))).expect("a channel");
    for service in ["", Mirror::NAME] {
        assert_eq!(
            health(channel.clone(), service).await.expect("an answer"),
            ServingStatus::NotServing
        );
    }
    serving.set_ready(true).await;
    for service in ["", Mirror::NAME] {
        assert_eq!(
            health(channel.clone(), service).await.expect("an answer"),
            ServingStatus::Serving
        );
    }
    let mut watch = HealthClient::new(channel.clone())
        .watch(HealthCheckRequest::default())
        .await
        .expect("a stream")
        .into_inner();
    assert_eq!(
        watch
            .message()
            .await
            .expect("an answer")
            .expect("a status")
            .status(),
        ServingStatus::Serving
    );
    lifecycle.soft().cancel();
    assert_eq!(
        watch
            .message()
            .await
            .expect("an answer")
            .expect("a status")
            .status(),
        ServingStatus::NotServing
    );
    drop((watch, channel));
    assert!(
        lifecycle.finish(Duration::from_secs(10)).await,
        "the server did not drain"
    );
}

#[tokio::test]
async fn a_server_of_another_service_is_waited_for_and_found_again() {
    let lifecycle = Lifecycle::new();
    let port = std::net::TcpListener::bind(LOOPBACK)
        .expect("a free port")
        .local_addr()
        .expect("its address");
    let channel = connect(&ClientConfig::plaintext(format!("http://{port}"))).expect("a channel");
    assert_eq!(mirrored(channel.clone()).await.code(), Code::Unavailable);
    let serving = serve(&ServerConfig::plaintext(port), &lifecycle).await;
    assert_eq!(serving.address(), port);
    assert_eq!(mirrored(channel).await.code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn mutual_tls_shows_the_server_who_calls() {
    let (certificates, lifecycle) = (Certificates::new(), Lifecycle::new());
    let serving = serve(&certificates.server(), &lifecycle).await;
    let channel = connect(&certificates.client(&serving)).expect("a channel");
    let status = mirrored(channel).await;
    assert_eq!(
        status.message(),
        "caller=worker.rollcall trace=false",
        "{status:?}"
    );
}

#[tokio::test]
async fn a_caller_without_a_certificate_of_the_authority_gets_nowhere() {
    let (certificates, lifecycle) = (Certificates::new(), Lifecycle::new());
    let serving = serve(&certificates.server(), &lifecycle).await;
    serving.set_ready(true).await;
    let without = ClientConfig {
        cert_file: None,
        key_file: None,
        ..certificates.client(&serving)
    };
    let channel = connect(&without).expect("a channel");
    assert!(
        health(channel, "").await.is_err(),
        "a call without a certificate was answered"
    );
    let strangers = Certificates::new();
    let stranger = ClientConfig {
        cert_file: Some(strangers.file("client.pem")),
        key_file: Some(strangers.file("client.key")),
        ..certificates.client(&serving)
    };
    let channel = connect(&stranger).expect("a channel");
    assert!(
        health(channel, "").await.is_err(),
        "a call with a stranger's certificate was answered"
    );
}

#[tokio::test]
async fn a_server_of_another_authority_is_not_talked_to() {
    let (certificates, lifecycle) = (Certificates::new(), Lifecycle::new());
    let serving = serve(&certificates.server(), &lifecycle).await;
    let others = Certificates::new();
    let other = ClientConfig {
        ca_file: Some(others.file("ca.pem")),
        ..certificates.client(&serving)
    };
    assert!(health(connect(&other).expect("a channel"), "").await.is_err());
}

#[tokio::test]
async fn tls_without_an_authority_is_refused() {
    let config = ClientConfig::plaintext("https://localhost:1");
    assert!(matches!(connect(&config), Err(GrpcError::NoAuthority(_))));
}

/// A server on the loopback with these bounds.
async fn bounded(config: ServerConfig, lifecycle: &Lifecycle) -> (SocketAddr, Channel) {
    let serving = serve(&config, lifecycle).await;
    serving.set_ready(true).await;
    let url = format!("http://{}", serving.address());
    let channel = connect(&ClientConfig::plaintext(url)).expect("a channel");
    (serving.address(), channel)
}

/// True if the server closes a connection on which nothing is sent.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut received = [0; 1024];
    loop {
        match tokio::time::timeout(Duration::from_secs(30), stream.read(&mut received)).await {
            // The server's own settings come first.
            Ok(Ok(1..)) => {}
            Ok(Ok(0) | Err(_)) => return true,
            Err(_) => return false,
        }
    }
}

#[tokio::test]
async fn silent_connections_are_closed_and_keep_no_caller_from_connecting() {
    let lifecycle = Lifecycle::new();
    let config = ServerConfig {
        max_connections: 8,
        silence_seconds: 600,
        ..ServerConfig::plaintext(address(LOOPBACK))
    };
    let (address, channel) = bounded(config, &lifecycle).await;
    assert_eq!(mirrored(channel.clone()).await.code(), Code::FailedPrecondition);
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(address).await.expect("a connection"));
    }
    // One that never speaks makes room; the one with calls stays.
    assert!(is_closed(&mut silent[0]).await, "the oldest made room");
    assert_eq!(mirrored(channel).await.code(), Code::FailedPrecondition);
    let another = connect(&ClientConfig::plaintext(format!("http://{address}"))).expect("a channel");
    assert_eq!(
        health(another, "").await.expect("an answer"),
        ServingStatus::Serving
    );
}

#[tokio::test]
async fn a_connection_ends_if_it_makes_no_call_in_time() {
    let lifecycle = Lifecycle::new();
    let config = ServerConfig {
        silence_seconds: 1,
        ..ServerConfig::plaintext(address(LOOPBACK))
    };
    let (address, channel) = bounded(config, &lifecycle).await;
    let mut silent = TcpStream::connect(address).await.expect("a connection");
    let mut greeted = TcpStream::connect(address).await.expect("a connection");
    greeted
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        .await
        .expect("a greeting");
    let open = HealthClient::new(channel)
        .watch(HealthCheckRequest::default())
        .await
        .expect("a stream");
    assert!(is_closed(&mut silent).await, "one that says nothing");
    assert!(is_closed(&mut greeted).await, "one that only greets");
    let next = open.into_inner().message().await.expect("an answer");
    assert!(next.is_some(), "a connection with a call goes on");
}
