//! Time for which events have been waiting for the portal: nothing is ever dropped, so an operator must see its age.

use std::time::Duration;

use opentelemetry::metrics::Gauge;
use rollcall_chassis::telemetry;
use tokio::time::Instant;

use crate::{
    error::ReconcileError,
    store::{Gate, outbox},
};

/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(5);

/// The events that wait, as this process last saw them.
#[derive(Debug)]
pub(super) struct Backlog {
    patience: Duration,
    looked: Option<Instant>,
    warned: bool,
    age: Gauge<u64>,
}

impl Backlog {
    pub(super) fn new(patience: Duration) -> Self {
        let age = telemetry::meter("rollcall-reconcile")
            .u64_gauge("rollcall.reconcile.outbox_age")
            .with_unit("s")
            .with_description("For how long the oldest event has been waiting for the portal's queue")
            .build();
        Self {
            patience,
            looked: None,
            warned: false,
            age,
        }
    }

    /// Looks how old the oldest event is, now and then, and logs once when it is too old and once when that is over.
    pub(super) async fn look(&mut self, gate: &Gate) -> Result<(), ReconcileError> {
        if self.looked.is_some_and(|looked| looked.elapsed() < INTERVAL) {
            return Ok(());
        }
        self.looked = Some(Instant::now());
        let oldest = outbox::oldest(gate).await?;
        let seconds = u64::try_from(oldest.seconds).unwrap_or_default();
        self.age.record(seconds, &[]);
        let late = seconds > self.patience.as_secs();
        if late != self.warned {
            self.warned = late;
            if late {
                tracing::warn!(
                    seconds,
                    tenants = oldest.tenants,
                    "events wait for the portal, which does not read its queue rollcall.portal, or not fast enough"
                );
            } else {
                tracing::info!("events no longer wait for the portal");
            }
        }
        Ok(())
    }
}
