//! Heartbeats of runs: they keep the lease, carry the read's progress and bring back a cancellation.

use crate::{error::ReconcileError, ids::LeaseKey, progress::Progress, resources::Resources, store::lease};

/// The state of a run that a heartbeat finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// The lease is kept.
    GoesOn,
    /// So it is, and the run must stop.
    Cancelled,
    /// The run has ended, or no longer exists.
    Over,
}

/// Keeps the lease; answers how the run stands.
pub(crate) async fn heartbeat(
    resources: &Resources,
    key: &LeaseKey,
    progress: Progress,
) -> Result<Pulse, ReconcileError> {
    let gate = &resources.store.runs;
    let listening = resources.hearing.listen();
    let cancelled = lease::beat(gate, key, progress).await?;
    listening.heard();
    match cancelled {
        Some(cancelled) => {
            resources.reports.changed(&key.tenant, key.run);
            Ok(if cancelled {
                Pulse::Cancelled
            } else {
                Pulse::GoesOn
            })
        }
        // The heartbeat and the run's end have crossed each other.
        None if lease::is_over(gate, key).await? => Ok(Pulse::Over),
        None => {
            tracing::warn!(
                tenant.id = %key.tenant,
                run.id = %key.run,
                fence = key.fence.0,
                cause = "another worker has the lease, or nobody has it",
                "a heartbeat came with a fence that was lost"
            );
            Err(ReconcileError::Fenced)
        }
    }
}
