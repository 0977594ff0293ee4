//! Resources that all calls share.

use std::sync::Arc;

use rollcall_chassis::Lifecycle;
use rollcall_domain::{RunId, TenantId};
use tokio::sync::Notify;

use crate::{
    bounds::{KeptWhole, LeaseTimes, Periods},
    budget::Budget,
    config::{Leases, Limits, Retention},
    events::Events,
    hearing::Hearing,
    metrics::Metrics,
    tenant::Gates,
    work::Workshop,
};

/// The service behind its calls.
pub(crate) struct Reconciler {
    pub(crate) gates: Gates,
    pub(crate) budget: Budget,
    pub(crate) workshop: Workshop,
    pub(crate) leases: LeaseTimes,
    pub(crate) hearing: Hearing,
    /// Times for which ended runs and removed accounts are kept.
    pub(crate) retention: Periods,
    /// Number of a tenant's previews and HELD runs that are kept with their rows.
    pub(crate) kept_whole: KeptWhole,
    /// The largest read that is taken, in bytes of its batches.
    pub(crate) read_limit: usize,
    pub(crate) events: Events,
    /// Wakes the relay: there is something in the outbox.
    pub(crate) outbox: Arc<Notify>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) metrics: Metrics,
}

impl Reconciler {
    pub(crate) fn new(
        gates: Gates,
        limits: &Limits,
        leases: &Leases,
        retention: &Retention,
        events: Events,
        outbox: Arc<Notify>,
        lifecycle: Lifecycle,
    ) -> Self {
        Self {
            gates,
            budget: limits.budget(),
            workshop: limits.workshop(lifecycle.hard().clone()),
            leases: leases.times(),
            hearing: Hearing::new(),
            retention: retention.periods(),
            kept_whole: retention.kept_whole(),
            read_limit: limits.read_bytes(),
            events,
            outbox,
            lifecycle,
            metrics: Metrics::default(),
        }
    }

    /// Reports to all watchers, and to the relay, that a run ended.
    pub(crate) fn ended(&self, tenant: &TenantId, run: RunId) {
        self.outbox.notify_one();
        self.events.changed(tenant, run);
    }
}
