//! Numbers that a worker counts.

use std::time::Duration;

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram},
};
use rollcall_chassis::telemetry;
use rollcall_domain::failure::FailureClass;

const CLASSES: [FailureClass; 4] = [
    FailureClass::Transient,
    FailureClass::Credentials,
    FailureClass::Misconfigured,
    FailureClass::Ours,
];

/// Counters; cloning shares them.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    attempts: Counter<u64>,
    read: Histogram<f64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let meter = telemetry::meter("rollcall-worker");
        let this = Self {
            attempts: meter
                .u64_counter("rollcall.worker.attempts")
                .with_description("Attempts at runs that came to an end, by result and class of failure")
                .build(),
            read: meter
                .f64_histogram("rollcall.worker.read_duration")
                .with_unit("s")
                .with_description("Duration of complete reads of directories")
                .build(),
        };
        for result in ["succeeded", "held", "cancelled"] {
            this.count(0, result, "none");
        }
        for class in CLASSES {
            this.count(0, "failed", word(class));
        }
        this.count(0, "retried", word(FailureClass::Transient));
        this
    }
}

impl Metrics {
    /// A read was complete.
    pub(crate) fn read(&self, took: Duration) {
        self.read.record(took.as_secs_f64(), &[]);
    }

    /// The run succeeded.
    pub(crate) fn succeeded(&self) {
        self.count(1, "succeeded", "none");
    }

    /// The run changed nothing, because a person must review it first.
    pub(crate) fn held(&self) {
        self.count(1, "held", "none");
    }

    /// The run was cancelled while it read, or before it was decided.
    pub(crate) fn cancelled(&self) {
        self.count(1, "cancelled", "none");
    }

    /// The read failed, for good or until the next attempt.
    pub(crate) fn failed(&self, class: FailureClass, again: bool) {
        self.count(1, if again { "retried" } else { "failed" }, word(class));
    }

    fn count(&self, attempts: u64, result: &'static str, class: &'static str) {
        let labels = [KeyValue::new("result", result), KeyValue::new("class", class)];
        self.attempts.add(attempts, &labels);
    }
}

fn word(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Transient => "transient",
        FailureClass::Credentials => "credentials",
        FailureClass::Misconfigured => "misconfigured",
        FailureClass::Ours => "ours",
    }
}
