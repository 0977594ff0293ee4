//! A worker that asks for a run, and the answers that it may get.

use jiff::Timestamp;
use rollcall_domain::{Fence, RunId, TenantId};
use rollcall_proto::{internal::v1::DirectoryServer, v1};

use crate::store::CurrentSettings;

/// A worker that asks for a run's lease.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    pub(crate) tenant: TenantId,
    pub(crate) run: RunId,
    pub(crate) worker: String,
    pub(crate) attempt: u32,
    /// Of a lease of the run that a worker had and no longer works under.
    pub(crate) given_up: Option<Fence>,
    /// True if the worker does this run and nothing else.
    pub(crate) alone: bool,
}

/// Result of the call.
pub(crate) enum Begun {
    /// The lease is the worker's.
    Started(Box<Started>),
    /// The run is over, or no longer exists.
    Finished,
    /// Another run of the tenant has the lease.
    Busy,
    /// Another worker has this run.
    Taken,
    /// The worker has this run itself.
    RunningHere,
    /// The run has lost a worker: it must be tried in a process of its own.
    NeedsProcess,
}

/// Data that a worker needs to read.
pub(crate) struct Started {
    pub(crate) kind: v1::RunKind,
    pub(crate) trigger: v1::RunTrigger,
    pub(crate) fence: Fence,
    pub(crate) current: CurrentSettings,
    /// The directory accepted the credential when it saw it last.
    pub(crate) is_proven: bool,
    /// Empty if no read can pass for the last applied one.
    pub(crate) last_digest: Vec<u8>,
    /// The server of the last applied read.
    pub(crate) last_server: Option<DirectoryServer>,
    pub(crate) deadline: Timestamp,
    /// By the clock that set it.
    pub(crate) now: Timestamp,
}
