//! Times for which what is over is kept, and within which a person can act on it.

use std::fmt;

use jiff::SignedDuration;

/// A number of whole days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(pub i32);

impl Days {
    /// The same as a duration.
    pub const fn duration(self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.0 as i64)
    }
}

/// `1 day`, `7 days`.
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} day{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

/// Periods for which finished runs and removed accounts are kept, as the deployment chose. Each sentence that names a
/// period takes it from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// The rows of previews.
    pub previews: Days,
    /// The rows of other runs, and what is needed to revert a sync.
    pub rows: Days,
    /// The summaries of runs.
    pub summaries: Days,
    /// Removed accounts, which can be restored, with their addresses.
    pub removed_accounts: Days,
}

impl Default for Periods {
    fn default() -> Self {
        Self {
            previews: Days(7),
            rows: Days(30),
            summaries: Days(400),
            removed_accounts: Days(30),
        }
    }
}

impl Periods {
    /// Time within which a HELD run can be approved: a longer review may no longer be true, and one whose rows are gone
    /// cannot be looked at.
    pub fn approvals(&self) -> Days {
        Days(7).min(self.rows)
    }

    /// Time within which a sync can be reverted, while what is needed for that is kept.
    pub fn reverts(&self) -> Days {
        Days(30).min(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_24_hours_and_one_of_them_is_no_plural() {
        assert_eq!(Days(2).duration(), SignedDuration::from_hours(48));
        assert_eq!(
            (Days(1).to_string(), Days(30).to_string()),
            ("1 day".into(), "30 days".into())
        );
    }

    #[test]
    fn a_person_acts_on_a_run_no_longer_than_its_rows_are_kept() {
        let of = |rows| {
            let periods = Periods {
                rows: Days(rows),
                ..Periods::default()
            };
            (periods.approvals(), periods.reverts())
        };
        assert_eq!(of(30), (Days(7), Days(30)));
        assert_eq!(of(10), (Days(7), Days(10)));
        assert_eq!(of(3), (Days(3), Days(3)));
        assert_eq!(of(365), (Days(7), Days(30)), "the rules' own bounds");
    }
}
