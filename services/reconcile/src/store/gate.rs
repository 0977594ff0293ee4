//! The way to a tenant's lock: who comes, and on whose connections.

use rollcall_chassis::pg::{
    Access, Database, FleetTx, ScopedPool, TenantTx,
    tenant_lock::{LockError, LockedTransaction, TenantLocks, Waiter},
};
use rollcall_domain::TenantId;

use super::schema::FLEET;
use crate::{
    config::Pools,
    error::{During, ReconcileError},
};

/// Connections, and the way in which their users wait for a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(super) pool: ScopedPool,
    locks: TenantLocks,
    waiter: Waiter,
}

/// The database, by its gates. Each has connections of its own, so that neither many calls nor a few large commits keep
/// heartbeats and the beginnings of runs waiting.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// For the portal's own writes.
    pub(crate) calls: Gate,
    /// For the short steps of runs, the sweeper and the relay.
    pub(crate) runs: Gate,
    /// For what decides on a whole tenant: commits and reverts.
    pub(crate) commits: Gate,
}

impl Store {
    pub(crate) fn open(database: &Database, pools: &Pools) -> Self {
        let locks = pools.locks();
        let gate = |pool, waiter| Gate {
            pool: ScopedPool::new(pool, FLEET),
            locks: locks.clone(),
            waiter,
        };
        Self {
            calls: gate(database.calls(), Waiter::Call),
            runs: gate(database.pool(pools.runs()), Waiter::Run),
            commits: gate(database.pool(pools.commits()), Waiter::Run),
        }
    }
}

impl Gate {
    /// A transaction about a tenant, without its lock.
    pub(super) async fn tenant(&self, tenant: &TenantId, access: Access) -> Result<TenantTx, ReconcileError> {
        let transaction = self.pool.tenant(tenant, access).await;
        transaction.during("begin a transaction about a tenant")
    }

    /// The same, about a tenant as a statement about all of them named it.
    pub(super) async fn tenant_named(
        &self,
        tenant: &str,
        access: Access,
    ) -> Result<TenantTx, ReconcileError> {
        let tenant = TenantId::parse(tenant).map_err(|_| ReconcileError::Unreadable { what: "tenant" })?;
        self.tenant(&tenant, access).await
    }

    /// A transaction about all tenants.
    pub(super) async fn fleet(&self, access: Access) -> Result<FleetTx, ReconcileError> {
        let transaction = self.pool.fleet(access).await;
        transaction.during("begin a transaction about all tenants")
    }

    /// Takes the tenant's lock; waits for it, but holds no connection while it waits.
    pub(super) async fn lock(&self, tenant: &TenantId) -> Result<LockedTransaction, ReconcileError> {
        let locked = self.locks.lock(&self.pool, tenant, self.waiter).await;
        locked.map_err(|error| match error {
            LockError::Busy => ReconcileError::TenantBusy,
            LockError::Database(source) => ReconcileError::Database {
                operation: "lock the tenant",
                source,
            },
        })
    }

    /// Takes the tenant's lock, unless another transaction has or wants it at the moment.
    pub(super) async fn try_lock(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<LockedTransaction>, ReconcileError> {
        let locked = self.locks.try_lock(&self.pool, tenant).await;
        locked.during("try to lock the tenant")
    }
}
