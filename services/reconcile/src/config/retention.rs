//! `[retention]`: how long what is over is kept.

use jiff::SignedDuration;
use rollcall_chassis::config::Problems;
use serde::Deserialize;

use crate::bounds::{KeptWhole, Periods};

/// A longer period makes no sense, and dates stay within the database's range.
const MOST_DAYS: u32 = 36_500;

/// All periods, in days, and how many runs are kept with their rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Retention {
    preview_days: u32,
    rows_days: u32,
    summary_days: u32,
    removed_days: u32,
    previews: u32,
    held_runs: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            preview_days: 7,
            rows_days: 30,
            summary_days: 400,
            removed_days: 30,
            previews: 3,
            held_runs: 10,
        }
    }
}

impl Retention {
    pub(crate) fn periods(&self) -> Periods {
        let days = |days: u32| SignedDuration::from_hours(24 * i64::from(days));
        Periods {
            previews: days(self.preview_days),
            rows: days(self.rows_days),
            summaries: days(self.summary_days),
            removed_accounts: days(self.removed_days),
        }
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
