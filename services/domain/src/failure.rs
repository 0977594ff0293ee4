//! Failures of runs: a stable code for programs, and the text for a customer's administrator.

mod code;
mod directory;

pub use code::FailureCode;
pub use directory::{of_bind, of_password_policy, of_search, of_starttls};

/// Consequence of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureClass {
    /// It may pass by itself: the next host, then another attempt.
    Transient,
    /// The bind account was refused: no other host and no other attempt, because that locks accounts.
    Credentials,
    /// A person has to change something first: no other attempt.
    Misconfigured,
    /// A fault of ours, not of the customer's: the run waits and resumes.
    Ours,
}

/// Result of a failed attempt's bind, as far as its failure shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindOutcome {
    /// The directory accepted the credential.
    Accepted,
    /// The directory refused the credential.
    Refused,
    /// The attempt may have ended before the bind as well as after it.
    Unknown,
}

#[cfg(test)]
mod tests;
