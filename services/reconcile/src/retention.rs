//! What has had its time goes: rows, what is needed to take a sync back, summaries, removed accounts.
//!
//! In steps, each a short transaction over rows that nobody else is at, and a bounded number of them at a time: the next sweep
//! goes on. No step but the purge of accounts takes a tenant's lock, since nothing that is still shown is ever touched.

mod accounts;
mod rows;
mod summaries;
mod superseded;

pub(crate) use superseded::mark_superseded;

use crate::{error::ReconcileError, reconciler::Reconciler};

/// How many rows of a table a step drops at most.
const STEP: u16 = 5_000;
/// How many full steps one sweep takes at most, of each kind.
const STEPS: u16 = 20;

impl Reconciler {
    /// Drops what has had its time.
    pub(crate) async fn retain(&self) -> Result<(), ReconcileError> {
        self.purge_accounts().await?;
        self.drop_rows().await?;
        self.drop_summaries().await
    }

    fn dropped(&self, what: &'static str, count: u64) {
        if count > 0 {
            tracing::info!(what, count, "dropped what had its time");
            self.metrics.dropped(what, count);
        }
    }
}

/// How much of a sweep is left.
#[derive(Debug)]
struct Steps(u16);

impl Steps {
    fn new() -> Self {
        Self(STEPS)
    }

    /// Whether to go on after a step that dropped so many rows of a table: there may be more, and the sweep has steps left.
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
