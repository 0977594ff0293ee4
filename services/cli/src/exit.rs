//! Meaning of the command's exit code.

use std::process::ExitCode;

use rollcall_proto::v1::{Run, RunState};

/// Results of the command. `--help` documents the numbers, and scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for was done.
    Success = 0,
    /// A service refused the call, or something went wrong.
    Refused = 1,
    /// The command line was wrong, or lacked the confirmation for which nobody could be asked: the code that clap uses
    /// too.
    Usage = 2,
    /// The run that was waited for, or a step of a connection test, FAILED.
    RunFailed = 3,
    /// The run that was waited for was CANCELLED.
    RunCancelled = 4,
    /// A service could not be reached.
    Unreachable = 5,
    /// The run that was waited for is HELD: nothing was changed, and a person must review it first.
    RunHeld = 6,
    /// Ctrl-C: the run that was waited for goes on.
    Detached = 130,
    /// The reader of standard output closed it, as `head` does: no error is shown.
    ReaderGone = 141,
}

impl Exit {
    /// The exit code for a run that has ended.
    pub fn of_run(run: &Run) -> Self {
        match run.state() {
            RunState::Succeeded => Self::Success,
            RunState::Held => Self::RunHeld,
            RunState::Cancelled => Self::RunCancelled,
            _ => Self::RunFailed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
