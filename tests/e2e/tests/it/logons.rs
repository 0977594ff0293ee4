//! Accounts that a directory lets nobody log on with: each reason is distinguished, and none is tried twice.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Tenant, person};
use rollcall_proto::v1::{Directory, PausedReason, Run, TestStepKind};
use rollcall_testbed::openldap::RESET_USERNAME;

/// The change of an account that keeps it from logging on, and the code that a run then fails with.
struct Case {
    name: &'static str,
    attribute: &'static str,
    value: &'static str,
    code: &'static str,
}

const CASES: [Case; 4] = [
    Case {
        name: "disabled",
        attribute: "userAccountControl",
        value: "514",
        code: "ACCOUNT_DISABLED",
    },
    Case {
        name: "expired",
        // In steps of 100 ns since 1601 (MS-ADA1 2.2): the first of all, which is long ago.
        attribute: "accountExpires",
        value: "1",
        code: "ACCOUNT_EXPIRED",
    },
    Case {
        name: "mustchange",
        attribute: "pwdLastSet",
        value: "0",
        code: "PASSWORD_MUST_CHANGE",
    },
    Case {
        name: "hours",
        // A bit for each hour of the week (MS-ADA1 2.370): none.
        attribute: "logonHours",
        value: "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        code: "LOGON_NOT_PERMITTED",
    },
];

async fn fails_with(tenant: &Tenant, directory: Directory, code: &str) -> Result<Run> {
    tenant.put_directory(directory).await?;
    let run = tenant.failed_sync().await?;
    let failure = run.failure.clone().context("a failure")?;
    assert_eq!(failure.code, code, "{failure:?}");
    assert!(!failure.advice.is_empty(), "{failure:?}");
    assert_eq!(run.attempt, 1, "a retry would lock the account");
    Ok(run)
}

#[tokio::test]
async fn the_reasons_why_an_account_may_not_log_on_are_distinguished() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("logons").await?;
    for Case {
        name,
        attribute,
        value,
        code,
    } in CASES
    {
        forest.add(&person(name)).await?;
        let directory = forest.settings_as(name).await?;
        tenant.put_directory(directory.clone()).await?;
        tenant
            .sync()
            .await
            .with_context(|| format!("{name} may log on at first"))?;
        forest.set(name, "userAccountControl", &["512"]).await?;
        forest.set(name, attribute, &[value]).await?;
        fails_with(&tenant, directory, code).await.context(name)?;
    }
    Ok(())
}

/// OpenLDAP takes the bind, and says in the password policy control what the account is good for.
#[tokio::test]
async fn a_password_that_must_be_changed_first_is_told_and_counts_for_no_pause() -> Result<()> {
    let (tenant, forest) = Forest::openldap("reset").await?;
    let directory = Directory {
        bind_username: RESET_USERNAME.to_owned(),
        ..forest.settings()
    };
    tenant.put_schedule(directory, 24).await?;
    for _ in 0..3 {
        let run = tenant.failed_sync().await?;
        assert_eq!(run.attempt, 1);
        let failure = run.failure.context("a failure")?;
        assert_eq!(failure.code, "PASSWORD_MUST_CHANGE", "{failure:?}");
        assert!(failure.message.contains("must be changed"), "{failure:?}");
        let steps = tenant.test_connection(None).await?;
        let last = steps.last().context("a step")?;
        assert_eq!(last.kind(), TestStepKind::Bind, "{last:?}");
    }
    let saved = tenant.saved().await?;
    assert_eq!(saved.paused_reason(), PausedReason::Unspecified);
    Ok(())
}

#[tokio::test]
async fn an_account_that_is_not_there_is_no_account_with_a_wrong_password_to_be_tried_again() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("nouser").await?;
    let directory = Directory {
        bind_username: format!("CN=nobody,{}", forest.base()),
        ..forest.settings()
    };
    fails_with(&tenant, directory, "WRONG_CREDENTIALS").await?;
    Ok(())
}

#[tokio::test]
async fn no_second_host_is_asked_after_refused_credentials() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("secondhost").await?;
    let proxy = forest.proxy().await?;
    let settings = proxy.settings(rollcall_proto::v1::Security::Plaintext);
    let directory = Directory {
        bind_password: Some("wrong".to_owned()),
        // The same server under two names.
        hosts: vec![settings.hosts[0].clone(), "localhost".to_owned()],
        ..settings
    };
    fails_with(&tenant, directory, "WRONG_CREDENTIALS").await?;
    assert_eq!(proxy.connections(), 1);
    Ok(())
}
