//! The connections to database and broker: by TLS alone, and only to a server that proves its name.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use rollcall_chassis::{
    Lifecycle,
    amqp::{self, Broker},
    config::{AmqpConfig, Secret},
};
use rollcall_e2e::broker;
use rollcall_testbed::{
    Bed, Kind, Proxy, StackOptions,
    certificates::{Authority, Identity},
};
use sqlx::{Connection as _, PgConnection};
use tokio::time::timeout;

use crate::own::Own;

const LIMIT: Duration = Duration::from_secs(20);
/// An address of this machine that no certificate names.
const NAMELESS: &str = "127.0.0.77:0";

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn refused<T, E: Into<anyhow::Error>>(result: Result<T, E>, why: &str) -> Result<()> {
    let Err(error) = result else {
        bail!("it is reached, and should not be: {why}")
    };
    let text = format!("{:#}", error.into());
    ensure!(text.contains(why), "{text}");
    Ok(())
}

#[tokio::test]
async fn no_service_speaks_to_the_database_in_clear_and_nobody_else_can() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let in_clear = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                    WHERE datname = current_database() AND NOT ssl";
    let open: i64 = sqlx::query_scalar(in_clear).fetch_one(&own.database).await?;
    assert_eq!(open, 0, "a service's connection to the database is in clear");

    let url = &own.stack.endpoints().database_url;
    let (place, _) = url.split_once('?').context("how it is secured")?;
    let clear = format!("{place}?sslmode=disable");
    refused(PgConnection::connect(&clear).await, "no encryption")
}

#[tokio::test]
async fn a_database_that_cannot_prove_its_name_is_refused() -> Result<()> {
    let bed = Bed::attach()?;
    let postgres = bed.postgres()?;
    let folder = tempfile::tempdir()?;
    let stranger = Authority::create(folder.path())?.certificate_file();
    let url = postgres.url("postgres");
    let (place, _) = url.split_once('?').context("how it is secured")?;
    let unknown = format!("{place}?sslmode=verify-full&sslrootcert={}", shown(&stranger));
    refused(PgConnection::connect(&unknown).await, "invalid peer certificate")?;

    let elsewhere = Proxy::start_at(NAMELESS.parse()?, postgres.socket_address()).await?;
    let url = postgres.url_through(elsewhere.address(), "postgres");
    refused(PgConnection::connect(&url).await, "not valid for name")
}

#[tokio::test]
async fn a_broker_that_cannot_prove_its_name_is_refused() -> Result<()> {
    let bed = Bed::attach()?;
    let rabbitmq = bed.rabbitmq()?;
    let folder = tempfile::tempdir()?;
    let stranger = Authority::create(folder.path())?.certificate_file();
    let (url, ca) = (rabbitmq.url("/"), rabbitmq.ca_file());
    broker::connect_to(&url, &ca).await?;
    refused(
        broker::connect_to(&url, &stranger).await,
        "invalid peer certificate",
    )?;
    let clear = url.replacen("amqps://", "amqp://", 1);
    ensure!(
        amqp::connect(&AmqpConfig::new(Secret::new(clear)), "test")
            .await
            .is_err()
    );

    let elsewhere = Proxy::start_at(NAMELESS.parse()?, rabbitmq.socket_address()).await?;
    let url = rabbitmq.url_through(elsewhere.address(), "/");
    refused(broker::connect_to(&url, &ca).await, "not valid for name")
}

#[tokio::test]
async fn a_broker_that_asks_for_a_certificate_gets_the_one_that_is_in_the_file_by_then() -> Result<()> {
    let bed = Bed::attach()?;
    let rabbitmq = bed.rabbitmq()?;
    let vhost = bed
        .endpoints()?
        .amqp_url
        .rsplit('/')
        .next()
        .context("a virtual host")?
        .to_owned();
    let (ours, theirs) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let name = Kind::Worker.certificate_name();
    let known = bed
        .authority()
        .delegate(&ours.path().join("ca"))?
        .sign_client("known", &[&name], &[])?;
    let strange = Authority::create(theirs.path())?.sign_client("strange", &[&name], &[])?;
    let config = AmqpConfig {
        ca_file: Some(rabbitmq.ca_file()),
        cert_file: Some(ours.path().join("client.pem")),
        key_file: Some(ours.path().join("client.key")),
        ..AmqpConfig::new(Secret::new(rabbitmq.url(&vhost)))
    };
    let show = |identity: &Identity| -> Result<()> {
        std::fs::copy(&identity.certificate, ours.path().join("client.pem"))?;
        std::fs::copy(&identity.key, ours.path().join("client.key"))?;
        Ok(())
    };
    show(&strange)?;
    ensure!(
        amqp::connect(&config, "test").await.is_err(),
        "a stranger's is believed"
    );
    let lifecycle = Lifecycle::new();
    let broker = Broker::start(&config, "test", &lifecycle)?;
    show(&known)?;
    timeout(LIMIT, broker.connected()).await?;
    lifecycle.soft().cancel();
    Ok(())
}
