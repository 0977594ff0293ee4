//! States of runs.

use rollcall_proto::v1::RunState;

/// True for a run that has ended: no later message about it changes its state.
pub fn is_final(state: RunState) -> bool {
    match state {
        RunState::Succeeded | RunState::Held | RunState::Failed | RunState::Cancelled => true,
        RunState::Queued | RunState::Running | RunState::Unspecified => false,
    }
}
