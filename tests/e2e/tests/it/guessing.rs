//! Callers who guess passwords, or lock accounts, at servers that are not theirs.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use rollcall_e2e::{Tenant, wait};
use rollcall_proto::v1::{Directory, Security, ServerType, TestStep, TestStepState};
use rollcall_testbed::{
    Kind, StackOptions,
    scripted::{self, Answer, Request, Scripted},
};

use crate::own::Own;

const BASE: &str = "DC=corp,DC=example";
const VICTIM: &str = "CN=Reader,DC=corp,DC=example";
const WRONG: &str = "WRONG_CREDENTIALS";
const PAUSED: &str = "BINDS_PAUSED";

/// A directory that counts binds, and accepts them while it is told so.
struct Guarded {
    server: Scripted,
    binds: Arc<AtomicUsize>,
    accepts: Arc<AtomicBool>,
}

impl Guarded {
    async fn start(accepts: bool) -> Result<Self> {
        let binds = Arc::new(AtomicUsize::new(0));
        let accepts = Arc::new(AtomicBool::new(accepts));
        let (counted, accepting) = (Arc::clone(&binds), Arc::clone(&accepts));
        let server = Scripted::start(move |request| match request {
            Request::Bind => {
                counted.fetch_add(1, Ordering::SeqCst);
                let code = if accepting.load(Ordering::SeqCst) { 0 } else { 49 };
                vec![Answer::result(code, "")]
            }
            Request::Search(search) => scripted::good(search, BASE, &[], 100),
        })
        .await?;
        Ok(Self {
            server,
            binds,
            accepts,
        })
    }

    fn binds(&self) -> usize {
        self.binds.load(Ordering::SeqCst)
    }

    fn accept(&self, accepts: bool) {
        self.accepts.store(accepts, Ordering::SeqCst);
    }

    fn settings(&self, username: &str) -> Directory {
        settings_of(self.server.address(), username)
    }
}

fn settings_of(server: SocketAddr, username: &str) -> Directory {
    Directory {
        server_type: ServerType::Other.into(),
        hosts: vec![server.ip().to_string()],
        port: server.port().into(),
        security: Security::Plaintext.into(),
        bind_username: username.to_owned(),
        bind_password: Some("a guess".to_owned()),
        search_bases: vec![BASE.to_owned()],
        ..Directory::default()
    }
}

/// A stack that pauses an account after three refused binds, for so many seconds.
async fn pausing(seconds: u32) -> Result<Own> {
    let options = StackOptions::default()
        .set(Kind::Reconcile, "ROLLCALL_BINDS__REFUSED", "3")
        .set(
            Kind::Reconcile,
            "ROLLCALL_BINDS__PAUSE_SECONDS",
            &seconds.to_string(),
        );
    Own::start(options).await
}

/// The code with which a test of these settings fails; empty if it does not.
async fn code(tenant: &Tenant, directory: Directory) -> Result<String> {
    let steps = tenant.test_connection(Some(tenant.settings(directory))).await?;
    Ok(failure(&steps))
}

fn failure(steps: &[TestStep]) -> String {
    let failed = steps.iter().find(|step| step.state() == TestStepState::Failed);
    let failure = failed.and_then(|step| step.failure.clone());
    failure.unwrap_or_default().code
}

#[tokio::test]
async fn an_account_is_guessed_at_three_times_by_all_tenants_together() -> Result<()> {
    let own = pausing(900).await?;
    let guarded = Guarded::start(false).await?;
    let one = Tenant::registered(own.stack.endpoints(), "one").await?;
    let other = Tenant::registered(own.stack.endpoints(), "other").await?;
    // At the same time, with spellings that a server takes for one name.
    let spellings = [
        VICTIM,
        "cn=reader, dc=corp, dc=example",
        "CN=READER,DC=CORP,DC=EXAMPLE",
        VICTIM,
    ];
    let guesses = [&one, &other]
        .into_iter()
        .flat_map(|tenant| spellings.map(|name| code(tenant, guarded.settings(name))));
    let mut codes = try_join_all(guesses).await?;
    codes.sort_unstable();
    let expected = [&[PAUSED; 5][..], &[WRONG; 3]].concat();
    assert_eq!(codes, expected);
    assert_eq!(guarded.binds(), 3);

    // A run is no other way.
    other.put_directory(guarded.settings(VICTIM)).await?;
    let run = other.failed_sync().await?;
    let paused = run.failure.context("a failure")?;
    assert_eq!((paused.code.as_str(), run.attempt), (PAUSED, 1));
    ensure!(
        paused.message.contains("UTC"),
        "{paused:?} does not say until when"
    );
    let steps = other.test_connection(None).await?;
    assert_eq!(failure(&steps), PAUSED);
    assert_eq!(guarded.binds(), 3);

    // Another account of the server is no part of it.
    assert_eq!(code(&one, guarded.settings("CN=else")).await?, WRONG);
    assert_eq!(guarded.binds(), 4);
    Ok(())
}

#[tokio::test]
async fn nobody_keeps_a_tenant_from_its_syncs_by_failing_with_its_user_name() -> Result<()> {
    let own = pausing(900).await?;
    let guarded = Guarded::start(true).await?;
    let tenant = Tenant::registered(own.stack.endpoints(), "healthy").await?;
    tenant.put_directory(guarded.settings(VICTIM)).await?;
    tenant.sync().await?;

    let stranger = Tenant::registered(own.stack.endpoints(), "stranger").await?;
    guarded.accept(false);
    for expected in [WRONG, WRONG, WRONG, PAUSED] {
        assert_eq!(code(&stranger, guarded.settings(VICTIM)).await?, expected);
    }
    guarded.accept(true);
    tenant.sync().await?;
    let steps = tenant.test_connection(None).await?;
    assert_eq!(failure(&steps), "", "the stored password was accepted before");
    assert_eq!(code(&stranger, guarded.settings(VICTIM)).await?, PAUSED);

    // A password that is refused is proven no longer.
    guarded.accept(false);
    for expected in [WRONG, PAUSED] {
        let run = tenant.failed_sync().await?;
        assert_eq!(run.failure.context("a failure")?.code, expected);
    }
    Ok(())
}

#[tokio::test]
async fn a_pause_ends_and_a_bind_that_succeeds_clears_the_account() -> Result<()> {
    let own = pausing(2).await?;
    let guarded = Guarded::start(false).await?;
    let tenant = Tenant::registered(own.stack.endpoints(), "pause").await?;
    for _ in 0..3 {
        assert_eq!(code(&tenant, guarded.settings(VICTIM)).await?, WRONG);
    }
    guarded.accept(true);
    wait::until(
        "the pause to end",
        || code(&tenant, guarded.settings(VICTIM)),
        String::is_empty,
    )
    .await?;
    guarded.accept(false);
    for _ in 0..3 {
        assert_eq!(code(&tenant, guarded.settings(VICTIM)).await?, WRONG);
    }
    Ok(())
}
