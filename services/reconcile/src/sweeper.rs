//! Takes the lease from runs that are past their deadline, so that none blocks its tenant, and drops data that no
//! reader needs any more or that has expired.

use std::{convert::Infallible, sync::Arc, time::Duration};

use jiff::SignedDuration;
use rollcall_chassis::{Lifecycle, lifecycle::chain, outage};
use rollcall_domain::{RunId, TenantId};

use crate::{
    commit::Standing,
    error::{During, ReconcileError},
    outcome::{self, Ending},
    reconciler::Reconciler,
    tenant::TenantTx,
};

/// Most runs that one sweep takes on; the next one goes on.
const BATCH: i64 = 100;
/// Seconds after its deadline in which a run is not touched. A worker that lives ends its run at the deadline, or has
/// it decided within a minute more.
const GRACE_SECONDS: i32 = 90;

/// Sweeps until the process drains. Any number of processes may.
pub(crate) fn start(reconciler: Arc<Reconciler>, tick: Duration, lifecycle: &Lifecycle) {
    let soft = lifecycle.soft().clone();
    lifecycle.spawn("sweeper", async move {
        let mut ticks = tokio::time::interval(tick);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = soft.cancelled() => return Ok::<_, Infallible>(()),
            }
            if let Err(error) = reconciler.sweep().await {
                outage::report(&error, "the sweep failed; the next one goes on");
            }
        }
    });
}

impl Reconciler {
    pub(crate) async fn sweep(&self) -> Result<(), ReconcileError> {
        let overdue = sqlx::query_file_scalar!("sql/tenant/overdue.sql", BATCH, f64::from(GRACE_SECONDS))
            .fetch_all(&self.gates.runs.pool)
            .await
            .during("look for overdue runs")?;
        for tenant in overdue {
            // One that cannot be ended does not keep the others, which come after it each time.
            if let Err(error) = self.free(&tenant).await {
                tracing::error!(
                    tenant.id = tenant,
                    error = chain(&error),
                    "the lease of an overdue run cannot be taken from it"
                );
            }
        }
        self.drop_orphans().await?;
        self.retain().await
    }

    /// Its worker would have ended it: that it did not is a fault of ours, so the run begins again, as often as a run
    /// may lose its worker. A tenant that is locked is being committed, perhaps by that very run: it is not touched.
    async fn free(&self, tenant: &str) -> Result<(), ReconcileError> {
        let tenant = TenantId::parse(tenant).map_err(|_| ReconcileError::Unreadable { what: "tenant" })?;
        let Some(mut tenant) = TenantTx::try_open(&self.gates.runs, &tenant).await? else {
            return Ok(());
        };
        let grace = SignedDuration::from_secs(GRACE_SECONDS.into());
        let overdue = tenant
            .deadline()
            .is_some_and(|deadline| deadline + grace < tenant.now());
        let Some(run) = tenant.row.run_id.filter(|_| overdue).map(RunId::from_uuid) else {
            return Ok(());
        };
        let id = tenant.tenant.clone();
        tracing::warn!(tenant.id = %id, run.id = %run, "a run is past its deadline, and its worker did not end it");
        match Standing::of(&mut tenant, run).await {
            Ok(Standing::Cancelled) => {
                let ended = outcome::end(&mut tenant, run, Ending::cancelled()).await?;
                tenant.commit().await?;
                self.metrics.ended(ended.state());
                self.ended(&id, run);
                Ok(())
            }
            Ok(Standing::Current(_)) | Err(ReconcileError::SettingsChanged) => self.lose(tenant, run).await,
            Err(error) => Err(error),
        }
    }

    /// Drops batches that were staged under a lease that no longer exists.
    async fn drop_orphans(&self) -> Result<(), ReconcileError> {
        sqlx::query_file!("sql/staged_batch/drop_orphans.sql")
            .execute(&self.gates.runs.pool)
            .await
            .during("drop what was staged for nobody")?;
        Ok(())
    }
}
