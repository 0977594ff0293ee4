//! What a run under way is told, and what it tells.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use tokio_util::sync::CancellationToken;

/// Why a run is to stop before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Somebody cancelled it, or its settings were deleted.
    Cancelled,
    /// Another worker has it now.
    Fenced,
}

/// How far the read is.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    objects: AtomicU64,
    claims: AtomicU64,
}

impl Progress {
    /// One more object, with its claims.
    pub(crate) fn add(&self, claims: u64) {
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.claims.fetch_add(claims, Ordering::Relaxed);
    }

    /// Objects so far.
    pub(crate) fn objects(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// Claims so far.
    pub(crate) fn claims(&self) -> u64 {
        self.claims.load(Ordering::Relaxed)
    }
}

/// Shared by what reads, what submits and what keeps the lease.
#[derive(Debug, Default)]
pub(crate) struct Control {
    /// How far the read is.
    pub progress: Progress,
    /// Cancelled when the run is to stop.
    pub stopped: CancellationToken,
    why: OnceLock<Stop>,
}

impl Control {
    /// Stops the run. The first reason counts.
    pub(crate) fn stop(&self, why: Stop) {
        self.why.get_or_init(|| why);
        self.stopped.cancel();
    }

    /// Why the run is to stop, if it is.
    pub(crate) fn why(&self) -> Option<Stop> {
        self.why.get().copied()
    }
}
