//! Progress of a run, as its worker reports it with each heartbeat.

use rollcall_proto::v1::RunStage;

/// How far a run has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pub(crate) stage: RunStage,
    /// Objects that were read so far.
    pub(crate) objects: u64,
    /// Claims of these objects.
    pub(crate) claims: u64,
}
