//! Messages to and from a run in progress.

use std::sync::{
    OnceLock,
    atomic::{AtomicI32, AtomicU64, Ordering},
};

use rollcall_proto::v1::RunStage;
use tokio_util::sync::CancellationToken;

/// Reasons to stop a run before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It was cancelled, or its settings were deleted.
    Cancelled,
    /// Another worker has it now.
    Fenced,
}

/// Progress of the run, as far as it is this worker's.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// A [`RunStage`]; none until one is entered.
    stage: AtomicI32,
    objects: AtomicU64,
    claims: AtomicU64,
}

impl Progress {
    /// Enters a stage.
    pub(crate) fn enter(&self, stage: RunStage) {
        self.stage.store(stage.into(), Ordering::Relaxed);
    }

    /// The stage that was entered last.
    pub(crate) fn stage(&self) -> RunStage {
        RunStage::try_from(self.stage.load(Ordering::Relaxed)).unwrap_or_default()
    }

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
    /// Progress of the run.
    pub progress: Progress,
    /// Cancelled when the run must stop.
    pub stopped: CancellationToken,
    why: OnceLock<Stop>,
}

impl Control {
    /// Stops the run. The first reason counts.
    pub(crate) fn stop(&self, why: Stop) {
        self.why.get_or_init(|| why);
        self.stopped.cancel();
    }

    /// The reason to stop, if there is one.
    pub(crate) fn why(&self) -> Option<Stop> {
        self.why.get().copied()
    }
}
