//! Reads the views that their owners publish in the schema `results`.
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

use rollcall_chassis::{audit::Record, given_up::given_up, sentences::GIVEN_UP, status::ApiError};
use rollcall_domain::sentences::refusal;
use rollcall_proto::v1::Run;
use rollcall_terms::Refusal;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::{run_key::RunKey, watch::ReadRun};

pub(crate) use accounts::{AccountFilter, AccountsRead};
pub(crate) use audit::{AuditFilter, Listed};
pub(crate) use rows::{RowCursor, RowFilter, RowRecord};

/// The views that this service reads, in the schema `results`.
const VIEWS: [&str; 15] = [
    "audit_record",
    "run_request",
    "run_outcome",
    "run_row",
    "account",
    "account_address",
    "address_change",
    "removed_address",
    "domain",
    "last_run",
    "refused_credential",
    "schedule",
    "fleet_pause",
    "waiting_events",
    "period",
];

/// Begins a transaction whose statements all see one moment.
const READ_ONLY: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Begins the one kind of transaction that writes: the role's sessions only read otherwise.
const READ_WRITE: &str = "BEGIN READ WRITE";

/// The database.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pool: PgPool,
    /// The share of the connections for callers that begin to watch a run, and the share for callers that watch one.
    /// The rest is for all other calls, however many watch.
    beginning: Arc<Semaphore>,
    watching: Arc<Semaphore>,
}

impl Store {
    pub(crate) fn new(pool: PgPool) -> Self {
        let third = (pool.options().get_max_connections() / 3).max(1) as usize;
        Self {
            pool,
            beginning: Arc::new(Semaphore::new(third)),
            watching: Arc::new(Semaphore::new(third)),
        }
    }

    /// True if all views exist and may be read.
    pub(crate) async fn is_published(&self) -> Result<bool, sqlx::Error> {
        sqlx::query_file_scalar!("sql/views/are_published.sql", &VIEWS[..])
            .fetch_one(&self.pool)
            .await
    }
}

impl Store {
    /// Records an act that is done next.
    pub(crate) async fn record(&self, record: Record) -> Result<(), ApiError> {
        let mut transaction = self.pool.begin_with(READ_WRITE).await?;
        record.write(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Refuses a tenant of which nothing is known: an empty list would hide that its id is mistyped.
    pub(crate) async fn check_known(&self, tenant_id: &str) -> Result<(), ApiError> {
        let known = sqlx::query_file_scalar!("sql/tenant/is_known.sql", tenant_id)
            .fetch_one(&self.pool)
            .await?;
        if known {
            return Ok(());
        }
        let refused = ApiError::new(Refusal::NoTenant, refusal::no_tenant(tenant_id));
        Err(refused.with("tenant_id", tenant_id))
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

/// Refusal of an unknown run, and of another tenant's too.
pub(crate) fn no_run(run: &RunKey) -> ApiError {
    ApiError::new(Refusal::NoRun, refusal::no_run_of(&run.tenant_id, run.run_id))
}

#[cfg(test)]
mod tests;
