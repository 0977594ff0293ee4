//! Moves the claims' history on, or shows a run's rows beside it.

use rollcall_domain::{
    RunId,
    plan::{Plan, Rows},
};
use uuid::Uuid;

use crate::{
    decide::{compare::HistoryChange, compare_preview::Differences, content},
    error::ReconcileError,
    store::{
        TenantLock,
        history::{self, HistoryRow},
    },
};

/// Rows that one statement closes.
const BATCH: usize = 10_000;

/// Brings the history to its next state.
pub(super) async fn advance(
    tenant: &mut TenantLock,
    plan: &Plan<'_>,
    change: &HistoryChange,
) -> Result<(), ReconcileError> {
    tenant.row.history.applied += 1;
    for batch in change.closed.chunks(BATCH) {
        history::close(tenant, batch).await?;
    }
    let state = tenant.row.history.applied;
    let rows = change.new_rows(&plan.rows).map(|(row, content)| HistoryRow {
        // A row without a steady verdict is the news of this run only.
        valid_to: match row.steady_verdict {
            Some(_) => None,
            None => Some(state + 1),
        },
        content,
        only_of: None,
        previous: None,
        row,
    });
    history::write(tenant, rows).await
}

/// Stores a preview, or a run that is HELD: the rows that it shows beyond the history as it stands, and the rows of
/// that which it does not show.
pub(super) async fn show(
    tenant: &mut TenantLock,
    run: RunId,
    plan: &Plan<'_>,
    change: &HistoryChange,
) -> Result<(), ReconcileError> {
    history::hide(tenant, run, &change.closed).await?;
    let state = tenant.row.history.applied;
    let rows = change.new_rows(&plan.rows).map(|(row, content)| HistoryRow {
        valid_to: Some(state),
        content,
        only_of: Some(run),
        previous: None,
        row,
    });
    history::write(tenant, rows).await
}

/// Stores the differences from a preview as the rows of a run.
pub(super) async fn differences(
    tenant: &mut TenantLock,
    run: RunId,
    preview: Uuid,
    rows: &Rows<'_>,
    differences: &Differences,
) -> Result<(), ReconcileError> {
    let state = tenant.row.history.applied;
    let changed = differences.changed.iter().filter_map(|(position, previous)| {
        let row = rows.get(*position)?;
        Some(HistoryRow {
            valid_to: Some(state),
            content: content::steady(&row),
            only_of: Some(run),
            previous: *previous,
            row,
        })
    });
    history::write(tenant, changed).await?;
    if differences.gone.is_empty() {
        return Ok(());
    }
    history::copy_gone(tenant, preview, run, &differences.gone).await
}
