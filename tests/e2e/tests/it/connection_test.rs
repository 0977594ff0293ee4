//! Connection tests: the report of each step to an administrator, against real directories.

mod beside;
mod failing;
mod reaching;

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Forest, Office, Tenant};
use rollcall_proto::v1::{
    Directory, ObjectType, Security, ServerFindings, ServerType, TestStep, TestStepKind, TestStepState,
    TlsFindings, test_step::Findings,
};
use rollcall_testbed::{Bed, samba::BIND_USERNAME};

const ALL: [TestStepKind; 10] = [
    TestStepKind::Resolve,
    TestStepKind::Connect,
    TestStepKind::Tls,
    TestStepKind::Bind,
    TestStepKind::Identity,
    TestStepKind::Server,
    TestStepKind::Base,
    TestStepKind::Count,
    TestStepKind::Examples,
    TestStepKind::LeftOut,
];

/// The steps of a test of settings that are not saved.
async fn tested(tenant: &Tenant, directory: Directory) -> Result<Vec<TestStep>> {
    Ok(tenant.test_connection(Some(tenant.settings(directory))).await?)
}

/// Every step passed, none is left out.
fn all_passed(steps: &[TestStep]) -> Result<()> {
    let kinds: Vec<_> = steps.iter().map(TestStep::kind).collect();
    ensure!(kinds == ALL, "the steps are {kinds:?}");
    for step in steps {
        ensure!(
            step.state() == TestStepState::Passed && step.advice.is_empty() && step.failure.is_none(),
            "{step:?} did not pass"
        );
        ensure!(step.message.ends_with('.') && step.duration.is_some(), "{step:?}");
    }
    Ok(())
}

/// The findings of a step, if they are of the kind that `pick` wants.
fn findings<'a, T>(
    steps: &'a [TestStep],
    kind: TestStepKind,
    pick: impl Fn(&'a Findings) -> Option<&'a T>,
) -> Result<&'a T> {
    let step = steps
        .iter()
        .find(|step| step.kind() == kind)
        .context("the step")?;
    step.findings.as_ref().and_then(pick).context("its findings")
}

fn tls(steps: &[TestStep]) -> Result<&TlsFindings> {
    findings(steps, TestStepKind::Tls, |found| match found {
        Findings::Tls(tls) => Some(tls),
        _ => None,
    })
}

fn server(steps: &[TestStep]) -> Result<&ServerFindings> {
    findings(steps, TestStepKind::Server, |found| match found {
        Findings::Server(server) => Some(server),
        _ => None,
    })
}

#[tokio::test]
async fn active_directory_passes_every_step_and_shows_what_it_can() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("tested").await?;
    let ann = tenant.person("ann").alias(&tenant.address("a.lee"));
    forest.add(&ann).await?;
    let bob = tenant.person("bob").recipient_type(16).disabled();
    forest.add(&bob).await?;
    tenant.put_directory(forest.settings()).await?;

    let steps = tenant.test_connection(None).await?;
    all_passed(&steps)?;
    let tls = tls(&steps)?;
    ensure!(
        tls.version == "TLSv1.3" && tls.cipher_suite.starts_with("TLS_"),
        "{tls:?}"
    );
    let own = tls.chain.first().context("the server's certificate")?;
    ensure!(own.names.contains(&"dc1.corp.example".to_owned()), "{own:?}");
    ensure!(own.not_before.is_some() && own.not_after.is_some(), "{own:?}");
    let server = server(&steps)?;
    assert_eq!(server.server_type(), ServerType::ActiveDirectory);
    ensure!(server.paging && server.dirsync && server.ranges, "{server:?}");
    ensure!(server.dirsync_allowed && server.recipient_types, "{server:?}");
    let count = findings(&steps, TestStepKind::Count, |found| match found {
        Findings::Count(count) => Some(count),
        _ => None,
    })?;
    assert_eq!((count.objects, count.more), (2, false));
    let examples = findings(&steps, TestStepKind::Examples, |found| match found {
        Findings::Examples(examples) => Some(&examples.objects),
        _ => None,
    })?;
    let shown = |name: &str| {
        examples
            .iter()
            .find(|object| object.dn.to_lowercase().starts_with(&format!("cn={name},")))
    };
    let (ann, bob) = (shown("ann").context("Ann")?, shown("bob").context("Bob")?);
    assert_eq!(ann.addresses, [tenant.address("ann"), tenant.address("a.lee")]);
    assert_eq!((ann.object_type(), ann.disabled), (ObjectType::User, false));
    assert_eq!((bob.object_type(), bob.disabled), (ObjectType::Resource, true));
    Ok(())
}

#[tokio::test]
async fn openldap_passes_every_step_over_starttls_and_says_who_we_are() -> Result<()> {
    let (tenant, forest) = Office::new("tested")
        .in_openldap()
        .people(["ann"])
        .furnished()
        .await?;
    tenant
        .put_directory(forest.settings_over(Security::Starttls))
        .await?;

    let steps = tenant.test_connection(None).await?;
    all_passed(&steps)?;
    let server = server(&steps)?;
    assert_eq!(server.server_type(), ServerType::Openldap);
    ensure!(server.paging && !server.dirsync && !server.ranges, "{server:?}");
    let identity = findings(&steps, TestStepKind::Identity, |found| match found {
        Findings::Identity(identity) => Some(&identity.authorization_id),
        _ => None,
    })?;
    assert_eq!(
        identity.to_lowercase(),
        format!("dn:{}", BIND_USERNAME.to_lowercase())
    );
    Ok(())
}

#[tokio::test]
async fn settings_are_tested_before_they_are_saved_and_stay_unsaved() -> Result<()> {
    let bed = Bed::attach()?;
    // Not even a domain of its own is registered.
    let tenant = Tenant::unknown(bed.endpoints()?, "unsaved").await?;
    let forest = Forest::in_active_directory(&bed, &tenant.id).await?;
    forest.add(&tenant.person("ann")).await?;
    let steps = tested(&tenant, forest.settings()).await?;
    all_passed(&steps)?;
    let refusal = rollcall_e2e::status::refused(tenant.test_connection(None).await);
    assert_eq!(refusal.reason, "NO_SETTINGS");
    Ok(())
}

#[tokio::test]
async fn a_filter_that_matches_nothing_is_a_warning() -> Result<()> {
    let (tenant, forest) = Office::new("tested").people(["ann"]).furnished().await?;
    let narrow = Directory {
        filter: "(department=Slaes)".to_owned(),
        ..forest.settings()
    };
    let steps = tested(&tenant, narrow).await?;
    let count = &steps[7];
    assert_eq!(
        (count.kind(), count.state()),
        (TestStepKind::Count, TestStepState::Warning)
    );
    ensure!(count.advice.contains("(department=Slaes)"), "{count:?}");
    ensure!(count.failure.is_none(), "{count:?}");
    assert_eq!(steps.len(), ALL.len());
    Ok(())
}
