//! The product's services run in a bed. They must have been built.

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use rollcall_testbed::{Bed, BedOptions, Kind, Part, StackOptions};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// True if a client without a certificate is answered.
async fn answers_strangers(url: &str, ca: &str) -> Result<bool> {
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(ca));
    let Ok(channel) = Endpoint::from_shared(url.to_owned())?
        .tls_config(tls)?
        .connect()
        .await
    else {
        return Ok(false);
    };
    let check = HealthClient::new(channel)
        .check(HealthCheckRequest::default())
        .await;
    Ok(check.is_ok())
}

#[tokio::test]
async fn services_serve_each_on_its_own_and_can_be_killed_and_started_again() -> Result<()> {
    let parts = vec![Part::Postgres, Part::RabbitMq];
    let bed = Bed::start(BedOptions {
        parts,
        ..BedOptions::default()
    })
    .await?;
    let options = StackOptions {
        workers: 2,
        ..StackOptions::default()
    };
    let mut stack = bed.stack(options).await?;
    let pids: HashSet<u32> = stack
        .services()
        .filter_map(rollcall_testbed::Service::pid)
        .collect();
    assert_eq!(pids.len(), 5);
    assert_eq!(bed.rabbitmq()?.messages(stack.vhost(), "rollcall.dead").await?, 0);

    for kind in Kind::ALL {
        stack.endpoints().connect(kind).await?;
        let ca = stack.authority().certificate_pem()?;
        assert!(
            !answers_strangers(stack.endpoints().url(kind), &ca).await?,
            "{} answers anybody",
            kind.name()
        );
    }

    let worker = stack.service(Kind::Worker, 1)?;
    let before = worker.pid().context("the worker runs")?;
    assert_eq!(worker.kill().await?.signal, Some(9));
    assert_eq!(worker.pid(), None);
    worker.start().await?;
    assert_ne!(worker.pid().context("the worker runs again")?, before);

    let scheduler = stack.service(Kind::Scheduler, 0)?;
    let exit = scheduler.terminate().await?;
    assert!(exit.success(), "{exit}\n{}", scheduler.log());

    assert!(stack.add(Kind::Results).await?.url().ends_with(":7114"));
    let plain = StackOptions {
        workers: 0,
        mutual_tls: false,
        ..StackOptions::default()
    };
    let other = bed.stack(plain).await?;
    assert!(other.endpoints().url(Kind::Scheduler).starts_with("http://"));
    assert_ne!(other.database(), stack.database());
    other.stop().await?;
    bed.stop().await?;
    Ok(())
}
