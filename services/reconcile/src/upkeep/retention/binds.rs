//! Binds of accounts of which nothing was heard for long.

use jiff::SignedDuration;

use super::{STEP, Steps, dropped};
use crate::{error::ReconcileError, resources::Resources, store::account_binds};

/// Longer than the longest pause.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// Forgets them.
pub(super) async fn drop_expired(resources: &Resources) -> Result<(), ReconcileError> {
    let mut steps = Steps::new();
    loop {
        let count = account_binds::drop_expired(&resources.store.runs, KEPT, STEP.into()).await?;
        dropped(resources, "account_binds", count);
        if !steps.goes_on(count) {
            return Ok(());
        }
    }
}
