//! Callers who use a test, or a run, to look around in networks that are not theirs.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Tenant, status::refused};
use rollcall_proto::v1::{
    Directory, Security, ServerType, TestConnectionRequest, TestStep, TestStepKind, TestStepState,
};
use rollcall_testbed::{
    Kind, StackOptions,
    hostile::{BASE, Behaviour, Hostile, Script},
};

use super::{failing::failed, tested};
use crate::own::Own;

/// Settings that read a scripted directory.
fn settings_at(host: &str, port: u16) -> Directory {
    Directory {
        server_type: ServerType::Other.into(),
        hosts: vec![host.to_owned()],
        port: port.into(),
        security: Security::Plaintext.into(),
        bind_username: "CN=reader".to_owned(),
        bind_password: Some("secret".to_owned()),
        search_bases: vec![BASE.to_owned()],
        ..Directory::default()
    }
}

fn settings_of(server: SocketAddr) -> Directory {
    settings_at(&server.ip().to_string(), server.port())
}

async fn directory() -> Result<Hostile> {
    Ok(Hostile::start(Script::new(Behaviour::Good)).await?)
}

/// A stack whose worker may connect to this address.
async fn allowing(address: IpAddr, tenants: &str) -> Result<Own> {
    let options = StackOptions::default()
        .set(Kind::Worker, "ROLLCALL_NETWORK__ALLOW", &address.to_string())
        .set(Kind::Worker, "ROLLCALL_NETWORK__TENANTS", tenants);
    Own::start(options).await
}

fn passed(steps: &[TestStep]) -> Result<()> {
    let failed = steps.iter().find(|step| step.state() == TestStepState::Failed);
    ensure!(failed.is_none(), "{failed:?}");
    Ok(())
}

#[tokio::test]
async fn a_tenant_behind_a_vpn_reaches_only_its_own_networks_and_nobody_else_does() -> Result<()> {
    let (inside, outside) = (directory().await?, directory().await?);
    let own = allowing(
        outside.address().ip(),
        &format!("vpn allow={}", inside.address().ip()),
    )
    .await?;
    let tenant = Tenant::registered(own.stack.endpoints(), "else").await?;
    let vpn = Tenant {
        id: "vpn".to_owned(),
        domain: "vpn.example".to_owned(),
        ..tenant.clone()
    };
    vpn.put_domains(&[(&vpn.domain, "")]).await?;

    // Another tenant, and a caller who names none.
    let steps = tested(&tenant, settings_of(inside.address())).await?;
    failed(&steps, TestStepKind::Resolve, "ADDRESS_NOT_ALLOWED")?;
    let request = TestConnectionRequest {
        tenant_id: String::new(),
        settings: Some(rollcall_proto::v1::Settings {
            tenant_id: String::new(),
            ..tenant.settings(settings_of(inside.address()))
        }),
    };
    let mut steps = tenant
        .clients
        .sync
        .clone()
        .test_connection(request)
        .await?
        .into_inner();
    let step = steps
        .message()
        .await?
        .and_then(|answer| answer.step)
        .context("a step")?;
    failed(&[step], TestStepKind::Resolve, "ADDRESS_NOT_ALLOWED")?;
    tenant.put_directory(settings_of(inside.address())).await?;
    let run = tenant.failed_sync().await?;
    assert_eq!(run.failure.context("a failure")?.code, "ADDRESS_NOT_ALLOWED");
    assert_eq!(inside.connections(), 0, "nobody came into the VPN");

    passed(&tested(&vpn, settings_of(inside.address())).await?)?;
    vpn.put_directory(settings_of(inside.address())).await?;
    vpn.sync().await?;
    let steps = tested(&vpn, settings_of(outside.address())).await?;
    failed(&steps, TestStepKind::Resolve, "ADDRESS_NOT_ALLOWED")?;
    passed(&tested(&tenant, settings_of(outside.address())).await?)?;
    Ok(())
}

#[tokio::test]
async fn nobody_learns_by_names_what_is_in_the_services_own_network() -> Result<()> {
    let outside = directory().await?;
    let own = allowing(outside.address().ip(), "").await?;
    let tenant = Tenant::registered(own.stack.endpoints(), "names").await?;
    let mut told = Vec::new();
    // The first leads to an address that is not allowed, the second nowhere.
    for host in ["localhost", "nowhere.invalid"] {
        let mut steps = tested(&tenant, settings_at(host, 636)).await?;
        failed(&steps, TestStepKind::Resolve, "CANNOT_RESOLVE")?;
        steps[0].duration = None;
        tenant.put_directory(settings_at(host, 636)).await?;
        let failure = tenant.failed_sync().await?.failure.context("a failure")?;
        told.push(format!("{steps:?} {failure:?}").replace(host, "HOST"));
    }
    assert_eq!(told[0], told[1]);
    ensure!(!told[0].contains("127.0.0.1"), "{}", told[0]);
    for host in ["db", "vault.internal", "dc1.corp.local"] {
        let steps = tested(&tenant, settings_at(host, 636)).await?;
        let last = failed(&steps, TestStepKind::Resolve, "ADDRESS_NOT_ALLOWED")?;
        ensure!(last.message.contains("not looked up"), "{last:?}");
    }
    Ok(())
}

#[tokio::test]
async fn only_ports_of_the_operators_list_are_dialled() -> Result<()> {
    let server = directory().await?;
    let port = server.address().port();
    let options = StackOptions::default()
        .set(Kind::Scheduler, "ROLLCALL_NETWORK__PORTS", &format!("636,{port}"))
        .set(Kind::Worker, "ROLLCALL_NETWORK__PORTS", "636");
    let own = Own::start(options).await?;
    let tenant = Tenant::registered(own.stack.endpoints(), "ports").await?;
    for port in [22, 5_432, 15_672] {
        let elsewhere = settings_at("127.0.0.1", port);
        let saved = refused(tenant.put_directory(elsewhere.clone()).await);
        assert_eq!(saved.fields, ["settings.directory.port"]);
        let settings = Some(tenant.settings(elsewhere));
        let tested = refused(tenant.test_connection(settings).await);
        assert_eq!(tested.fields, ["settings.directory.port"]);
    }
    // The worker has a list of its own: settings may be older than the scheduler's.
    let steps = tested(&tenant, settings_of(server.address())).await?;
    failed(&steps, TestStepKind::Connect, "PORT_NOT_ALLOWED")?;
    tenant.put_directory(settings_of(server.address())).await?;
    let run = tenant.failed_sync().await?;
    assert_eq!(run.failure.context("a failure")?.code, "PORT_NOT_ALLOWED");
    assert_eq!((run.attempt, server.connections()), (1, 0));
    Ok(())
}
