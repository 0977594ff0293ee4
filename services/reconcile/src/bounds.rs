//! How long leases last, and how long ended runs are kept.

use jiff::SignedDuration;
use rollcall_proto::v1::RunKind;

/// How long leases last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeaseTimes {
    /// A run that was not heard of for this long may lose its lease.
    pub(crate) silence: SignedDuration,
    /// How long a run may take from its beginning.
    pub(crate) deadline: SignedDuration,
}

/// How many of a tenant's runs are kept with their rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptWhole {
    pub(crate) previews: u32,
    pub(crate) held_runs: u32,
}

/// How long what is over is kept.
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
    /// How long the rows of such a run are kept from its end on.
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
