//! The scheduler's counters.

use opentelemetry::{KeyValue, metrics::Counter};
use rollcall_chassis::telemetry;
use rollcall_proto::v1::RunTrigger;

/// Counters; cloning shares them.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    requested: Counter<u64>,
    published: Counter<u64>,
    lost: Counter<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let meter = telemetry::meter("rollcall-scheduler");
        Self {
            requested: meter
                .u64_counter("rollcall.scheduler.runs_requested")
                .with_description("Runs requested, by trigger")
                .build(),
            published: meter
                .u64_counter("rollcall.scheduler.jobs_published")
                .with_description("Jobs that the broker confirmed or that it did not, by result")
                .build(),
            lost: meter
                .u64_counter("rollcall.scheduler.jobs_lost")
                .with_description("Jobs taken for lost and published again")
                .build(),
        }
    }
}

impl Metrics {
    /// Counts a run that was asked for.
    pub(crate) fn asked(&self, trigger: RunTrigger) {
        let trigger = match trigger {
            RunTrigger::Approval => "approval",
            _ => "manual",
        };
        self.requested.add(1, &[KeyValue::new("trigger", trigger)]);
    }

    /// The due tick requested runs.
    pub(crate) fn scheduled(&self, runs: u64) {
        self.requested.add(runs, &[KeyValue::new("trigger", "scheduled")]);
    }

    /// A batch of jobs was published, with what became of it.
    pub(crate) fn published(&self, confirmed: usize, unconfirmed: usize) {
        for (count, result) in [(confirmed, "confirmed"), (unconfirmed, "unconfirmed")] {
            self.published
                .add(count as u64, &[KeyValue::new("result", result)]);
        }
    }

    /// Jobs were lost.
    pub(crate) fn lost(&self, jobs: u64) {
        self.lost.add(jobs, &[]);
    }
}
