//! The rows of runs whose time is over: those of only one run, and those of the history that no run still shows.

use uuid::Uuid;

use super::{STEP, Steps, dropped};
use crate::{error::ReconcileError, resources::Resources, store::expired};

/// Most runs with which one sweep is done.
const RUNS: i64 = 500;

/// Drops the rows of expired runs, the oldest first. A run is marked once all that it had is gone.
pub(super) async fn drop_expired(resources: &Resources) -> Result<(), ReconcileError> {
    let mut steps = Steps::new();
    for (tenant, runs) in expired::expired_runs(&resources.store.runs, RUNS).await? {
        drop_of_tenant(resources, &tenant, &runs, &mut steps).await?;
        if steps.is_over() {
            break;
        }
    }
    Ok(())
}

async fn drop_of_tenant(
    resources: &Resources,
    tenant: &str,
    runs: &[Uuid],
    steps: &mut Steps,
) -> Result<(), ReconcileError> {
    for run in runs {
        while steps.goes_on(drop_own_rows(resources, tenant, *run).await?) {}
        if steps.is_over() {
            return Ok(());
        }
    }
    while steps.goes_on(drop_history(resources, tenant).await?) {}
    if steps.is_over() {
        return Ok(());
    }
    let mut marked = 0;
    for run in runs {
        marked += expired::mark_dropped(&resources.store.runs, tenant, *run).await?;
    }
    dropped(resources, "rows_of_run", marked);
    Ok(())
}

async fn drop_own_rows(resources: &Resources, tenant: &str, run: Uuid) -> Result<u64, ReconcileError> {
    let gate = &resources.store.runs;
    let dropped = expired::drop_rows_of_run(gate, tenant, run, STEP.into()).await?;
    resources.reports.dropped("row", dropped.rows.unsigned_abs());
    Ok(dropped.most())
}

async fn drop_history(resources: &Resources, tenant: &str) -> Result<u64, ReconcileError> {
    let dropped = expired::drop_history(&resources.store.runs, tenant, STEP.into()).await?;
    resources.reports.dropped("row", dropped);
    Ok(dropped)
}
