//! Private servers and services that many trials share, one after the other.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, Result};
use rollcall_e2e::{Forest, Tenant};
use rollcall_testbed::{Bed, Kind, Part, Process, Stack, Way, clock::Clock, postgres::Standby};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::sync::OnceCell;

use crate::{
    audit, ground,
    oracle::Expected,
    plan::{Ground, Whose},
    portal::Portal,
    script::Script,
};

/// Shorter than in production, so that a trial takes seconds; in the same order.
const SHORT: [(Kind, &str, &str); 10] = [
    (Kind::Reconcile, "ROLLCALL_LEASES__SILENCE_SECONDS", "3"),
    (Kind::Reconcile, "ROLLCALL_LEASES__SWEEP_SECONDS", "1"),
    (Kind::Reconcile, "ROLLCALL_RELAY__TICK_SECONDS", "1"),
    (Kind::Scheduler, "ROLLCALL_SCHEDULE__TICK_SECONDS", "1"),
    (Kind::Scheduler, "ROLLCALL_SCHEDULE__SWEEP_SECONDS", "1"),
    (Kind::Worker, "ROLLCALL_DIRECTORY__CONNECT_TIMEOUT_SECONDS", "5"),
    (Kind::Worker, "ROLLCALL_DIRECTORY__READ_TIMEOUT_SECONDS", "5"),
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
    pub(crate) standby: Option<Standby>,
    /// Of the services, by kind; `None` unless the ground has clocks.
    clocks: BTreeMap<Kind, Clock>,
    /// The ground on which everything stands.
    pub(crate) ground: Ground,
    /// As the superuser.
    pub(crate) database: PgPool,
    pub(crate) portal: Portal,
    /// The result of each script if nothing breaks.
    expected: tokio::sync::Mutex<HashMap<u64, Expected>>,
    /// One server is struck at a time.
    pub(crate) server_turn: tokio::sync::Mutex<()>,
    broken: OnceCell<()>,
}

impl World {
    /// Starts everything on this ground.
    pub async fn start(ground: Ground) -> Result<Self> {
        let bed = Bed::start(ground::bed(ground)).await?;
        let clocks = ground::clocks(ground, bed.folder())?;
        let options = SHORT
            .into_iter()
            .fold(ground::stack(&clocks)?, |options, (kind, variable, value)| {
                options.set(kind, variable, value)
            });
        let stack = bed.stack(options).await?;
        let standby = match ground {
            Ground::Standby => Some(bed.standby().await?),
            _ => None,
        };
        let broker = stack.way(Way::Broker).context("no way to the broker")?;
        let nodes = bed.broker_nodes();
        let addresses: Vec<_> = nodes.iter().map(|(node, _)| node.socket_address()).collect();
        broker.lead_to(&addresses);
        // Past the proxies, except where they find the server that is there.
        let (database_url, amqp_url) = match ground {
            Ground::Standby => {
                let way = stack.way(Way::Database).context("no way to the database")?;
                let url = bed.postgres()?.url_through(way.address(), stack.database());
                (url, stack.endpoints().amqp_url.clone())
            }
            Ground::Cluster => {
                let url = bed.rabbitmq()?.url_through(broker.address(), stack.vhost());
                (stack.endpoints().database_url.clone(), url)
            }
            _ => (
                stack.endpoints().database_url.clone(),
                stack.endpoints().amqp_url.clone(),
            ),
        };
        let database = PgPoolOptions::new()
            .max_connections(3)
            .acquire_timeout(Duration::from_secs(5))
            .connect(&database_url)
            .await?;
        audit::begin(&database).await?;
        let broker_ca_file = stack.endpoints().broker_ca_file.clone();
        Ok(Self {
            ground,
            bed,
            stack,
            standby,
            clocks,
            database,
            portal: Portal::listen(amqp_url, broker_ca_file),
            expected: tokio::sync::Mutex::default(),
            server_turn: tokio::sync::Mutex::default(),
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

    /// True if another trial can be held here.
    pub fn is_usable(&self) -> bool {
        self.broken.get().is_none()
    }

    /// Copies the logs of servers and services to `target/chaos/<name>`.
    pub(crate) fn keep_logs(&self, name: &str) -> Result<()> {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../target/chaos")
            .join(name.replace('/', "-"));
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

    /// The result of a script for a control tenant, which meets no fault.
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
        Expected::read(&self.database, &tenant).await
    }

    /// The process ids of all services.
    pub(crate) fn pids(&self) -> BTreeMap<Name, Option<u32>> {
        let of = |kind: Kind| {
            (0..).map_while(move |index| Some(((kind, index), self.stack.service(kind, index).ok()?.pid())))
        };
        Kind::ALL.into_iter().flat_map(of).collect()
    }

    /// A clock that can be put.
    pub(crate) fn clock(&self, whose: Whose) -> Result<Clock> {
        match whose {
            Whose::Service(kind) => self.clocks.get(&kind).cloned(),
            Whose::Database => self.bed.postgres()?.clock(),
        }
        .context("this world's clocks cannot be put")
    }

    /// Puts all clocks right.
    pub(crate) fn put_clocks_right(&self) -> Result<()> {
        for clock in self.clocks.values().cloned().chain(self.bed.postgres()?.clock()) {
            clock.put(0)?;
        }
        Ok(())
    }

    /// The process of PostgreSQL or RabbitMQ.
    pub(crate) fn server(&self, part: Part) -> Result<&Process> {
        self.bed
            .server(part)
            .with_context(|| format!("no {part:?} in this world"))
    }
}
