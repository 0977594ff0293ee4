//! The periods that reconcile is configured with.

use rollcall_domain::{Days, Periods};
use sqlx::{Executor, Postgres};

use super::{Store, TenantLock};

impl Store {
    /// Periods for which finished runs and removed accounts are kept; `None` until reconcile has said so. Nothing is
    /// deleted by the usual periods.
    pub(crate) async fn periods(&self) -> sqlx::Result<Option<Periods>> {
        configured(self.pool.shared()).await
    }
}

impl TenantLock {
    /// Periods for which finished runs and removed accounts are kept.
    pub(crate) async fn periods(&mut self) -> sqlx::Result<Periods> {
        // The usual ones until reconcile has first started.
        Ok(configured(self.tx.connection()).await?.unwrap_or_default())
    }
}

async fn configured(database: impl Executor<'_, Database = Postgres>) -> sqlx::Result<Option<Periods>> {
    let row = sqlx::query_file!("sql/period/configured.sql")
        .fetch_optional(database)
        .await?;
    Ok(row.map(|row| Periods {
        previews: Days(row.preview_days),
        rows: Days(row.rows_days),
        summaries: Days(row.summary_days),
        removed_accounts: Days(row.removed_days),
    }))
}
