//! `[retention]`: how long what is over is kept.

use rollcall_chassis::config::Problems;
use rollcall_domain::{Days, Periods};
use serde::Deserialize;

use crate::bounds::KeptWhole;

/// A longer period makes no sense, and dates stay within the database's range.
const MOST_DAYS: i32 = 36_500;

/// Time within which a mistake in a list of domains is noticed before somebody else can profit by it.
const LEAST_RESERVED_DAYS: i32 = 7;

/// All periods, in days, and how many runs are kept with their rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Retention {
    preview_days: i32,
    rows_days: i32,
    summary_days: i32,
    removed_days: i32,
    reserved_domain_days: i32,
    previews: u32,
    held_runs: u32,
}

impl Default for Retention {
    fn default() -> Self {
        let Periods {
            previews: Days(preview_days),
            rows: Days(rows_days),
            summaries: Days(summary_days),
            removed_accounts: Days(removed_days),
        } = Periods::default();
        Self {
            preview_days,
            rows_days,
            summary_days,
            removed_days,
            reserved_domain_days: 30,
            previews: 3,
            held_runs: 10,
        }
    }
}

impl Retention {
    pub(crate) fn periods(&self) -> Periods {
        Periods {
            previews: Days(self.preview_days),
            rows: Days(self.rows_days),
            summaries: Days(self.summary_days),
            removed_accounts: Days(self.removed_days),
        }
    }

    /// Time for which a domain that was given up stays reserved for its tenant.
    pub(crate) fn reserved_domains(&self) -> Days {
        Days(self.reserved_domain_days)
    }

    pub(crate) fn kept_whole(&self) -> KeptWhole {
        KeptWhole {
            previews: self.previews,
            held_runs: self.held_runs,
        }
    }

    pub(super) fn validate(&self, problems: &mut Problems) {
        let numbers = [
            ("retention.preview_days", self.preview_days),
            ("retention.rows_days", self.rows_days),
            ("retention.summary_days", self.summary_days),
            ("retention.removed_days", self.removed_days),
        ];
        for (key, _) in numbers.iter().filter(|(_, days)| !(1..=MOST_DAYS).contains(days)) {
            problems.push(*key, format!("must be from 1 to {MOST_DAYS}"));
        }
        if !(LEAST_RESERVED_DAYS..=MOST_DAYS).contains(&self.reserved_domain_days) {
            problems.push(
                "retention.reserved_domain_days",
                format!("must be from {LEAST_RESERVED_DAYS} to {MOST_DAYS}"),
            );
        }
        let kept = [
            ("retention.previews", self.previews),
            ("retention.held_runs", self.held_runs),
        ];
        for (key, _) in kept.iter().filter(|(_, kept)| *kept == 0) {
            problems.push(*key, "must be at least 1: people decide by the newest one");
        }
        if self.summary_days < self.rows_days.max(self.preview_days) {
            problems.push(
                "retention.summary_days",
                "must be at least retention.rows_days and retention.preview_days",
            );
        }
    }
}
