//! Reports what happened, to watchers, the relay and the metrics.

use std::sync::Arc;

use rollcall_domain::{RunId, TenantId};
use rollcall_proto::internal::v1::RunEnded;
use tokio::sync::Notify;

use crate::{events::Events, metrics::Metrics};

/// Everybody who must hear of a change once it is committed.
pub(crate) struct Reports {
    events: Events,
    /// Wakes the relay: there is something in the outbox.
    outbox: Arc<Notify>,
    metrics: Metrics,
}

impl Reports {
    pub(crate) fn new(events: Events, outbox: Arc<Notify>) -> Self {
        Self {
            events,
            outbox,
            metrics: Metrics::default(),
        }
    }

    /// A run ended.
    pub(crate) fn ended(&self, tenant: &TenantId, run: RunId, ended: &RunEnded) {
        self.gave_back(tenant, run, Some(ended));
    }

    /// A run gave its lease back: it ended, or it waits again.
    pub(crate) fn gave_back(&self, tenant: &TenantId, run: RunId, ended: Option<&RunEnded>) {
        if let Some(ended) = ended {
            self.metrics.ended(ended.state());
        }
        self.outbox.notify_one();
        self.events.changed(tenant, run);
    }

    /// A run began, or has read more.
    pub(crate) fn changed(&self, tenant: &TenantId, run: RunId) {
        self.events.changed(tenant, run);
    }

    /// Something is in the outbox.
    pub(crate) fn wake_relay(&self) {
        self.outbox.notify_one();
    }

    /// So many rows were written.
    pub(crate) fn rows_written(&self, rows: u64) {
        self.metrics.rows_written(rows);
    }

    /// So much of something was dropped because its time was over.
    pub(crate) fn dropped(&self, what: &'static str, count: u64) {
        self.metrics.dropped(what, count);
    }
}
