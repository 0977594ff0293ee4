//! The sweeper: what else would be left lying.
//!
//! It closes requests whose run is over, has lost jobs published again, takes renewed seals over, and deletes old rows.
//! Any number of
//! schedulers may sweep: each row belongs to one of them, and a job too many is harmless.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use rollcall_chassis::{clock, outage};
use rollcall_terms::time::lowest_id_of;
use tokio_util::sync::CancellationToken;

use crate::{
    metrics::Metrics,
    store::{Patience, Store},
    wakes::Wakes,
};

/// Rows that one statement touches.
const BATCH: u32 = 1_000;

/// Sweeps at an interval.
#[derive(Debug)]
pub(crate) struct Sweeper {
    /// The requests.
    pub(crate) store: Store,
    /// Wakes the publisher.
    pub(crate) wakes: Arc<Wakes>,
    /// The counters.
    pub(crate) metrics: Metrics,
    /// Times after which a job counts as lost.
    pub(crate) patience: Patience,
    /// Between two sweeps.
    pub(crate) interval: Duration,
}

impl Sweeper {
    /// Sweeps until it is stopped.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.interval) => {}
            }
            if let Err(error) = self.sweep(clock::now()).await {
                outage::report(&error, "the sweep failed; the next one makes up for it");
            }
        }
    }

    /// Sweeps once.
    pub(crate) async fn sweep(&self, now: Timestamp) -> sqlx::Result<()> {
        while self.store.close_ended(BATCH).await? == u64::from(BATCH) {}
        let lost = self.store.unpublish_lost(self.patience, BATCH).await?
            + self.store.unpublish_silent(self.patience, BATCH).await?;
        if lost > 0 {
            self.metrics.lost(lost);
            self.wakes.requests_added();
            tracing::warn!(lost, "jobs seem lost and are published again");
        }
        let renewed = self.store.take_renewed_seals(BATCH).await?;
        if renewed > 0 {
            tracing::info!(renewed, "seals of older keys were replaced");
        }
        if let Some(periods) = self.store.periods().await? {
            let kept = periods.summaries.duration();
            self.store.delete_before(lowest_id_of(now - kept), BATCH).await?;
        }
        Ok(())
    }
}
