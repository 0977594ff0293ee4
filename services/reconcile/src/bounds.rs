//! Bounds of runs: how long leases last, how large reads may be, and how long ended runs are kept.

use jiff::SignedDuration;
use rollcall_domain::{Days, Periods};
use rollcall_proto::v1::RunKind;

/// Bounds of all runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) leases: LeaseTimes,
    /// Times for which ended runs and removed accounts are kept.
    pub(crate) periods: Periods,
    /// Time for which a domain that was given up stays reserved for its tenant.
    pub(crate) reserved_domains: Days,
    pub(crate) kept_whole: KeptWhole,
    /// The largest read that is taken, in bytes of its batches.
    pub(crate) read_limit: usize,
    pub(crate) binds: BindPauses,
}

/// Pauses of an account's binds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BindPauses {
    /// Binds that are refused in a row before the first pause.
    pub(crate) refused: i32,
    /// The first pause. Each further refused bind doubles it.
    pub(crate) pause: SignedDuration,
    /// The longest one.
    pub(crate) longest: SignedDuration,
}

impl BindPauses {
    /// The pause after so many refused binds in a row.
    pub(crate) fn after(&self, refused: i32) -> SignedDuration {
        let doublings = u32::try_from(refused - self.refused).unwrap_or_default().min(20);
        let pause = self.pause.checked_mul(1 << doublings).unwrap_or(self.longest);
        pause.min(self.longest)
    }
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

impl Bounds {
    /// Time for which the rows of such a run are kept from its end on.
    pub(crate) fn rows_kept(&self, kind: RunKind) -> SignedDuration {
        let days = match kind {
            RunKind::Preview => self.periods.previews,
            RunKind::Sync | RunKind::Revert | RunKind::Unspecified => self.periods.rows,
        };
        days.duration()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_previews_have_a_time_of_their_own() {
        let bounds = Bounds {
            leases: LeaseTimes {
                silence: SignedDuration::from_secs(1),
                deadline: SignedDuration::from_secs(2),
            },
            periods: Periods {
                previews: Days(1),
                rows: Days(2),
                ..Periods::default()
            },
            reserved_domains: Days(1),
            kept_whole: KeptWhole {
                previews: 1,
                held_runs: 1,
            },
            read_limit: 1,
            binds: BindPauses {
                refused: 3,
                pause: SignedDuration::from_secs(1),
                longest: SignedDuration::from_secs(2),
            },
        };
        assert_eq!(bounds.rows_kept(RunKind::Preview), SignedDuration::from_hours(24));
        assert_eq!(bounds.rows_kept(RunKind::Sync), SignedDuration::from_hours(48));
        assert_eq!(bounds.rows_kept(RunKind::Revert), SignedDuration::from_hours(48));
    }
}
