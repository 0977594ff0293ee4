//! Reasons why a directory could not be read, whatever it speaks, and the failure code of each.

use std::time::Duration;

use jiff::Timestamp;
use rollcall_domain::{
    NotPermitted,
    failure::FailureCode,
    sentences::connection_test::{StepText, account},
};
use thiserror::Error;

use super::bounds::Crossed;

/// Reasons why a directory could not be read to its end.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The settings, which were checked when they were saved, cannot be used.
    #[error("the settings cannot be used: {0}")]
    Settings(String),
    /// The settings name an attribute that the operator does not let be read.
    #[error(transparent)]
    Attribute(#[from] NotPermitted),
    /// The stored password cannot be opened.
    #[error("the stored credential cannot be opened: {0}")]
    Credential(String),
    /// The server refused the account so often that it is not tried now.
    #[error("binds of this account at this server are paused")]
    BindsPaused {
        /// The end of the pause; `None` while others are being tried.
        until: Option<Timestamp>,
    },
    /// The stored password is sealed to a key that this worker was not given. Another may have it.
    #[error("no key of this worker opens the stored credential: it was sealed to key {0:?}")]
    KeyMissing(String),
    /// The directory could not be reached, refused, or broke off: its own protocol says how.
    #[error("{why}")]
    Directory {
        /// The code of the failure.
        code: FailureCode,
        /// The failure in sentences for an administrator.
        text: StepText,
        /// The reason, in the protocol's words.
        why: String,
    },
    /// It answers, at a rate at which a read does not end.
    #[error("the server sent {entries} entries in {window:?} of its own time, fewer than {least}")]
    TooSlow {
        /// The entries that it sent.
        entries: u64,
        /// In which time.
        window: Duration,
        /// The entries that it must send.
        least: u64,
    },
    /// The objects are more than is accepted.
    #[error("more than is accepted: {0}")]
    Limit(#[from] Crossed),
    /// The read went well but is not accepted.
    #[error("{why}")]
    RefusedByUs {
        /// The code of the failure.
        code: FailureCode,
        /// The reason.
        why: String,
    },
    /// Other runs have the memory that this one needs, for now. That is no fault of its directory.
    #[error("{0}")]
    NoMemory(String),
    /// Something of ours went wrong.
    #[error("fault in Rollcall: {0}")]
    Internal(String),
    /// The run's time is over.
    #[error("the run's time is over")]
    Deadline,
    /// It waits for its directory, and so do as many other runs as may: it makes room, and waits in the slow lane.
    #[error("too many other runs wait for their directories")]
    GivesWay,
    /// The run's time is over, and it was not the directory that took it.
    #[error("the run's time is over, and the read has not been decided")]
    Undecided,
    /// No caller wants the read any longer.
    #[error("stopped")]
    Stopped,
}

impl ReadError {
    /// The failure in sentences for an administrator.
    pub fn text(&self) -> StepText {
        match self {
            Self::Directory { text, .. } => text.clone(),
            Self::Limit(crossed) => crossed.sentences(),
            Self::BindsPaused { until } => account::paused(self.code(), *until),
            error => error.code().into(),
        }
    }

    /// The stable code that clients see.
    pub fn code(&self) -> FailureCode {
        match self {
            Self::Directory { code, .. } | Self::RefusedByUs { code, .. } => *code,
            Self::TooSlow { .. } => FailureCode::ReadTooSlow,
            Self::Limit(Crossed::Claims { .. }) => FailureCode::TooManyAddresses,
            Self::Limit(_) => FailureCode::LimitExceeded,
            Self::Attribute(_) => FailureCode::AttributeNotAllowed,
            Self::Credential(_) => FailureCode::CredentialUnreadable,
            Self::BindsPaused { .. } => FailureCode::BindsPaused,
            Self::Deadline => FailureCode::RunDeadline,
            Self::Undecided => FailureCode::RunInterrupted,
            Self::Settings(_)
            | Self::KeyMissing(_)
            | Self::NoMemory(_)
            | Self::Internal(_)
            | Self::GivesWay
            | Self::Stopped => FailureCode::Internal,
        }
    }
}
