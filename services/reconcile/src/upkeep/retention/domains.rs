//! Reservations of domains whose time is over. They reserve nothing any more; this only frees their place.

use super::{STEP, Steps, dropped};
use crate::{error::ReconcileError, resources::Resources, store::expired};

/// Drops reservations whose time is over.
pub(super) async fn drop_expired(resources: &Resources) -> Result<(), ReconcileError> {
    let mut steps = Steps::new();
    let mut total = 0;
    loop {
        let step = expired::drop_reservations(&resources.store.runs, STEP.into()).await?;
        total += step;
        if !steps.goes_on(step) {
            break;
        }
    }
    dropped(resources, "reserved_domain", total);
    Ok(())
}
