//! Private servers and services that many trials share, one after the other.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, Result};
use rollcall_e2e::{Forest, Tenant};
use rollcall_testbed::{Bed, BedOptions, Kind, Part, Process, Stack, StackOptions};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::sync::OnceCell;

use crate::{audit, oracle::Expected, portal::Portal, script::Script};

/// Shorter than in production, so that a trial takes seconds; in the same order.
const SHORT: [(Kind, &str, &str); 10] = [
    (Kind::Reconcile, "ROLLCALL_LEASES__SILENCE_SECONDS", "3"),
    (Kind::Reconcile, "ROLLCALL_LEASES__SWEEP_SECONDS", "1"),
    (Kind::Reconcile, "ROLLCALL_RELAY__TICK_SECONDS", "1"),
    (Kind::Scheduler, "ROLLCALL_SCHEDULE__TICK_SECONDS", "1"),
    (Kind::Scheduler, "ROLLCALL_SCHEDULE__SWEEP_SECONDS", "1"),
    (Kind::Worker, "ROLLCALL_DIRECTORY__CONNECT_TIMEOUT_SECONDS", "5"),
    (Kind::Worker, "ROLLCALL_DIRECTORY__OPERATION_TIMEOUT_SECONDS", "5"),
    (Kind::Worker, "ROLLCALL_DIRECTORY__PAGE_SIZE", "5"),
    (Kind::Worker, "ROLLCALL_LIFECYCLE__DRAIN_SECONDS", "3"),
    (Kind::Reconcile, "ROLLCALL_LIFECYCLE__DRAIN_SECONDS", "3"),
];
/// A name for each process of a service.
pub(crate) type Name = (Kind, usize);

/// Servers, services and who listens to them.
#[derive(Debug)]
pub struct World {
    pub(crate) bed: Bed,
    pub(crate) stack: Stack,
    /// As the superuser, past all proxies.
    pub(crate) database: PgPool,
    pub(crate) portal: Portal,
    /// What each script comes to where nothing breaks.
    expected: tokio::sync::Mutex<HashMap<u64, Expected>>,
    broken: OnceCell<()>,
}

impl World {
    /// Starts everything.
    pub async fn start() -> Result<Self> {
        let bed = Bed::start(BedOptions {
            parts: vec![Part::Postgres, Part::RabbitMq, Part::OpenLdap],
            directory: None,
            ..BedOptions::default()
        })
        .await?;
        let options = StackOptions {
            workers: 2,
            fail_points: true,
            proxied: true,
            ..StackOptions::default()
        };
        let options = SHORT
            .into_iter()
            .fold(options, |options, (kind, variable, value)| {
                options.set(kind, variable, value)
            });
        let stack = bed.stack(options).await?;
        let database = PgPoolOptions::new()
            .max_connections(3)
            .acquire_timeout(Duration::from_secs(5))
            .connect(&stack.endpoints().database_url)
            .await?;
        audit::begin(&database).await?;
        let portal = Portal::listen(stack.endpoints().amqp_url.clone());
        Ok(Self {
            bed,
            stack,
            database,
            portal,
            expected: tokio::sync::Mutex::default(),
            broken: OnceCell::new(),
        })
    }

    /// Gives everything back.
    pub async fn stop(self) -> Result<()> {
        self.database.close().await;
        Ok(self.bed.stop().await?)
    }

    /// Notes that no further trial can be held here.
    pub(crate) fn give_up(&self) {
        let _ = self.broken.set(());
    }

    /// Whether another trial can be held here.
    pub fn is_usable(&self) -> bool {
        self.broken.get().is_none()
    }

    /// Copies the logs of servers and services to `target/chaos/<name>`.
    pub(crate) fn keep_logs(&self, name: &str) -> Result<()> {
        let kept = Path::new("target/chaos").join(name.replace('/', "-"));
        fs::create_dir_all(&kept)?;
        for entry in fs::read_dir(self.stack.log_folder())?.flatten() {
            fs::copy(entry.path(), kept.join(entry.file_name()))?;
        }
        Ok(())
    }

    /// A tenant with an empty directory of its own.
    pub(crate) async fn tenant(&self, word: &str) -> Result<(Tenant, Forest)> {
        let tenant = Tenant::registered(self.stack.endpoints(), word).await?;
        let forest = Forest::in_openldap(&self.bed, &tenant.id).await?;
        Ok((tenant, forest))
    }

    /// What a script comes to for a control tenant, which meets no fault.
    pub(crate) async fn expected(&self, number: u64) -> Result<Expected> {
        let mut known = self.expected.lock().await;
        if let Some(expected) = known.get(&number) {
            return Ok(expected.clone());
        }
        let expected = self
            .control(&Script::new(number))
            .await
            .context("the control tenant")?;
        known.insert(number, expected.clone());
        Ok(expected)
    }

    async fn control(&self, script: &Script) -> Result<Expected> {
        let (tenant, forest) = self.tenant("control").await?;
        script.begin(&tenant, &forest).await?;
        tenant
            .put_removal(forest.settings(), crate::trial::REMOVAL)
            .await?;
        tenant.sync().await?;
        script.change(&tenant, &forest).await?;
        tenant.sync().await?;
        tenant.sync().await?;
        Expected::of(&self.database, &tenant).await
    }

    /// The process ids of all services.
    pub(crate) fn pids(&self) -> BTreeMap<Name, Option<u32>> {
        let of = |kind: Kind| {
            (0..).map_while(move |index| Some(((kind, index), self.stack.service(kind, index).ok()?.pid())))
        };
        Kind::ALL.into_iter().flat_map(of).collect()
    }

    /// The process of PostgreSQL or RabbitMQ.
    pub(crate) fn server(&self, part: Part) -> Result<&Process> {
        self.bed
            .server(part)
            .with_context(|| format!("no {part:?} in this world"))
    }
}
