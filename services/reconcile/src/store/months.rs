//! The months of runs: made ahead, and dropped as a whole.

use jiff::SignedDuration;
use rollcall_chassis::pg::{Access, Month, ScopedPool};

use super::{gate::Gate, schema::RUN_OUTCOME};
use crate::error::{During, ReconcileError};

/// Makes months ahead, and drops those whose runs all ended so long ago and are no longer shown.
pub(crate) async fn keep(gate: &Gate, period: SignedDuration) -> Result<(), ReconcileError> {
    let is_over = |month| is_over(&gate.pool, month, period);
    RUN_OUTCOME
        .keep(&gate.pool, period, is_over)
        .await
        .during("keep the months of runs")
}

async fn is_over(pool: &ScopedPool, month: Month, period: SignedDuration) -> sqlx::Result<bool> {
    let (first, end) = month.ids();
    let mut tx = pool.fleet(Access::Read).await?;
    sqlx::query_file_scalar!("sql/run_outcome/range_is_over.sql", first, end, period.as_secs())
        .fetch_one(tx.connection())
        .await
}
