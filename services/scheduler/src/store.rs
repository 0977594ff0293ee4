//! Schema `scheduler` in PostgreSQL, and the views that reconcile publishes for it: all of the service's SQL.
//!
//! Each statement is about one tenant, in a transaction that names it, or about all, in one of the fleet's role. Changes that
//! must not race with a run's commit go through [`TenantLock`], which holds the tenant's lock.

mod due;
mod facts;
mod fleet;
mod months;
mod periods;
mod publishing;
mod requests;
mod settings;
mod sweeping;

use std::collections::BTreeSet;

use jiff::Timestamp;
use rollcall_chassis::audit::Record;
use rollcall_chassis::pg::{
    Access, FleetRole, Monthly, Schema, ScopedPool,
    tenant_lock::{LockError, LockedTransaction, TenantLocks, Waiter},
};
use rollcall_chassis::{fleet_views, views};
use rollcall_domain::{DomainName, TenantId};
use sqlx::PgPool;

pub(crate) use due::{DueRun, DueTenant};
pub(crate) use facts::RunFacts;
pub(crate) use fleet::Fleet;
pub(crate) use publishing::{Claim, Unpublished};
pub(crate) use requests::{ManualRunLimit, NewRequest};
pub(crate) use settings::{NewSettings, RemovalSwitch, StoredSettings};
pub(crate) use sweeping::Patience;

/// Requests of runs, a partition for each month.
const RUN_REQUEST: Monthly = Monthly {
    schema: "scheduler",
    table: "run_request",
};

/// The role for work on all tenants.
const FLEET: FleetRole = FleetRole::new("rollcall_scheduler_fleet");

/// The schema `scheduler`, and what is published of it.
pub(crate) static SCHEMA: Schema = Schema {
    migrations: sqlx::migrate!(),
    monthly: &[RUN_REQUEST],
    fleet: FLEET,
    views: views![
        "results.fleet_pause",
        "results.run_request",
        "results.schedule",
        "scheduler.reconcile_fleet",
        "scheduler.reconcile_run_request",
        "scheduler.reconcile_settings",
    ],
    fleet_views: fleet_views![
        "results.all_run_requests",
        "results.all_schedules",
        "scheduler.reconcile_all_run_requests",
        "scheduler.reconcile_all_settings",
    ],
};

/// The database.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pool: ScopedPool,
    locks: TenantLocks,
}

/// A transaction that holds a tenant's lock, until it is committed or dropped.
#[derive(Debug)]
pub(crate) struct TenantLock {
    tx: LockedTransaction,
    tenant: TenantId,
    now: Timestamp,
}

impl Store {
    /// A store over connections of the scheduler's own role.
    pub(crate) fn new(pool: PgPool, locks: TenantLocks) -> Self {
        let pool = ScopedPool::new(pool, FLEET);
        Self { pool, locks }
    }

    /// True if reconcile has published the views that this service reads.
    pub(crate) async fn is_ready(&self) -> sqlx::Result<bool> {
        sqlx::query_file_scalar!("sql/views/are_published.sql")
            .fetch_one(self.pool.shared())
            .await
    }

    /// The tenant's domains, aliases among them.
    pub(crate) async fn domains(&self, tenant: &TenantId) -> sqlx::Result<BTreeSet<DomainName>> {
        let mut tx = self.pool.tenant(tenant, Access::Read).await?;
        let names = sqlx::query_file_scalar!("sql/domain/names_of_tenant.sql", tenant.as_str())
            .fetch_all(tx.connection())
            .await?;
        names
            .iter()
            .map(|name| DomainName::parse(name).map_err(undecodable))
            .collect()
    }

    /// Records an act that changes nothing here, before it is done.
    pub(crate) async fn record(&self, record: Record) -> sqlx::Result<()> {
        let mut connection = self.pool.shared().acquire().await?;
        record.write(&mut connection).await
    }

    /// Begins a change that must not race with a commit of the tenant's runs. It waits for a commit under way, if not
    /// too many callers wait already. It holds no connection while it waits.
    pub(crate) async fn change(&self, tenant: &TenantId) -> Result<TenantLock, LockError> {
        let tx = self.locks.lock(&self.pool, tenant, Waiter::Call).await?;
        Ok(TenantLock {
            now: tx.now().into(),
            tx,
            tenant: tenant.clone(),
        })
    }
}

impl TenantLock {
    /// The tenant under the lock.
    pub(crate) fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The database's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// True if the tenant has a domain of its own.
    pub(crate) async fn has_domains(&mut self) -> sqlx::Result<bool> {
        sqlx::query_file_scalar!("sql/domain/tenant_has_any.sql", self.tenant.as_str())
            .fetch_one(self.tx.connection())
            .await
    }

    /// Records the act that the change is, with it.
    pub(crate) async fn record(&mut self, record: Record) -> sqlx::Result<()> {
        record.tenant(&self.tenant).write(self.tx.connection()).await
    }

    /// Makes the change, and gives the lock back.
    pub(crate) async fn commit(self) -> sqlx::Result<()> {
        self.tx.commit().await
    }
}

/// Something stored that this version cannot read.
fn undecodable(error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

#[cfg(test)]
mod tests;
