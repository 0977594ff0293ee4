//! Takes the lease from runs that are past their deadline, so that none blocks its tenant, and drops data that no
//! reader still needs or that has expired.

use std::{convert::Infallible, sync::Arc, time::Duration};

use jiff::SignedDuration;
use rollcall_chassis::{Lifecycle, lifecycle::chain, outage};
use rollcall_domain::TenantId;

use super::retention;
use crate::{
    error::ReconcileError,
    resources::Resources,
    store::{Readiness, TenantLock, connection_test, lease, renewed_seal, run_record::Outcome},
    write,
};

/// Most runs that one sweep takes on; the next one goes on.
const BATCH: i64 = 100;
/// Seconds after its deadline in which a run is not touched. A worker that lives ends its run at the deadline, or has
/// it decided within a minute more.
const GRACE_SECONDS: i32 = 90;

/// Sweeps until the process drains. Any number of processes may.
pub(crate) fn start(resources: Arc<Resources>, tick: Duration, lifecycle: &Lifecycle) {
    let soft = lifecycle.soft().clone();
    lifecycle.spawn("sweeper", async move {
        let mut ticks = tokio::time::interval(tick);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = soft.cancelled() => return Ok::<_, Infallible>(()),
            }
            if let Err(error) = sweep(&resources).await {
                outage::report(&error, "the sweep failed; the next one goes on");
            }
        }
    });
}

/// Sweeps once.
pub(crate) async fn sweep(resources: &Resources) -> Result<(), ReconcileError> {
    let gate = &resources.store.runs;
    for tenant in lease::overdue(gate, BATCH, GRACE_SECONDS).await? {
        // One that cannot be ended does not keep the others, which come after it each time.
        if let Err(error) = free(resources, &tenant).await {
            tracing::error!(
                tenant.id = tenant,
                error = chain(&error),
                "the lease of an overdue run cannot be taken from it"
            );
        }
    }
    lease::drop_orphans(gate).await?;
    connection_test::drop_expired(gate).await?;
    renewed_seal::drop_settled(gate).await?;
    retention::retain(resources).await
}

/// Its worker would have ended it: that it did not is a fault of ours, so the run begins again, as often as a run
/// may lose its worker. A tenant that is locked is being committed, perhaps by that very run: it is not touched.
async fn free(resources: &Resources, tenant: &str) -> Result<(), ReconcileError> {
    let tenant = TenantId::parse(tenant).map_err(|_| ReconcileError::Unreadable { what: "tenant" })?;
    let Some(mut tenant) = TenantLock::try_open(&resources.store.runs, &tenant).await? else {
        return Ok(());
    };
    let grace = SignedDuration::from_secs(GRACE_SECONDS.into());
    let overdue = tenant
        .row
        .lease
        .deadline
        .is_some_and(|deadline| deadline + grace < tenant.now());
    let Some(run) = tenant.row.lease.run.filter(|_| overdue) else {
        return Ok(());
    };
    let id = tenant.tenant.clone();
    tracing::warn!(tenant.id = %id, run.id = %run, "a run is past its deadline, and its worker did not end it");
    let ended = match Readiness::check(&mut tenant, run).await {
        Ok(Readiness::Cancelled) => Some(write::end(&mut tenant, run, Outcome::cancelled()).await?),
        Ok(Readiness::Ready(_)) | Err(ReconcileError::SettingsChanged) => {
            write::lose(&mut tenant, run).await?
        }
        Err(error) => return Err(error),
    };
    tenant.commit().await?;
    resources.reports.gave_back(&id, run, ended.as_ref());
    Ok(())
}
