//! Directories that refuse, vanish, stall or talk nonsense: the run FAILED with a stable code and advice, and
//! nothing is changed.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Office, Tenant};
use rollcall_proto::v1::{Directory, Run, Security};
use rollcall_testbed::{Bed, Kind, StackOptions};

/// Syncs with other settings: the run fails with this code, says what to do, and changes nothing.
async fn fails_with(code: &str, tenant: &Tenant, directory: Directory) -> Result<Run> {
    let before = tenant.accounts().await?;
    tenant.put_directory(directory).await?;
    let run = tenant.failed_sync().await?;
    let failure = run.failure.clone().context("a failure")?;
    assert_eq!(failure.code, code, "{failure:?}");
    assert!(
        !failure.message.is_empty() && !failure.advice.is_empty(),
        "{failure:?}"
    );
    assert_eq!(tenant.accounts().await?, before, "nothing is changed");
    Ok(run)
}

#[tokio::test]
async fn a_wrong_password_fails_at_once_without_a_retry() -> Result<()> {
    let (tenant, forest) = Office::new("password").people(["ann", "bob"]).synced().await?;
    let directory = Directory {
        bind_password: Some("wrong".into()),
        ..forest.settings()
    };
    let run = fails_with("WRONG_CREDENTIALS", &tenant, directory).await?;
    assert_eq!(run.attempt, 1, "a retry would lock the account");
    Ok(())
}

#[tokio::test]
async fn a_base_that_is_not_there_fails_at_once() -> Result<()> {
    let (tenant, forest) = Office::new("base").people(["ann", "bob"]).synced().await?;
    let mut directory = forest.settings();
    directory.search_bases = vec![format!("OU=nowhere,{}", directory.search_bases[0])];
    let run = fails_with("NO_SUCH_BASE", &tenant, directory).await?;
    assert_eq!(run.attempt, 1);
    Ok(())
}

#[tokio::test]
async fn a_certificate_of_another_ca_fails_at_once() -> Result<()> {
    let (tenant, forest) = Office::new("ca").people(["ann", "bob"]).synced().await?;
    let other = rcgen_ca()?;
    for security in [Security::Ldaps, Security::Starttls] {
        let directory = Directory {
            ca_certificates_pem: other.clone(),
            ..forest.settings_over(security)
        };
        let run = fails_with("TLS_UNTRUSTED", &tenant, directory).await?;
        assert_eq!(run.attempt, 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_closed_port_fails_after_one_more_attempt() -> Result<()> {
    let (tenant, forest) = Office::new("closed").people(["ann", "bob"]).synced().await?;
    let directory = Directory {
        port: i32::from(forest.closed_port()?),
        ..forest.settings()
    };
    let run = fails_with("CANNOT_CONNECT", &tenant, directory).await?;
    assert_eq!(run.attempt, 2, "once more for somebody who waits");
    Ok(())
}

#[tokio::test]
async fn a_name_that_does_not_resolve_says_so() -> Result<()> {
    let (tenant, forest) = Office::new("name").people(["ann", "bob"]).synced().await?;
    let directory = Directory {
        hosts: vec!["dc.no-such-domain.invalid".into()],
        ..forest.settings()
    };
    fails_with("CANNOT_RESOLVE", &tenant, directory).await?;
    Ok(())
}

#[tokio::test]
async fn an_address_outside_the_operators_networks_is_not_dialled() -> Result<()> {
    let (tenant, forest) = Office::new("networks").people(["ann", "bob"]).synced().await?;
    let directory = Directory {
        hosts: vec!["10.1.2.3".into()],
        ..forest.settings()
    };
    let run = fails_with("ADDRESS_NOT_ALLOWED", &tenant, directory).await?;
    assert_eq!(run.attempt, 1);
    Ok(())
}

#[tokio::test]
async fn a_directory_cut_off_in_the_middle_of_a_page_changes_nothing() -> Result<()> {
    let (tenant, forest) = Office::new("cut").people(["ann", "bob"]).synced().await?;
    for n in 0..40 {
        forest.add(&tenant.person(&format!("p{n}"))).await?;
    }
    let proxy = forest.proxy().await?;
    proxy.cut_after(6_000);
    fails_with("CONNECTION_LOST", &tenant, proxy.settings(Security::Plaintext)).await?;
    Ok(())
}

#[tokio::test]
async fn a_directory_that_answers_garbage_is_not_taken_for_one() -> Result<()> {
    let (tenant, forest) = Office::new("garbage").people(["ann", "bob"]).synced().await?;
    let proxy = forest.proxy().await?;
    proxy.garble_after(0);
    fails_with("NOT_LDAP", &tenant, proxy.settings(Security::Plaintext)).await?;
    Ok(())
}

#[tokio::test]
async fn a_directory_that_falls_silent_times_out() -> Result<()> {
    let bed = Bed::attach()?;
    let patience = StackOptions::default().set(Kind::Worker, "ROLLCALL_DIRECTORY__READ_TIMEOUT_SECONDS", "1");
    let stack = bed.stack(patience).await?;
    let tenant = Tenant::registered(stack.endpoints(), "silent").await?;
    let forest = Forest::in_active_directory(&bed, &tenant.id).await?;
    forest.add(&tenant.person("ann")).await?;
    let proxy = forest.proxy().await?;
    // Past the answer to the bind, within the first entry.
    proxy.stall_after(60);
    fails_with("OPERATION_TIMEOUT", &tenant, proxy.settings(Security::Plaintext)).await?;
    stack.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_read_that_works_again_after_a_failure_syncs_as_if_nothing_had_been() -> Result<()> {
    let (tenant, forest) = Office::new("again").people(["ann", "bob"]).synced().await?;
    let proxy = forest.proxy().await?;
    proxy.cut_after(200);
    tenant.put_directory(proxy.settings(Security::Plaintext)).await?;
    tenant.failed_sync().await?;
    proxy.heal();
    let run = tenant.sync().await?;
    assert_eq!(run.counts.context("counts")?.keep, 2);
    Ok(())
}

/// Some CA that signed nothing here.
fn rcgen_ca() -> Result<String> {
    let key = rcgen::KeyPair::generate()?;
    let mut params = rcgen::CertificateParams::new(Vec::new())?;
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    Ok(params.self_signed(&key)?.pem())
}
