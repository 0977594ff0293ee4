//! Reads the views that their owners publish in the schema `results`: those of one tenant in a transaction that names it, and
//! those of all tenants, whose names begin with `all_`, as a role of its own.
//!
//! Texts in them are in the order of their bytes: the columns are of collation "C".
//!
//! The compiler checks every statement but those that PostgreSQL does not describe: SET, DECLARE and FETCH.

mod accounts;
mod audit;
mod explain;
mod fleet;
mod rows;
mod runs;

use std::sync::Arc;

use rollcall_chassis::{
    audit::Record,
    given_up::given_up,
    pg::{Access, FleetRole, ScopedPool, TenantTx},
    sentences::GIVEN_UP,
    status::ApiError,
};
use rollcall_domain::{TenantId, sentences::refusal};
use rollcall_proto::v1::Run;
use rollcall_terms::Refusal;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::{run_key::RunKey, watch::ReadRun};

pub(crate) use accounts::{AccountFilter, AccountsRead};
pub(crate) use audit::{AuditFilter, Listed};
pub(crate) use rows::{RowCursor, RowFilter, RowRecord};

/// The views that this service reads, in the schema `results`.
const VIEWS: [&str; 18] = [
    "audit_record",
    "run_request",
    "run_outcome",
    "run_row",
    "account",
    "account_address",
    "address_change",
    "removed_address",
    "domain",
    "schedule",
    "fleet_pause",
    "period",
    "all_last_runs",
    "all_refused_credentials",
    "all_run_outcomes",
    "all_run_requests",
    "all_schedules",
    "all_waiting_events",
];

/// The role for reads of all tenants.
const FLEET: FleetRole = FleetRole::new("rollcall_results_fleet");

/// Begins the one kind of transaction that writes: the role's sessions only read otherwise.
const READ_WRITE: &str = "BEGIN READ WRITE";

/// The database.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pool: ScopedPool,
    /// The share of the connections for callers that begin to watch a run, and the share for callers that watch one.
    /// The rest is for all other calls, however many watch.
    beginning: Arc<Semaphore>,
    watching: Arc<Semaphore>,
}

impl Store {
    pub(crate) fn new(pool: PgPool) -> Self {
        let third = (pool.options().get_max_connections() / 3).max(1) as usize;
        Self {
            pool: ScopedPool::new(pool, FLEET),
            beginning: Arc::new(Semaphore::new(third)),
            watching: Arc::new(Semaphore::new(third)),
        }
    }

    /// True if all views exist and may be read.
    pub(crate) async fn is_published(&self) -> Result<bool, sqlx::Error> {
        sqlx::query_file_scalar!("sql/views/are_published.sql", &VIEWS[..])
            .fetch_one(self.pool.shared())
            .await
    }
}

impl Store {
    /// Records an act that is done next.
    pub(crate) async fn record(&self, record: Record) -> Result<(), ApiError> {
        let mut transaction = self.pool.shared().begin_with(READ_WRITE).await?;
        record.write(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// A transaction about a tenant. An id that no tenant can have is refused as unknown.
    async fn tenant(&self, tenant_id: &str, access: Access) -> Result<TenantTx, ApiError> {
        let tenant = TenantId::parse(tenant_id).map_err(|_| no_tenant(tenant_id))?;
        Ok(self.pool.tenant(&tenant, access).await?)
    }

    /// Refuses a tenant of which nothing is known: an empty list would hide that its id is mistyped.
    pub(crate) async fn check_known(&self, tenant_id: &str) -> Result<(), ApiError> {
        let mut tx = self.tenant(tenant_id, Access::Read).await?;
        let known = sqlx::query_file_scalar!("sql/tenant/is_known.sql", tenant_id)
            .fetch_one(tx.connection())
            .await?;
        if known {
            return Ok(());
        }
        Err(no_tenant(tenant_id))
    }

    /// Reads a run by one of so many connections. It waits in its turn, as long as its caller does.
    async fn within(&self, share: &Semaphore, run: &RunKey) -> Result<Run, ApiError> {
        // It is never closed; without a permit the read would only be less bounded.
        let _turn = tokio::select! {
            turn = share.acquire() => turn,
            () = given_up() => {
                return Err(ApiError::new(Refusal::GivenUp, GIVEN_UP));
            }
        };
        self.run(run).await
    }
}

impl ReadRun for Store {
    async fn read(&self, run: &RunKey) -> Result<Run, ApiError> {
        self.within(&self.beginning, run).await
    }

    async fn read_again(&self, run: &RunKey) -> Result<Run, ApiError> {
        self.within(&self.watching, run).await
    }
}

fn no_tenant(tenant_id: &str) -> ApiError {
    ApiError::new(Refusal::NoTenant, refusal::no_tenant(tenant_id)).with("tenant_id", tenant_id)
}

/// Refusal of an unknown run, and of another tenant's too.
pub(crate) fn no_run(run: &RunKey) -> ApiError {
    ApiError::new(Refusal::NoRun, refusal::no_run_of(&run.tenant_id, run.run_id))
}

#[cfg(test)]
mod tests;
