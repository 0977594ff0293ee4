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
    refused: Counter<u64>,
    keys_missing: Counter<u64>,
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
            refused: meter
                .u64_counter("rollcall.worker.messages_refused")
                .with_description("Messages that went to the dead letters, by reason")
                .build(),
            keys_missing: meter
                .u64_counter("rollcall.worker.keys_missing")
                .with_description(
                    "Credentials that no key of the worker opens, by the id of the key that would",
                )
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
    /// A message went to the dead letters.
    pub(crate) fn refused(&self, reason: &'static str) {
        self.refused.add(1, &[KeyValue::new("reason", reason)]);
    }

    /// A credential needs a key that is not here.
    pub(crate) fn key_missing(&self, key_id: &str) {
        self.keys_missing
            .add(1, &[KeyValue::new("key_id", key_id.to_owned())]);
    }

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
