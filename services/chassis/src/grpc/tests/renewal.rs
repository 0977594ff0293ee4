//! Certificates that change while connections are open, and handshakes beside each other.

use std::{fs, time::Duration};

use jiff::SignedDuration;
use tokio::net::TcpStream;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use super::{Certificates, health, serve};
use crate::{Lifecycle, clock, config::ClientConfig, grpc::connect};

/// Far more than a look at the files takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until the server takes these certificates for a new connection.
async fn until_answered(config: &ClientConfig) {
    let answered = async {
        while health(connect(config).expect("a channel"), "").await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, answered)
        .await
        .expect("the renewed certificates are never used");
}

#[tokio::test]
async fn renewed_certificates_serve_new_connections_and_disturb_no_open_call() {
    let (certificates, lifecycle) = (Certificates::new(), Lifecycle::new());
    let serving = serve(&certificates.server(), &lifecycle).await;
    let client = certificates.client(&serving);
    let mut open = HealthClient::new(connect(&client).expect("a channel"))
        .watch(HealthCheckRequest::default())
        .await
        .expect("a stream")
        .into_inner();
    let mut status = async || {
        open.message()
            .await
            .expect("an open call")
            .expect("a status")
            .status()
    };
    assert_eq!(status().await, ServingStatus::NotServing);

    certificates.renew();
    until_answered(&client).await;
    serving.set_ready(true).await;
    assert_eq!(status().await, ServingStatus::Serving, "the call goes on");
}

#[tokio::test]
async fn a_client_connects_again_with_the_certificates_that_its_files_hold_by_then() {
    let (certificates, first) = (Certificates::new(), Lifecycle::new());
    let serving = serve(&certificates.server(), &first).await;
    let channel = connect(&certificates.client(&serving)).expect("a channel");
    health(channel.clone(), "").await.expect("an answer");
    first.soft().cancel();
    assert!(first.finish(PATIENCE).await, "the server drains");

    certificates.renew();
    let mut config = certificates.server();
    config.listen = serving.address();
    serve(&config, &Lifecycle::new()).await;
    health(channel, "")
        .await
        .expect("an answer with renewed certificates");
}

#[tokio::test]
async fn a_connection_ends_with_its_clients_certificate() {
    let (certificates, lifecycle) = (Certificates::new(), Lifecycle::new());
    let soon = clock::now() + SignedDuration::from_secs(3);
    certificates.renew_until(Some(soon));
    let serving = serve(&certificates.server(), &lifecycle).await;
    let channel = connect(&certificates.client(&serving)).expect("a channel");
    health(channel.clone(), "").await.expect("an answer");
    let refused = async { while health(channel.clone(), "").await.is_ok() {} };
    tokio::time::timeout(PATIENCE, refused)
        .await
        .expect("calls are answered after the certificate's end");
    // A certificate names whole seconds.
    let valid = soon - SignedDuration::from_secs(1);
    assert!(clock::now() >= valid, "it was valid until then");
}

#[tokio::test]
async fn broken_files_leave_the_certificates_in_use() {
    let (certificates, lifecycle) = (Certificates::new(), Lifecycle::new());
    let serving = serve(&certificates.server(), &lifecycle).await;
    let client = certificates.client(&serving);
    let channel = connect(&client).expect("a channel");
    for file in ["server.pem", "server.key", "client.pem", "client.key"] {
        fs::write(certificates.file(file), "not PEM").expect("a file");
    }
    health(channel, "").await.expect("an answer");
}

#[tokio::test]
async fn handshakes_that_come_to_nothing_hold_up_nobody() {
    let (certificates, lifecycle) = (Certificates::new(), Lifecycle::new());
    let mut config = certificates.server();
    config.max_connections = 8;
    let serving = serve(&config, &lifecycle).await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(serving.address()).await.expect("a connection"));
    }
    let channel = connect(&certificates.client(&serving)).expect("a channel");
    // Less than a handshake may take.
    let answered = tokio::time::timeout(Duration::from_secs(8), health(channel, "")).await;
    answered.expect("in time").expect("an answer");
}
