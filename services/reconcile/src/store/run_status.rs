//! The status of a run that a worker has begun before.

use rollcall_proto::v1;
use rollcall_terms::{names, run::is_final};

/// Times that a run may be taken from workers that fell silent. A run that ends the process that does it would go on
/// for ever.
const MOST_TAKEOVERS: u32 = 3;

/// Status of a run that a worker has begun before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunStatus {
    state: v1::RunState,
    /// Times that it was taken from a worker that had fallen silent.
    pub(crate) takeovers: u32,
}

impl RunStatus {
    /// As the row says it.
    pub(crate) fn new(state: &str, takeovers: i32) -> Self {
        Self {
            state: names::from_nullable(Some(state)),
            takeovers: takeovers.unsigned_abs(),
        }
    }

    /// True if it is final.
    pub(crate) fn is_over(self) -> bool {
        is_final(self.state)
    }

    /// True if it has lost as many workers as a run may, so that the next loss ends it.
    pub(crate) fn may_not_be_lost_again(self) -> bool {
        self.takeovers >= MOST_TAKEOVERS
    }
}
