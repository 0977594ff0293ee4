//! Health tells the truth, and logs tell an outage as an outage: once when it begins and once when it ends.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::wait;
use rollcall_testbed::{Kind, Proxy, StackOptions, Way};

use crate::own::Own;

/// Time that the product promises, and time that a slow machine may add.
const RECOVERED_WITHIN: Duration = Duration::from_secs(5 + 3);

/// A stack that reaches its database and its broker through proxies.
struct Cut {
    own: Own,
}

impl Cut {
    async fn start() -> Result<Self> {
        let options = StackOptions {
            proxied: true,
            ..StackOptions::default()
        };
        let own = Own::start(options).await?;
        Ok(Self { own })
    }

    fn way(&self, way: Way) -> Result<&Proxy> {
        self.own.stack.way(way).context("a proxy")
    }

    /// Waits until every service serves, or none of these does.
    async fn until(&self, serve: bool, kinds: &[Kind]) -> Result<Duration> {
        let begun = Instant::now();
        for kind in kinds {
            let service = self.own.stack.service(*kind, 0)?;
            wait::until(
                &format!("the {} to be serving: {serve}", kind.name()),
                || async { Ok(service.is_serving().await?) },
                |serving| *serving == serve,
            )
            .await?;
        }
        Ok(begun.elapsed())
    }

    fn log(&self, kind: Kind) -> Result<String> {
        Ok(self.own.stack.service(kind, 0)?.log())
    }
}

/// The lines that came since a log was this long.
fn since(log: &str, before: usize) -> Vec<&str> {
    log.get(before..).unwrap_or_default().lines().collect()
}

/// True if a line shows a value as Rust's Debug does: `Database(PgDatabaseError { … })`, `Some(3)`.
fn shows_internals(line: &str) -> bool {
    let braces = line.match_indices(" { ").any(|(at, _)| {
        line[..at]
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .is_some_and(|word| word.starts_with(char::is_uppercase))
    });
    let paths = line.contains("::{closure")
        || line.contains("(sqlx")
        || line.contains("Some(")
        || line.contains("Err(")
        || line.contains("Error(");
    braces || paths
}

/// An outage is one line at its beginning and one at its end, and nothing else is a warning.
fn check(lines: &[&str], began: &str, ended: &str) -> Result<()> {
    let count = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    ensure!(count(began) == 1, "{began}: {lines:#?}");
    ensure!(count(ended) == 1, "{ended}: {lines:#?}");
    let alarms: Vec<_> = lines
        .iter()
        .filter(|line| line.contains(" WARN ") || line.contains(" ERROR "))
        .collect();
    ensure!(alarms.len() <= 2, "more than the outage is told: {alarms:#?}");
    let internals: Vec<_> = lines.iter().filter(|line| shows_internals(line)).collect();
    ensure!(internals.is_empty(), "Rust shows in {internals:#?}");
    Ok(())
}

#[tokio::test]
async fn an_outage_of_the_database_is_seen_in_health_and_reported_once_with_its_end() -> Result<()> {
    let cut = Cut::start().await?;
    let (tenant, forest) = cut.own.tenant("db-outage").await?;
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;
    let with_database = [Kind::Scheduler, Kind::Reconcile, Kind::Results];
    let mut before = Vec::new();
    for kind in Kind::ALL {
        before.push(cut.log(kind)?.len());
    }

    cut.way(Way::Database)?.cut();
    cut.until(false, &Kind::ALL).await?;
    for _ in 0..20 {
        ensure!(tenant.start_sync().await.is_err(), "the database is away");
    }
    cut.way(Way::Database)?.heal();
    let recovered = cut.until(true, &Kind::ALL).await?;
    assert!(recovered < RECOVERED_WITHIN, "{recovered:?}");
    tenant.sync().await?;

    for (kind, before) in Kind::ALL.into_iter().zip(before) {
        let log = cut.log(kind)?;
        let lines = since(&log, before);
        if with_database.contains(&kind) {
            check(
                &lines,
                "the database cannot be reached",
                "the database answers again",
            )
        } else {
            check(
                &lines,
                "reconcile does not take this worker's calls",
                "reconcile takes this worker's calls again",
            )
        }
        .with_context(|| kind.name().to_owned())?;
    }
    Ok(())
}

#[tokio::test]
async fn an_outage_of_the_broker_is_seen_in_health_and_reported_once_with_its_end() -> Result<()> {
    let cut = Cut::start().await?;
    let (tenant, forest) = cut.own.tenant("broker-outage").await?;
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;
    let mut before = Vec::new();
    for kind in Kind::ALL {
        before.push(cut.log(kind)?.len());
    }

    cut.way(Way::Broker)?.cut();
    cut.until(false, &Kind::ALL).await?;
    let run_id = tenant.start_sync().await?;
    cut.way(Way::Broker)?.heal();
    let recovered = cut.until(true, &Kind::ALL).await?;
    assert!(recovered < RECOVERED_WITHIN, "{recovered:?}");
    tenant.ended(&run_id).await?;

    for (kind, before) in Kind::ALL.into_iter().zip(before) {
        let log = cut.log(kind)?;
        let lines = since(&log, before);
        check(&lines, "the broker cannot be reached", "the broker answers again")
            .with_context(|| kind.name().to_owned())?;
    }
    Ok(())
}

#[tokio::test]
async fn a_worker_whose_certificate_is_refused_does_not_serve_and_says_why_once() -> Result<()> {
    let options = StackOptions {
        workers: 0,
        ..StackOptions::default()
    };
    let others = options.set(Kind::Reconcile, "ROLLCALL_ROLES__WORKER", "another.rollcall");
    let mut own = Own::start(others).await?;
    let worker = own.stack.add_unready(Kind::Worker).await?;
    let said = |log: &str| log.matches("reconcile does not take this worker's calls").count();
    wait::until(
        "the worker to say why it does not serve",
        || async { Ok(worker.log()) },
        |log| said(log) > 0,
    )
    .await?;
    // It is asked again at growing intervals; none of the answers is worth another line.
    let asked = Instant::now();
    while asked.elapsed() < Duration::from_secs(5) {
        assert!(
            !worker.is_serving().await?,
            "a worker that cannot work does not serve"
        );
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let log = worker.log();
    assert_eq!(said(&log), 1, "{log}");
    assert!(log.contains("roles.worker"), "{log}");
    Ok(())
}

#[test]
fn a_value_in_debug_form_is_recognised() {
    for line in [
        "failed: Database(PgDatabaseError { severity: Fatal })",
        "call ended code=Some(3)",
        "IOError(Custom)",
    ] {
        assert!(shows_internals(line), "{line}");
    }
    assert!(!shows_internals(
        "WARN run{tenant.id=\"a\"}: the database cannot be reached cause=\"refused\""
    ));
}
