//! Resources that all runs share.

use rollcall_chassis::Lifecycle;

use crate::{
    bounds::Bounds, budget::Budget, config::Limits, hearing::Hearing, reports::Reports, store::Store,
    work::Workshop,
};

/// Resources that a run needs from its beginning to its end.
pub(crate) struct Resources {
    pub(crate) store: Store,
    pub(crate) bounds: Bounds,
    /// Memory for reads and decisions.
    pub(crate) budget: Budget,
    /// Threads for decisions.
    pub(crate) workshop: Workshop,
    pub(crate) hearing: Hearing,
    pub(crate) reports: Reports,
    /// Owns the tasks that outlive their calls.
    pub(crate) lifecycle: Lifecycle,
}

impl Resources {
    pub(crate) fn new(
        store: Store,
        bounds: Bounds,
        limits: &Limits,
        reports: Reports,
        lifecycle: Lifecycle,
    ) -> Self {
        Self {
            store,
            bounds,
            budget: limits.budget(),
            workshop: limits.workshop(lifecycle.hard().clone()),
            hearing: Hearing::new(),
            reports,
            lifecycle,
        }
    }
}
