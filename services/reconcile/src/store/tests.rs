//! Writes and reads under a tenant's lock, as reconcile's role. The scheduler's rows come from its own role. These
//! tests need PostgreSQL.

mod account_binds;
mod connection_test;
mod domains;
mod last_run;
mod lease;
mod months;
mod outbox;
mod period;
mod plans;
mod retention;
mod runs;
mod seals;
mod staging;
mod wall;

use std::sync::Arc;

use anyhow::Result;
use rollcall_chassis::{
    Lifecycle,
    amqp::Broker,
    audit::Act,
    config,
    pg::{Access, Database, FleetTx, ScopedPool},
};
use rollcall_domain::{RunId, TenantId};
use rollcall_stores::{Role, Scope, TestDatabase};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{Gate, Store, TenantLock};
use crate::{
    Config,
    events::Events,
    ids::LeaseKey,
    reports::Reports,
    resources::Resources,
    runs::{
        asking::{Begin, Begun, Started},
        begin,
    },
};

const NAME: &str = "store-tests";
const TENANT: &str = "acme";
/// Nothing listens there: no event gets further than the outbox.
const NO_BROKER: &str = "amqp://127.0.0.1:1";

/// The service without its servers, and the database that it stands on.
struct Ground {
    database: TestDatabase,
    resources: Arc<Resources>,
    tenant: TenantId,
}

/// A call of the portal.
fn act() -> Act {
    Act::new("portal", Some("ann".to_owned()), "PutDomains")
}

impl Ground {
    async fn new() -> Result<Self> {
        let database = TestDatabase::create().await?;
        let variables = [
            ("ROLLCALL_DATABASE__URL", database.url(Role::Reconcile)?),
            ("ROLLCALL_AMQP__URL", NO_BROKER.to_owned()),
            ("ROLLCALL_SERVER__LISTEN", "127.0.0.1:0".to_owned()),
            ("ROLLCALL_SERVER__INSECURE_LOOPBACK", "true".to_owned()),
            ("ROLLCALL_WORKERS__LISTEN", "127.0.0.1:0".to_owned()),
            ("ROLLCALL_WORKERS__INSECURE_LOOPBACK", "true".to_owned()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        let config: Config = config::parse("", variables)?;
        let reached = Database::reach(&config.database, NAME).await?;
        let lifecycle = Lifecycle::new();
        let broker = Broker::start(&config.amqp, NAME, &lifecycle)?;
        let resources = Resources::new(
            Store::open(&reached, &config.pools),
            config.bounds(),
            &config.limits,
            Reports::new(Events::start(&broker, &lifecycle), Arc::new(Notify::new())),
            lifecycle,
        );
        Ok(Self {
            database,
            resources: Arc::new(resources),
            tenant: TenantId::parse(TENANT)?,
        })
    }

    fn pool(&self) -> &ScopedPool {
        &self.resources.store.runs.pool
    }

    /// A transaction about all tenants.
    async fn all(&self) -> Result<FleetTx> {
        Ok(self.pool().fleet(Access::Read).await?)
    }

    fn gate(&self) -> &Gate {
        &self.resources.store.runs
    }

    /// The tenant under its lock.
    async fn lock(&self) -> Result<TenantLock> {
        Ok(TenantLock::open(&self.resources.store.runs, &self.tenant).await?)
    }

    async fn as_scheduler(&self, statements: &str) -> Result<()> {
        self.database.run(Role::Scheduler, statements).await
    }

    async fn as_reconcile(&self, statements: &str) -> Result<()> {
        self.database.run(Role::Reconcile, statements).await
    }

    /// Settings of the tenant.
    async fn with_settings(self) -> Result<Self> {
        self.as_scheduler(
            "INSERT INTO scheduler.settings (tenant_id, settings, sealed_credential, generation, credential_generation,
                 key_id, every_hours, time_zone)
             VALUES ('acme', '', '', 7, 6, 'first', 0, '')",
        )
        .await?;
        Ok(self)
    }

    /// Asks for a run.
    async fn ask(&self, kind: &str) -> Result<RunId> {
        let run = RunId::from_uuid(Uuid::now_v7());
        self.as_scheduler(&format!(
            "INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane)
             VALUES ('{run}', 'acme', '{kind}', 'MANUAL', 'interactive')"
        ))
        .await?;
        Ok(run)
    }

    /// Asks for the lease, as a worker does.
    async fn begin(&self, run: RunId, worker: &str) -> Result<Begun> {
        let begin = Begin {
            tenant: self.tenant.clone(),
            run,
            worker: worker.to_owned(),
            attempt: 1,
            given_up: None,
            alone: true,
        };
        Ok(begin::begin(&self.resources, begin).await?)
    }

    /// A run with the lease.
    async fn started(&self, kind: &str) -> Result<(LeaseKey, Started)> {
        let run = self.ask(kind).await?;
        let Begun::Started(started) = self.begin(run, "first").await? else {
            anyhow::bail!("the run does not begin");
        };
        let key = LeaseKey {
            tenant: self.tenant.clone(),
            run,
            fence: started.fence,
        };
        Ok((key, *started))
    }

    /// One number of the database.
    async fn count(&self, statement: &'static str) -> Result<i64> {
        Ok(sqlx::query_scalar(statement)
            .fetch_one(self.all().await?.connection())
            .await?)
    }
}
