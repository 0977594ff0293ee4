//! A revert that fails when its turn comes: the detail of its failure.

/// No such run.
pub const NO_RUN: &str = "There is no such run.";
/// It is no sync, or none that succeeded.
pub const NOT_A_FINISHED_SYNC: &str = "The run is not a sync that succeeded.";
/// Another run reverted it.
pub const ALREADY_REVERTED: &str = "The run has already been reverted.";
/// It changed nothing.
pub const NOTHING_TO_REVERT: &str = "The run changed no account.";
/// What its revert needs has expired.
pub const EXPIRED: &str = "The run ended too long ago: the data for its revert is no longer kept.";
