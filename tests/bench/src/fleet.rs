//! A fleet of small tenants that are all due at once: how fast they go through, and what a run costs each process.

mod people;
mod report;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use rollcall_e2e::{Clients, Tenant};
use rollcall_testbed::{Bed, BedOptions, Kind, Part, Stack, StackOptions};
use sqlx::{Connection as _, PgConnection};
use tokio::time::timeout;

use crate::cpu;

pub(crate) use people::OBJECTS;
pub(crate) use report::FleetReport;

/// Calls that prepare tenants are made side by side, so many at once.
const CALLS: usize = 8;
/// Between two looks for the runs that have ended.
const LOOK: Duration = Duration::from_millis(200);
/// A fleet that takes longer than this for each tenant does not move.
const LIMIT_PER_TENANT: Duration = Duration::from_secs(2);
/// Every run of the fleet that has ended, and those of them that ended well.
const ENDED: &str = "SELECT count(*), count(*) FILTER (WHERE state = 'SUCCEEDED')
     FROM reconcile.run_outcome WHERE state NOT IN ('QUEUED', 'RUNNING')";

/// Runs and tenants that stand still, to find out why: runs that have not ended, and tenants that had too few or too many.
const STANDING: &str = "SELECT COALESCE(string_agg(line, E'\\n'), 'nothing')
     FROM (
         SELECT concat_ws(' ', r.tenant_id, r.run_id, r.trigger, r.lane, 'open', r.open, 'published', r.publish_time,
                          'claimed until', r.claim_expire_time, COALESCE(o.state, 'unknown to reconcile'), 'attempt', o.attempt,
                          o.failure_code, o.failure_message, 'next attempt', o.next_attempt_time) AS line
         FROM scheduler.run_request r
         LEFT JOIN reconcile.run_outcome o USING (tenant_id, run_id)
         WHERE o.end_time IS NULL
         UNION ALL
         SELECT concat_ws(' ', s.tenant_id, 'has', count(r.run_id), 'runs; next', s.next_run_time)
         FROM scheduler.settings s
         LEFT JOIN scheduler.run_request r USING (tenant_id)
         GROUP BY s.tenant_id, s.next_run_time
         HAVING count(r.run_id) <> $1
         LIMIT 20
     ) AS standing";

/// The processes whose time is shown.
pub(crate) const PROCESSES: [&str; 6] = [
    "worker",
    "reconcile",
    "PostgreSQL",
    "RabbitMQ",
    "scheduler",
    "results",
];

/// One pass of the whole fleet.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    pub(crate) name: &'static str,
    pub(crate) took: Duration,
    /// Processor time, in the order of [`PROCESSES`].
    pub(crate) cpu: Vec<Duration>,
}

/// Measures a first import, a pass without changes and a pass in which each tenant has one more address.
pub(crate) async fn measure(tenants: u32) -> Result<FleetReport> {
    let options = BedOptions {
        parts: vec![Part::Postgres, Part::RabbitMq, Part::OpenLdap],
        directory: Some(people::of_fleet(tenants)),
        progress: true,
        ..BedOptions::default()
    };
    let bed = Bed::start(options).await?;
    let passes = passes(&bed, tenants).await;
    bed.stop().await?;
    Ok(FleetReport {
        tenants,
        passes: passes?,
    })
}

async fn passes(bed: &Bed, tenants: u32) -> Result<Vec<Pass>> {
    let stack = bed.stack(StackOptions::default()).await?;
    prepare(bed, &stack, tenants).await?;
    let mut database = PgConnection::connect(&stack.endpoints().database_url).await?;
    let mut fleet = Fleet {
        bed,
        stack: &stack,
        tenants,
        passed: 0,
    };
    let mut passes = vec![fleet.pass("first import", &mut database).await?];
    passes.push(fleet.pass("unchanged", &mut database).await?);
    people::change(bed, tenants).await?;
    passes.push(fleet.pass("one change each", &mut database).await?);
    Ok(passes)
}

async fn prepare(bed: &Bed, stack: &Stack, tenants: u32) -> Result<()> {
    let clients = Clients::connect(stack.endpoints()).await?;
    let certificate = bed.authority().certificate_pem()?;
    let clients = &clients;
    let prepared = stream::iter(0..tenants).map(|number| {
        let certificate = certificate.clone();
        async move {
            let tenant = Tenant {
                id: people::tenant(number),
                domain: people::domain(number),
                clients: clients.clone(),
            };
            tenant.put_domains(&[(&tenant.domain, "")]).await?;
            let directory = people::settings(bed.openldap()?, number, certificate);
            tenant.put_schedule(directory, 24).await?;
            anyhow::Ok(())
        }
    });
    prepared.buffer_unordered(CALLS).try_collect().await
}

struct Fleet<'a> {
    bed: &'a Bed,
    stack: &'a Stack,
    tenants: u32,
    passed: u32,
}

impl Fleet<'_> {
    /// All are due at once; measured until the last run has ended.
    async fn pass(&mut self, name: &'static str, database: &mut PgConnection) -> Result<Pass> {
        self.passed += 1;
        let before = self.cpu()?;
        let begun = Instant::now();
        sqlx::query("UPDATE scheduler.settings SET next_run_time = now() - interval '1 minute'")
            .execute(&mut *database)
            .await?;
        let all = i64::from(self.tenants) * i64::from(self.passed);
        let limit = LIMIT_PER_TENANT * self.tenants;
        match timeout(limit, all_ended(all, database)).await {
            Ok(ended) => ended?,
            Err(_) => bail!(
                "the fleet does not end within {limit:?}; still open:\n{}",
                self.standing(database).await?
            ),
        }
        let took = begun.elapsed();
        let after = self.cpu()?;
        let cpu = after
            .iter()
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before));
        eprintln!("fleet, {name}: {:.1} s", took.as_secs_f64());
        Ok(Pass {
            name,
            took,
            cpu: cpu.collect(),
        })
    }

    /// Runs and tenants that stand still.
    async fn standing(&self, database: &mut PgConnection) -> Result<String> {
        let standing = sqlx::query_scalar(STANDING).bind(i64::from(self.passed));
        Ok(standing.fetch_one(database).await?)
    }

    fn cpu(&self) -> Result<Vec<Duration>> {
        let service = |kind| self.stack.service(kind, 0).map(rollcall_testbed::Service::pid);
        let server = |part| self.bed.server(part).and_then(rollcall_testbed::Process::pid);
        [
            service(Kind::Worker)?,
            service(Kind::Reconcile)?,
            server(Part::Postgres),
            server(Part::RabbitMq),
            service(Kind::Scheduler)?,
            service(Kind::Results)?,
        ]
        .into_iter()
        .map(|pid| cpu::of_tree(pid.context("the process runs")?))
        .collect()
    }
}

/// Waits until so many runs have ended, all of them well.
async fn all_ended(all: i64, database: &mut PgConnection) -> Result<()> {
    loop {
        let (ended, well): (i64, i64) = sqlx::query_as(ENDED).fetch_one(&mut *database).await?;
        ensure!(ended == well, "{} runs did not end well", ended - well);
        if ended >= all {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}
