//! Bounds of runs: how long leases last, how large reads may be, and how long ended runs are kept.

use jiff::SignedDuration;
use rollcall_proto::v1::RunKind;

/// Bounds of all runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) leases: LeaseTimes,
    /// Times for which ended runs and removed accounts are kept.
    pub(crate) retention: Periods,
    pub(crate) kept_whole: KeptWhole,
    /// The largest read that is taken, in bytes of its batches.
    pub(crate) read_limit: usize,
}

/// Times for which leases last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeaseTimes {
    /// A run that was not heard of for this long may lose its lease.
    pub(crate) silence: SignedDuration,
    /// Time that a run may take from its beginning.
    pub(crate) deadline: SignedDuration,
}

/// Number of a tenant's runs that are kept with their rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptWhole {
    pub(crate) previews: u32,
    pub(crate) held_runs: u32,
}

/// Times for which ended runs and removed accounts are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Periods {
    /// The rows of previews.
    pub(crate) previews: SignedDuration,
    /// The rows of other runs, and what is needed to take a sync back.
    pub(crate) rows: SignedDuration,
    /// Outcomes.
    pub(crate) summaries: SignedDuration,
    /// Removed accounts, with their addresses.
    pub(crate) removed_accounts: SignedDuration,
}

impl Periods {
    /// Time for which the rows of such a run are kept from its end on.
    pub(crate) fn rows_of(self, kind: RunKind) -> SignedDuration {
        match kind {
            RunKind::Preview => self.previews,
            RunKind::Sync | RunKind::Revert | RunKind::Unspecified => self.rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_previews_have_a_time_of_their_own() {
        let periods = Periods {
            previews: SignedDuration::from_hours(1),
            rows: SignedDuration::from_hours(2),
            summaries: SignedDuration::from_hours(3),
            removed_accounts: SignedDuration::from_hours(4),
        };
        assert_eq!(periods.rows_of(RunKind::Preview), SignedDuration::from_hours(1));
        assert_eq!(periods.rows_of(RunKind::Sync), SignedDuration::from_hours(2));
        assert_eq!(periods.rows_of(RunKind::Revert), SignedDuration::from_hours(2));
    }
}
