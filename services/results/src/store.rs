//! Reads the views that their owners publish in the schema `results`.
//!
//! Texts in them are in the order of their bytes: the columns are of collation "C".

mod accounts;
mod explain;
mod fleet;
mod rows;
mod runs;

use rollcall_chassis::status::ApiError;
use rollcall_proto::v1::Run;
use sqlx::PgPool;
use uuid::Uuid;

use crate::watch::ReadRun;

pub(crate) use accounts::{AccountFilter, AccountsRead};
pub(crate) use rows::{RowCursor, RowFilter, RowRecord};

/// Begins a transaction whose statements all see one moment.
const READ_ONLY: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The database.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pool: PgPool,
}

/// A run of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RunKey {
    pub(crate) tenant_id: String,
    pub(crate) run_id: Uuid,
}

impl Store {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Whether all views exist and may be read.
    pub(crate) async fn is_published(&self) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(include_str!("store/published.sql"))
            .fetch_one(&self.pool)
            .await
    }
}

impl ReadRun for Store {
    async fn read(&self, run: &RunKey) -> Result<Run, ApiError> {
        self.run(run).await
    }
}

/// What an unknown run is answered with, and another tenant's too.
pub(crate) fn no_run(run: &RunKey) -> ApiError {
    ApiError::not_found(
        "NO_RUN",
        format!("Tenant {} has no run {}.", run.tenant_id, run.run_id),
    )
}
