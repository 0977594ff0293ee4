//! The newest run of a kind.

use rollcall_proto::v1::{Run, RunState};

/// Kinds of run among which a tenant's newest is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    /// All of them.
    Any,
    /// Those that have verdicts to show.
    WithRows,
    /// Those that met objects in the directory.
    Read,
    /// Those that are HELD.
    Held,
}

impl Newest {
    /// True for a run of this kind.
    pub fn is_meant(self, run: &Run) -> bool {
        match self {
            Self::Any => true,
            Self::WithRows => matches!(run.state(), RunState::Succeeded | RunState::Held),
            Self::Read => {
                matches!(run.state(), RunState::Succeeded | RunState::Held)
                    && run.counts.is_some_and(|counts| counts.objects > 0)
            }
            Self::Held => run.state() == RunState::Held,
        }
    }

    /// Description of these runs, after "no run".
    pub fn words(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::WithRows | Self::Read => " that SUCCEEDED",
            Self::Held => " that is HELD",
        }
    }
}
