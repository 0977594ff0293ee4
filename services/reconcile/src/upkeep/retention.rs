//! Deletes expired data: rows, revert data, summaries, removed accounts, refused binds and reservations of domains.
//!
//! In steps, each a short transaction over rows that no other transaction is at, and a bounded number of them at a
//! time: the next sweep goes on. Only the purge of accounts takes a tenant's lock, since nothing that is still shown
//! is ever touched.

mod accounts;
mod binds;
mod domains;
mod rows;
mod summaries;

use crate::{error::ReconcileError, resources::Resources};

/// Most rows of a table that a step drops.
const STEP: u16 = 5_000;
/// Most full steps of each kind that one sweep takes.
const STEPS: u16 = 20;

/// Drops data whose time is over.
pub(crate) async fn retain(resources: &Resources) -> Result<(), ReconcileError> {
    accounts::purge(resources).await?;
    binds::drop_expired(resources).await?;
    domains::drop_expired(resources).await?;
    rows::drop_expired(resources).await?;
    summaries::drop_expired(resources).await
}

fn dropped(resources: &Resources, what: &'static str, count: u64) {
    if count > 0 {
        tracing::info!(what, count, "dropped what had its time");
        resources.reports.dropped(what, count);
    }
}

/// Steps that are left of a sweep.
#[derive(Debug)]
struct Steps(u16);

impl Steps {
    fn new() -> Self {
        Self(STEPS)
    }

    /// True if the sweep must go on after a step that dropped so many rows of a table: there may be more, and the
    /// sweep has steps left.
    fn goes_on(&mut self, dropped: u64) -> bool {
        let full = dropped >= u64::from(STEP);
        if full {
            self.0 = self.0.saturating_sub(1);
        }
        full && self.0 > 0
    }

    fn is_over(&self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_not_full_is_the_last() {
        let mut steps = Steps::new();
        assert!(!steps.goes_on(u64::from(STEP) - 1));
        assert!(!steps.is_over());
    }

    #[test]
    fn full_steps_end_with_the_sweeps_share() {
        let mut steps = Steps::new();
        let taken = (0..100).take_while(|_| steps.goes_on(u64::from(STEP))).count();
        assert_eq!(taken + 1, usize::from(STEPS));
        assert!(steps.is_over());
    }
}
