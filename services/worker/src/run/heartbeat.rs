//! Keeps the lease, tells the progress, and learns whether to stop.

use std::time::Duration;

use rollcall_proto::v1::HeartbeatRequest;

use super::{
    Lease,
    control::{Control, Stop},
};
use crate::reconcile::{CallError, Reconcile};

/// Somebody may be watching a run that has just begun.
const FIRST_BEATS: u32 = 30;
const FIRST_INTERVAL: Duration = Duration::from_secs(1);
/// A run that waits for its directory has nothing to show after this, and there may be hundreds of those.
const QUIET_BEATS: u32 = 5;
/// A lease is another worker's after 15 s of silence.
const INTERVAL: Duration = Duration::from_secs(3);

/// Beats until the run is to stop.
pub(super) async fn beat(reconcile: Reconcile, lease: Lease, control: &Control) {
    for beats in 0_u32.. {
        let is_watched = beats < FIRST_BEATS && (beats < QUIET_BEATS || control.progress.objects() > 0);
        tokio::time::sleep(if is_watched { FIRST_INTERVAL } else { INTERVAL }).await;
        let request = HeartbeatRequest {
            tenant_id: lease.tenant_id.clone(),
            run_id: lease.run_id.clone(),
            fence: lease.fence,
            objects: control.progress.objects(),
            claims: control.progress.claims(),
        };
        match reconcile.heartbeat(request).await {
            Ok(false) => {}
            Ok(true) => return control.stop(Stop::Cancelled),
            Err(CallError::Fenced) => return control.stop(Stop::Fenced),
            // The end of the run decides: whoever took the lease meanwhile has a higher fence.
            Err(error) => tracing::warn!(%error, "a heartbeat was lost"),
        }
    }
}
