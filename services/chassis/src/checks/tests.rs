use std::{convert::Infallible, time::Duration};

use super::{Checks, LIMIT};
use crate::{
    BoxError,
    config::{AmqpConfig, AssertionsConfig, ClientConfig, DatabaseConfig, Secret, TelemetryConfig},
    signing::VerifyingKeys,
};

fn none() -> Checks {
    Checks {
        name: "rollcall-test",
        checks: Vec::new(),
    }
}

/// An address at which nothing listens.
fn nowhere() -> std::net::SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.expect("a port")
}

fn database(url: &str) -> DatabaseConfig {
    let bound = std::num::NonZeroU32::MIN;
    DatabaseConfig {
        url: Secret::new(url),
        ca_file: None,
        allow_plaintext: false,
        max_connections: bound,
        lock_seconds: bound,
        statement_seconds: bound,
        idle_transaction_seconds: bound,
    }
}

#[tokio::test]
async fn all_problems_are_reported_by_their_keys_and_show_no_password() {
    let mut checks = none();
    let place = nowhere();
    checks.add_service(
        "reconcile",
        &ClientConfig::plaintext(format!("http://{place}")),
        async |channel| {
            let mut client = tonic_health::pb::health_client::HealthClient::new(channel);
            let asked = client
                .check(tonic_health::pb::HealthCheckRequest::default())
                .await;
            asked.map(drop)
        },
    );
    let tls = ClientConfig {
        ca_file: Some("no/ca.pem".into()),
        ..ClientConfig::plaintext(format!("https://{place}"))
    };
    checks.add_service("other", &tls, async |_| Ok::<_, Infallible>(()));
    checks.add_database(&database(&format!("postgres://role:hunter2@{place}/x")), &[]);
    checks.add_broker(&AmqpConfig::new(Secret::new(format!(
        "amqp://user:hunter2@{place}"
    ))));
    checks.add_collector(&TelemetryConfig {
        otlp_endpoint: Some(format!("http://{place}")),
        ..TelemetryConfig::default()
    });
    checks.add("credentials.key_file", async { Ok::<_, BoxError>(()) });
    let error = checks.run().await.expect_err("five problems");
    let keys: Vec<_> = error
        .problems
        .iter()
        .map(|problem| problem.key.as_str())
        .collect();
    assert_eq!(
        keys,
        [
            "amqp.url",
            "database.url",
            "other.ca_file",
            "reconcile.url",
            "telemetry.otlp_endpoint"
        ]
    );
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn every_key_file_that_is_wrong_is_named_and_files_that_are_right_must_go_together() {
    let folder = tempfile::tempdir().expect("a folder");
    crate::signing::generate("s1")
        .expect("a key")
        .write(folder.path())
        .expect("written files");
    let found = async |names: &[&str]| {
        let files: Vec<_> = names.iter().map(|name| folder.path().join(name)).collect();
        let mut checks = none();
        checks.add_key_files("signing.public_key_files", &files, |files| {
            VerifyingKeys::read(files).map(drop)
        });
        checks.run().await.map_err(|error| error.to_string())
    };
    assert_eq!(found(&["s1.signing.pub"]).await, Ok(()));
    let wrong = found(&["s1.signing.key", "s1.signing.pub", "away.pub"]).await;
    let wrong = wrong.expect_err("two problems");
    assert!(wrong.contains("s1.signing.key holds a private key"), "{wrong}");
    assert!(
        wrong.contains("away.pub") && wrong.contains("No such file"),
        "{wrong}"
    );
    let twice = found(&["s1.signing.pub", "s1.signing.pub"]).await;
    assert!(twice.expect_err("one key twice").contains("in two files"));
}

#[tokio::test]
async fn the_key_set_of_an_issuer_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, "{}").expect("a file");
    let mut checks = none();
    checks.add_issuer(&AssertionsConfig::default());
    checks.add_issuer(&AssertionsConfig {
        jwks_file: Some(file),
        issuer: Some("portal".to_owned()),
        audience: Some("rollcall".to_owned()),
    });
    let error = checks.run().await.expect_err("a set without keys");
    assert_eq!(error.problems.len(), 1);
    assert_eq!(error.problems[0].key, "assertions.jwks_file");
}

#[tokio::test(start_paused = true)]
async fn each_check_has_an_end() {
    let mut checks = none();
    for key in ["amqp.url", "database.url"] {
        checks.add(key, std::future::pending::<Result<(), Infallible>>());
    }
    let waited = tokio::time::timeout(LIMIT + Duration::from_secs(1), checks.run()).await;
    let error = waited.expect("they end together").expect_err("two problems");
    assert_eq!(error.problems.len(), 2);
    assert_eq!(error.problems[0].message, "no answer within 10 s");
}
