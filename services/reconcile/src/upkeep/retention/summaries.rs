//! The summaries of runs, last of all.

use super::{STEP, Steps, dropped};
use crate::{error::ReconcileError, resources::Resources, store::expired};

/// Drops outcomes whose time is over. One that still has rows waits for them to go.
pub(super) async fn drop_expired(resources: &Resources) -> Result<(), ReconcileError> {
    let mut steps = Steps::new();
    let mut total = 0;
    loop {
        let period = resources.bounds.periods.summaries.duration();
        let step = expired::drop_summaries(&resources.store.runs, period, STEP.into()).await?;
        total += step;
        if !steps.goes_on(step) {
            break;
        }
    }
    dropped(resources, "summary", total);
    Ok(())
}
