//! Reconcile's counters.

use opentelemetry::{KeyValue, metrics::Counter};
use rollcall_chassis::telemetry;
use rollcall_proto::v1::RunState;
use rollcall_terms::names;

/// Counters; cloning shares them.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    ended: Counter<u64>,
    rows: Counter<u64>,
    dropped: Counter<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let meter = telemetry::meter("rollcall-reconcile");
        let this = Self {
            ended: meter
                .u64_counter("rollcall.reconcile.runs_ended")
                .with_description("Runs whose end was committed, by state")
                .build(),
            rows: meter
                .u64_counter("rollcall.reconcile.rows_written")
                .with_description("Rows that runs added to the history")
                .build(),
            dropped: meter
                .u64_counter("rollcall.reconcile.dropped")
                .with_description("Expired data that was dropped, by kind")
                .build(),
        };
        for state in [
            RunState::Succeeded,
            RunState::Held,
            RunState::Failed,
            RunState::Cancelled,
        ] {
            this.count(0, state);
        }
        this.rows.add(0, &[]);
        this
    }
}

impl Metrics {
    /// The end of a run was committed.
    pub(crate) fn ended(&self, state: RunState) {
        self.count(1, state);
    }

    /// So were new rows.
    pub(crate) fn rows_written(&self, rows: u64) {
        self.rows.add(rows, &[]);
    }

    /// Something of this kind had its time.
    pub(crate) fn dropped(&self, what: &'static str, count: u64) {
        self.dropped.add(count, &[KeyValue::new("what", what)]);
    }

    fn count(&self, runs: u64, state: RunState) {
        let state = names::to_sql(state).unwrap_or("UNKNOWN");
        self.ended.add(runs, &[KeyValue::new("state", state)]);
    }
}
