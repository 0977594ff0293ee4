//! The way to a tenant's lock: who comes, and on whose connections.

use rollcall_chassis::pg::{
    Database,
    tenant_lock::{LockError, LockedTransaction, TenantLocks, Waiter},
};
use rollcall_domain::TenantId;
use rollcall_terms::tenant_lock::tenant_lock;
use sqlx::PgPool;

use crate::{
    config::Pools,
    error::{During, ReconcileError},
};

/// Connections, and the way in which their users wait for a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(super) pool: PgPool,
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
            pool,
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
    /// Takes the tenant's lock; waits for it, but holds no connection while it waits.
    pub(super) async fn lock(&self, tenant: &TenantId) -> Result<LockedTransaction, ReconcileError> {
        let locked = self
            .locks
            .lock(&self.pool, &tenant_lock(tenant), self.waiter)
            .await;
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
        let locked = self.locks.try_lock(&self.pool, &tenant_lock(tenant)).await;
        locked.during("try to lock the tenant")
    }
}
