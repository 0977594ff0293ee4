//! The purge of accounts that were not restored in time.

use rollcall_domain::TenantId;
use uuid::Uuid;

use super::{STEP, Steps, dropped};
use crate::{
    error::ReconcileError,
    resources::Resources,
    store::{TenantLock, accounts, expired},
};

/// Purges removed accounts with the addresses that they retained.
pub(super) async fn purge(resources: &Resources) -> Result<(), ReconcileError> {
    let mut steps = Steps::new();
    let mut purged = 0;
    loop {
        let step = purge_some(resources).await?;
        purged += step;
        if !steps.goes_on(step) {
            break;
        }
    }
    dropped(resources, "account", purged);
    Ok(())
}

async fn purge_some(resources: &Resources) -> Result<u64, ReconcileError> {
    let period = resources.bounds.periods.removed_accounts.duration();
    let candidates = expired::removed_accounts(&resources.store.runs, period, STEP.into()).await?;
    let mut purged = 0;
    for (tenant, accounts) in candidates {
        purged += purge_of(resources, &tenant, &accounts).await?;
    }
    Ok(purged)
}

/// Under the tenant's lock, or a run that restores one of them just now would find it gone. A tenant that another
/// transaction has locked is left for the next sweep.
async fn purge_of(
    resources: &Resources,
    tenant: &TenantId,
    accounts: &[Uuid],
) -> Result<u64, ReconcileError> {
    let Some(mut tx) = TenantLock::try_open(&resources.store.runs, tenant).await? else {
        return Ok(0);
    };
    let period = resources.bounds.periods.removed_accounts.duration();
    let purged = expired::purge_accounts(&mut tx, accounts, period).await?;
    accounts::delete_retained(&mut tx, &purged).await?;
    tx.commit().await?;
    Ok(purged.len() as u64)
}
