//! Steps that fail are shown with advice.

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Forest, Office};
use rollcall_proto::v1::{Directory, PausedReason, Security, TestStep, TestStepKind, TestStepState};
use rollcall_testbed::certificates::Authority;

use super::{all_passed, tested, tls};

/// The last step, which must be this one, and have failed for this reason.
pub(super) fn failed<'a>(steps: &'a [TestStep], kind: TestStepKind, code: &str) -> Result<&'a TestStep> {
    let last = steps.last().context("a step")?;
    ensure!(
        (last.kind(), last.state()) == (kind, TestStepState::Failed),
        "the last is {last:?}"
    );
    let failure = last.failure.as_ref().context("a failure")?;
    ensure!(failure.code == code, "failed for {failure:?}");
    ensure!(
        !last.message.is_empty() && !last.advice.is_empty(),
        "{last:?} helps nobody"
    );
    let before = &steps[..steps.len() - 1];
    ensure!(
        before.iter().all(|step| step.state() == TestStepState::Passed),
        "{before:?}"
    );
    Ok(last)
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_on_one_host_and_called_wrong() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("tested").await?;
    let proxy = forest.proxy().await?;
    let wrong = Directory {
        bind_password: Some("not the password".to_owned()),
        // Two names of one server: were the second asked too, the account would be a try nearer to its lock.
        hosts: vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
        ..proxy.settings(Security::Plaintext)
    };
    let steps = tested(&tenant, wrong).await?;
    let last = failed(&steps, TestStepKind::Bind, "WRONG_CREDENTIALS")?;
    ensure!(!format!("{last:?}").contains("not the password"), "{last:?}");
    assert_eq!((steps.len(), proxy.connections()), (3, 1), "{steps:?}");
    Ok(())
}

#[tokio::test]
async fn a_host_that_is_nowhere_is_shown_and_the_next_one_tried() -> Result<()> {
    let (tenant, forest) = Office::new("tested")
        .in_openldap()
        .people(["ann"])
        .furnished()
        .await?;
    let nowhere = Directory {
        hosts: vec!["dc1.nowhere.invalid".to_owned()],
        ..forest.settings()
    };
    let steps = tested(&tenant, nowhere.clone()).await?;
    let last = failed(&steps, TestStepKind::Resolve, "CANNOT_RESOLVE")?;
    ensure!(last.message.contains("dc1.nowhere.invalid"), "{last:?}");

    let hosts = [nowhere.hosts, forest.settings().hosts].concat();
    let steps = tested(
        &tenant,
        Directory {
            hosts,
            ..forest.settings()
        },
    )
    .await?;
    assert_eq!(steps[0].state(), TestStepState::Failed);
    all_passed(&steps[1..])
}

#[tokio::test]
async fn a_certificate_of_an_authority_that_was_not_entered_is_shown_with_its_issuer() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("tested").await?;
    let folder = tempfile::tempdir()?;
    let stranger = Authority::create(folder.path())?.certificate_pem()?;
    // None at all, and one of the same name with another key.
    for ca_certificates_pem in [String::new(), stranger] {
        let distrusted = Directory {
            ca_certificates_pem,
            ..forest.settings()
        };
        let steps = tested(&tenant, distrusted).await?;
        let last = failed(&steps, TestStepKind::Tls, "TLS_UNTRUSTED")?;
        let issuer = &tls(&steps)?
            .chain
            .first()
            .context("the server's certificate")?
            .issuer;
        ensure!(!issuer.is_empty() && last.advice.contains(issuer), "{last:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_certificate_for_other_names_is_shown_with_those_that_it_has() -> Result<()> {
    let (tenant, forest) = Forest::openldap("tested").await?;
    // The proxy has an address that the server's certificate does not name.
    let proxy = forest.proxy().await?;
    let steps = tested(&tenant, proxy.settings(Security::Starttls)).await?;
    let last = failed(&steps, TestStepKind::Tls, "TLS_UNTRUSTED")?;
    let own = tls(&steps)?.chain.first().context("the server's certificate")?;
    ensure!(!own.names.is_empty(), "{own:?}");
    for name in own.names.iter().map(String::as_str).chain(["127.0.0.1"]) {
        ensure!(last.message.contains(name), "{last:?} does not show {name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_missing_search_base_is_reported_with_the_bases_that_exist() -> Result<()> {
    let (tenant, forest) = Forest::openldap("tested").await?;
    let misspelt = Directory {
        search_bases: vec![format!("ou=Poeple,{}", forest.base())],
        ..forest.settings()
    };
    let steps = tested(&tenant, misspelt).await?;
    let last = failed(&steps, TestStepKind::Base, "NO_SUCH_BASE")?;
    ensure!(last.message.contains("ou=Poeple"), "{last:?}");
    ensure!(
        last.advice.to_lowercase().contains(&forest.base().to_lowercase()),
        "{last:?} does not say what is there"
    );
    Ok(())
}

#[tokio::test]
async fn an_address_of_a_network_that_the_operator_does_not_allow_is_not_dialled() -> Result<()> {
    let (tenant, forest) = Forest::openldap("tested").await?;
    let inside = Directory {
        hosts: vec!["169.254.169.254".to_owned()],
        ..forest.settings()
    };
    let steps = tested(&tenant, inside).await?;
    failed(&steps, TestStepKind::Resolve, "ADDRESS_NOT_ALLOWED")?;
    assert_eq!(steps.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_saved_password_that_three_tests_found_refused_pauses_the_schedule() -> Result<()> {
    let (tenant, forest) = Forest::openldap("tested").await?;
    let wrong = Directory {
        bind_password: Some("not the password".to_owned()),
        ..forest.settings()
    };
    let saved = tenant.put_schedule(wrong.clone(), 24).await?;
    // Passwords that were never saved count for nothing.
    for _ in 0..3 {
        failed(
            &tested(&tenant, wrong.clone()).await?,
            TestStepKind::Bind,
            "WRONG_CREDENTIALS",
        )?;
    }
    let paused = async || anyhow::Ok(tenant.saved().await?.paused_reason());
    for _ in 0..3 {
        assert_eq!(paused().await?, PausedReason::Unspecified);
        let steps = tenant.test_connection(None).await?;
        failed(&steps, TestStepKind::Bind, "WRONG_CREDENTIALS")?;
    }
    assert_eq!(paused().await?, PausedReason::CredentialsRefused);
    ensure!(saved.next_run_time.is_some(), "it was not paused before");
    Ok(())
}
