//! The deployment's periods, as this service publishes them to the others.

use rollcall_domain::Periods;

use super::gate::Gate;
use crate::error::{During, ReconcileError};

/// Writes the periods that this process is configured with. Of several processes, the last to start decides.
pub(crate) async fn put(gate: &Gate, periods: &Periods) -> Result<(), ReconcileError> {
    let Periods {
        previews,
        rows,
        summaries,
        removed_accounts,
    } = periods;
    sqlx::query_file!(
        "sql/period/put.sql",
        previews.0,
        rows.0,
        summaries.0,
        removed_accounts.0
    )
    .execute(gate.pool.shared())
    .await
    .during("write the configured periods")?;
    Ok(())
}
