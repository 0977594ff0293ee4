//! The months of requests and of records: made ahead, and dropped as a whole.

use rollcall_chassis::{
    audit,
    pg::{Access, Month},
};

use super::{RUN_REQUEST, Store};

impl Store {
    /// Makes months ahead, and drops those whose period is over, in which no request is open and of
    /// whose runs no rows are kept.
    pub(crate) async fn keep_months(&self) -> sqlx::Result<()> {
        let periods = self.periods().await?;
        let period = periods.unwrap_or_default().summaries.duration();
        RUN_REQUEST
            .keep(&self.pool, period, async |month| {
                Ok(periods.is_some() && self.is_closed(month).await?)
            })
            .await
    }

    /// Makes months of records ahead, and drops those that are over.
    pub(crate) async fn keep_months_of_records(&self) -> sqlx::Result<()> {
        audit::keep_months(self.pool.shared()).await
    }

    async fn is_closed(&self, month: Month) -> sqlx::Result<bool> {
        let (first, end) = month.ids();
        let mut tx = self.pool.fleet(Access::Read).await?;
        sqlx::query_file_scalar!("sql/run_request/range_is_closed.sql", first, end)
            .fetch_one(tx.connection())
            .await
    }
}
