//! Failures of runs: a stable code for programs, and the text for a customer's administrator.

mod code;
mod directory;

pub use code::FailureCode;
pub use directory::{of_bind, of_search};

/// Consequence of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureClass {
    /// It may pass by itself: the next host, then another attempt.
    Transient,
    /// The bind account was refused: no other host and no other attempt, since that locks accounts.
    Credentials,
    /// A person has to change something first: no other attempt.
    Misconfigured,
    /// A fault of ours, not of the customer's: the run waits and resumes.
    Ours,
}

/// The directory could not be reached or read in time. The tenant's next run begins in the slow lane, and so does the
/// next attempt.
pub const SLOW: [FailureCode; 6] = [
    FailureCode::CannotResolve,
    FailureCode::CannotConnect,
    FailureCode::ConnectTimeout,
    FailureCode::OperationTimeout,
    FailureCode::ReadTooSlow,
    FailureCode::RunDeadline,
];

impl FailureCode {
    /// True if the next attempt begins in the slow lane.
    pub fn is_slow(self) -> bool {
        SLOW.contains(&self)
    }
}

#[cfg(test)]
mod tests;
