//! Named points at which a test can end, stop, delay or crash a service.
//!
//! Points exist only in debug builds: in a release build [`pass`] is empty, and nothing that an operator sets can arm
//! one. A debug build looks for armed points in the folder that `ROLLCALL_FAIL_POINTS` names, and does nothing without
//! that variable. A file there, named after a point, says what happens when the point is passed. The process removes
//! the file first, so that a point fires once, however often its process is started again.

#[cfg(debug_assertions)]
mod armed;
mod arming;

pub use arming::{Action, Arming};

/// The variable that names the folder of armed points.
pub const VARIABLE: &str = "ROLLCALL_FAIL_POINTS";

/// A step of a run at which a process can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailPoint {
    /// Scheduler: a request is stored and not yet published.
    RequestInserted,
    /// Scheduler: requests are claimed; their jobs are not published yet.
    PublishClaimed,
    /// Scheduler: the broker has confirmed the jobs; the requests are not marked yet.
    PublishConfirmed,
    /// Scheduler: the requests are marked as published.
    PublishMarked,
    /// Scheduler: due tenants are taken; their runs are not committed yet.
    TickTaken,
    /// Scheduler: the due runs are committed and not yet published.
    TickCommitted,
    /// Worker: a job has arrived; the run has not begun.
    JobReceived,
    /// Worker: the run has begun; the directory has not been read.
    RunBegun,
    /// Worker: an entry of the directory was read; more may come.
    EntryRead,
    /// Worker: the read is complete; reconcile does not know that.
    ReadComplete,
    /// Worker: the footer was sent; the answer has not come.
    FooterSent,
    /// Worker: the directory was asked for missing objects; reconcile has no answer.
    MissingAsked,
    /// Worker: the run has its outcome; the job is not acknowledged.
    OutcomeReceived,
    /// Worker: the job is acknowledged.
    JobAcknowledged,
    /// Reconcile: the lease is taken; it is not committed.
    LeaseTaken,
    /// Reconcile: the lease is committed; the worker does not know that.
    LeaseCommitted,
    /// Reconcile: a batch of objects was taken in.
    BatchTaken,
    /// Reconcile: a run is decided and applied; it is not committed.
    CommitDecided,
    /// Reconcile: a run is committed; the worker does not know that.
    CommitDone,
    /// Reconcile: a run is found unchanged; that is not committed.
    UnchangedDecided,
    /// Reconcile: an unchanged run is committed; the worker does not know that.
    UnchangedDone,
    /// Reconcile: the broker has confirmed events; they are still in the outbox.
    RelayConfirmed,
    /// Reconcile: the events are deleted from the outbox.
    RelayDeleted,
}

impl FailPoint {
    /// All of them, in the order in which a run meets them.
    pub const ALL: [Self; 23] = [
        Self::RequestInserted,
        Self::PublishClaimed,
        Self::PublishConfirmed,
        Self::PublishMarked,
        Self::TickTaken,
        Self::TickCommitted,
        Self::JobReceived,
        Self::RunBegun,
        Self::EntryRead,
        Self::ReadComplete,
        Self::FooterSent,
        Self::MissingAsked,
        Self::OutcomeReceived,
        Self::JobAcknowledged,
        Self::LeaseTaken,
        Self::LeaseCommitted,
        Self::BatchTaken,
        Self::CommitDecided,
        Self::CommitDone,
        Self::UnchangedDecided,
        Self::UnchangedDone,
        Self::RelayConfirmed,
        Self::RelayDeleted,
    ];

    /// `worker.run.begun`: the service, the thing and its step.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequestInserted => "scheduler.request.inserted",
            Self::PublishClaimed => "scheduler.publish.claimed",
            Self::PublishConfirmed => "scheduler.publish.confirmed",
            Self::PublishMarked => "scheduler.publish.marked",
            Self::TickTaken => "scheduler.tick.taken",
            Self::TickCommitted => "scheduler.tick.committed",
            Self::JobReceived => "worker.job.received",
            Self::RunBegun => "worker.run.begun",
            Self::EntryRead => "worker.entry.read",
            Self::ReadComplete => "worker.read.complete",
            Self::FooterSent => "worker.footer.sent",
            Self::MissingAsked => "worker.missing.asked",
            Self::OutcomeReceived => "worker.outcome.received",
            Self::JobAcknowledged => "worker.job.acknowledged",
            Self::LeaseTaken => "reconcile.lease.taken",
            Self::LeaseCommitted => "reconcile.lease.committed",
            Self::BatchTaken => "reconcile.batch.taken",
            Self::CommitDecided => "reconcile.commit.decided",
            Self::CommitDone => "reconcile.commit.done",
            Self::UnchangedDecided => "reconcile.unchanged.decided",
            Self::UnchangedDone => "reconcile.unchanged.done",
            Self::RelayConfirmed => "reconcile.relay.confirmed",
            Self::RelayDeleted => "reconcile.relay.deleted",
        }
    }
}

/// Passes a point, in a run of `tenant`; empty where many tenants, or an unknown one, pass at once.
#[cfg(debug_assertions)]
pub async fn pass(point: FailPoint, tenant: &str) {
    armed::pass(point, tenant).await;
}

/// Nothing, in a release build.
#[cfg(not(debug_assertions))]
#[inline]
#[expect(clippy::unused_async, reason = "called as the one of debug builds is")]
pub async fn pass(_point: FailPoint, _tenant: &str) {}
