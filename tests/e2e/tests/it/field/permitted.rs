//! The attributes that the operator lets be read for addresses.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, status::refused};
use rollcall_proto::v1::{Directory, TestStepState};
use rollcall_testbed::{Kind, StackOptions};
use tonic::Code;

use crate::own::Own;

/// The directory, read for these attributes.
fn reading(forest: &Forest, attributes: &[&str]) -> Directory {
    Directory {
        attributes: attributes.iter().map(ToString::to_string).collect(),
        ..forest.settings()
    }
}

#[tokio::test]
async fn settings_that_name_an_attribute_beside_the_operators_list_are_refused() -> Result<()> {
    let (tenant, forest) = Forest::openldap("not-permitted").await?;
    for attribute in ["description", "userPassword", "SN", "givenName", "memberOf"] {
        let refusal = refused(tenant.put_directory(reading(&forest, &["mail", attribute])).await);
        assert_eq!(
            (refusal.code, &refusal.fields[..]),
            (
                Code::InvalidArgument,
                &["settings.directory.attributes[1]".to_owned()][..]
            )
        );
        for words in [
            attribute,
            "directory.address_attributes",
            "proxyAddresses, mail, otherMailbox",
        ] {
            assert!(refusal.message.contains(words), "{refusal:?}");
        }
        let settings = tenant.settings(reading(&forest, &["mail", attribute]));
        let refusal = refused(tenant.test_connection(Some(settings)).await);
        assert_eq!(refusal.fields, ["settings.directory.attributes[1]"]);
    }
    Ok(())
}

#[tokio::test]
async fn proxy_addresses_as_the_primary_attribute_are_refused() -> Result<()> {
    let (tenant, forest) = Forest::openldap("primary-proxy").await?;
    let directory = Directory {
        primary_attribute: "proxyAddresses".to_owned(),
        ..reading(&forest, &["proxyAddresses", "mail"])
    };
    let refusal = refused(tenant.put_directory(directory).await);
    assert_eq!(refusal.fields, ["settings.directory.primary_attribute"]);
    assert!(refusal.message.contains("SMTP:"), "{refusal:?}");
    Ok(())
}

/// A worker reads no attribute that its own list lacks, even if the scheduler's has it or had it.
#[tokio::test]
async fn a_run_of_settings_that_the_list_no_longer_allows_fails_and_says_what_to_do() -> Result<()> {
    let options = StackOptions::default().set(
        Kind::Scheduler,
        "ROLLCALL_DIRECTORY__ADDRESS_ATTRIBUTES",
        "proxyAddresses,description",
    );
    let own = Own::start(options).await?;
    let (tenant, forest) = own.office("no-longer").people(["ann", "bob"]).synced().await?;
    forest.set("bob", "description", &["alarm code 4711"]).await?;
    let before = tenant.accounts().await?;
    tenant
        .put_directory(reading(&forest, &["proxyAddresses", "description"]))
        .await?;

    let run = tenant.failed_sync().await?;
    let failure = run.failure.context("a failure")?;
    assert_eq!(failure.code, "ATTRIBUTE_NOT_ALLOWED");
    assert!(failure.detail.contains("description"), "{failure:?}");
    assert!(failure.advice.contains("Take it out"), "{failure:?}");
    assert_eq!(run.attempt, 1, "it is not tried again");
    assert_eq!(tenant.accounts().await?, before);

    let steps = tenant.test_connection(None).await?;
    let step = steps.last().context("a step")?;
    let code = step.failure.as_ref().map(|failure| failure.code.as_str());
    assert_eq!(
        (step.state(), code),
        (TestStepState::Failed, Some("ATTRIBUTE_NOT_ALLOWED"))
    );

    tenant
        .put_directory(reading(&forest, &["proxyAddresses"]))
        .await?;
    tenant.sync().await?;
    Ok(())
}
