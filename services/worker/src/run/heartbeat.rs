//! Keeps the lease, reports the progress, and learns if the run must stop.

use std::time::Duration;

use rollcall_proto::internal::v1::HeartbeatRequest;

use super::LeaseKey;
use crate::control::{Control, Stop};
use crate::reconcile::{CallError, Reconcile};

/// A caller may be watching a run that has just begun.
const FIRST_BEATS: u32 = 30;
const FIRST_INTERVAL: Duration = Duration::from_secs(1);
/// A run that waits for its directory has nothing to show after this, and there may be hundreds of those.
const QUIET_BEATS: u32 = 5;
/// A lease is another worker's after 15 s of silence.
const INTERVAL: Duration = Duration::from_secs(3);

/// Time that the outcome of a run that has ended may be on its way.
const OUTCOME: Duration = Duration::from_secs(5);

/// Beats until the run must stop.
pub(super) async fn beat(reconcile: Reconcile, lease: LeaseKey, control: &Control) {
    let mut lost = 0_u32;
    for beats in 0_u32.. {
        let is_watched = beats < FIRST_BEATS && (beats < QUIET_BEATS || control.progress.objects() > 0);
        tokio::time::sleep(if is_watched { FIRST_INTERVAL } else { INTERVAL }).await;
        let request = HeartbeatRequest {
            tenant_id: lease.tenant.to_string(),
            run_id: lease.run.to_string(),
            fence: lease.fence.0,
            objects: control.progress.objects(),
            claims: control.progress.claims(),
            stage: control.progress.stage().into(),
        };
        match reconcile.heartbeat(request).await {
            Ok(pulse) if pulse.over => {
                // The end of the attempt drops this task. If it does not come, another worker brought the run to its end.
                tokio::time::sleep(OUTCOME).await;
                return control.stop(Stop::Fenced);
            }
            Ok(pulse) if pulse.cancelled => return control.stop(Stop::Cancelled),
            Ok(_) => lost = 0,
            Err(CallError::Fenced) => return control.stop(Stop::Fenced),
            // The end of the run decides: a worker that has taken the lease since then has a higher fence.
            Err(error) => {
                lost += 1;
                note_lost(&lease, &error, lost);
            }
        }
    }
}

/// The first of several in a row is worth a line: the others have the same cause.
fn note_lost(lease: &LeaseKey, error: &CallError, in_a_row: u32) {
    if in_a_row > 1 {
        return tracing::debug!(%error, in_a_row, "another heartbeat was lost");
    }
    tracing::warn!(
        tenant.id = %lease.tenant,
        run.id = %lease.run,
        fence = lease.fence.0,
        cause = %error,
        "a heartbeat was lost"
    );
}
