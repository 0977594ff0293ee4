//! `--check-config` of every service, against the servers that its configuration names.

use std::{collections::BTreeMap, fs, process::Output};

use anyhow::{Context, Result};
use rollcall_testbed::{Kind, StackOptions, certificates::Authority, target_folder};

use crate::own::Own;

async fn check(kind: Kind, variables: &BTreeMap<String, String>) -> Result<Output> {
    run(kind, &["--check-config"], variables).await
}

async fn run(kind: Kind, arguments: &[&str], variables: &BTreeMap<String, String>) -> Result<Output> {
    let binary = target_folder()
        .join("debug")
        .join(format!("rollcall-{}", kind.name()));
    tokio::process::Command::new(&binary)
        .args(arguments)
        .env_clear()
        .envs(variables)
        .output()
        .await
        .with_context(|| format!("run {}", binary.display()))
}

#[tokio::test]
async fn a_configuration_is_valid_if_everything_that_it_names_answers() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    for kind in Kind::ALL {
        let output = check(kind, &own.stack.configuration(kind)?).await?;
        let said = String::from_utf8(output.stdout)?;
        assert_eq!(
            (output.status.code(), said.trim()),
            (Some(0), "the configuration is valid"),
            "{kind:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

#[tokio::test]
async fn everything_that_does_not_answer_or_fit_is_named_by_its_key() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let folder = tempfile::tempdir()?;
    let stranger = Authority::create(folder.path())?;
    let mut variables = own.stack.configuration(Kind::Worker)?;
    let mut set = |name: &str, value: String| drop(variables.insert(format!("ROLLCALL_{name}"), value));
    // A client's certificate at a server's place, a key that is none, a broker that is away, an authority that did not
    // sign reconcile's certificate, a key that opens nothing, one that verifies nothing, and a key set without keys.
    let client = own.stack.authority().identity(&Kind::Worker.certificate_name());
    set("SERVER__TLS_CERT_FILE", client.certificate.display().to_string());
    let no_key = folder.path().join("no.key");
    fs::write(&no_key, "nothing")?;
    set("SERVER__TLS_KEY_FILE", no_key.display().to_string());
    set("AMQP__URL", "amqps://rollcall:hunter2@127.0.0.1:1".to_owned());
    set(
        "RECONCILE__CA_FILE",
        stranger.certificate_file().display().to_string(),
    );
    set("CREDENTIALS__KEY_FILES", no_key.display().to_string());
    let signing = own.stack.signing_key();
    set("SIGNING__PUBLIC_KEY_FILES", signing.display().to_string());
    set("ASSERTIONS__JWKS_FILE", no_key.display().to_string());
    set("ASSERTIONS__ISSUER", "portal".to_owned());
    set("ASSERTIONS__AUDIENCE", "rollcall".to_owned());
    let output = check(Kind::Worker, &variables).await?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(64), "{said}");
    for key in [
        "amqp.url",
        "assertions.jwks_file",
        "credentials.key_files",
        "reconcile.url",
        "server.tls_cert_file",
        "server.tls_key_file",
        "signing.public_key_files",
    ] {
        assert!(said.contains(&format!("\n  {key}: ")), "{key}: {said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_scheduler_that_cannot_sign_jobs_is_not_valid() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let mut variables = own.stack.configuration(Kind::Scheduler)?;
    let public = own.stack.signing_key().with_extension("pub");
    variables.insert(
        "ROLLCALL_SIGNING__KEY_FILE".to_owned(),
        public.display().to_string(),
    );
    let output = check(Kind::Scheduler, &variables).await?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(said.contains("\n  signing.key_file: "), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_database_that_refuses_the_role_is_named() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let mut variables = own.stack.configuration(Kind::Results)?;
    let url = variables
        .get_mut("ROLLCALL_DATABASE__URL")
        .context("results have a database")?;
    *url = url.replacen("rollcall_results:", "rollcall_results:wrong", 1);
    let output = check(Kind::Results, &variables).await?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(
        said.contains("database.url: ") && said.contains("rollcall_results"),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
async fn a_server_of_another_authority_is_named_and_so_is_a_certificate_for_another_purpose() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let folder = tempfile::tempdir()?;
    let stranger = Authority::create(folder.path())?.certificate_file();
    let mut variables = own.stack.configuration(Kind::Scheduler)?;
    let mut set =
        |name: &str, value: &str| drop(variables.insert(format!("ROLLCALL_{name}"), value.to_owned()));
    let stranger = stranger.display().to_string();
    set("DATABASE__CA_FILE", &stranger);
    // Any server with TLS and HTTP/2 stands for a collector.
    set("TELEMETRY__OTLP_ENDPOINT", &own.stack.endpoints().results_url);
    set("TELEMETRY__OTLP_CA_FILE", &stranger);
    // A server's certificate at a client's place.
    for file in ["CERT_FILE", "KEY_FILE"] {
        let own_file = variables
            .get(&format!("ROLLCALL_SERVER__TLS_{file}"))
            .context("mutual TLS")?;
        variables.insert(format!("ROLLCALL_AMQP__{file}"), own_file.clone());
    }
    let output = check(Kind::Scheduler, &variables).await?;
    let said = String::from_utf8(output.stderr)?;
    for (key, why) in [
        ("amqp.cert_file", "is not one of a client"),
        ("database.url", "invalid peer certificate"),
        ("telemetry.otlp_endpoint", "invalid peer certificate"),
    ] {
        let line = said.lines().find(|line| line.starts_with(&format!("  {key}: ")));
        assert!(line.is_some_and(|line| line.contains(why)), "{key}: {said}");
    }
    Ok(())
}

#[tokio::test]
async fn no_service_starts_that_would_speak_in_clear_beyond_its_machine() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let mut variables = own.stack.configuration(Kind::Scheduler)?;
    variables.remove("ROLLCALL_AMQP__CA_FILE");
    for (name, value) in [
        (
            "DATABASE__URL",
            "postgres://u:hunter2@192.0.2.1/d?sslmode=require",
        ),
        ("AMQP__URL", "amqp://u:hunter2@192.0.2.1"),
        ("TELEMETRY__OTLP_ENDPOINT", "http://192.0.2.1:4317"),
    ] {
        variables.insert(format!("ROLLCALL_{name}"), value.to_owned());
    }
    let output = run(Kind::Scheduler, &[], &variables).await?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(64), "{said}");
    for section in ["database", "amqp", "telemetry"] {
        assert!(
            said.contains(&format!("{section}.allow_plaintext = true")),
            "{section}: {said}"
        );
    }
    assert!(!said.contains("hunter2"), "{said}");
    Ok(())
}
