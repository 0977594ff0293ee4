//! Reasons why a key's file is not usable.

use std::{io, path::PathBuf};

use super::KeyKind;

/// Reasons why a key's file is not usable. No message shows its content.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read.
    #[error("cannot read the key file {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The file has other content.
    #[error(
        "{} is not a key file: it must be one line, `{kind}:v1:id:base64 of 32 bytes`. {}",
        path.display(),
        kind.place()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// Kind of key that it must hold.
        kind: KeyKind,
    },
    /// The file has a key of another kind.
    #[error("{} holds {}, where {} is needed. {}", path.display(), found.words(), kind.words(), kind.place())]
    Kind {
        /// The file.
        path: PathBuf,
        /// Kind of the key that it holds.
        found: KeyKind,
        /// Kind of key that it must hold.
        kind: KeyKind,
    },
    /// Others than its owner can read a private key.
    #[error(
        "{} is open to others than its owner (mode {mode:04o}): run `chmod 600` on it, and replace the key if \
         somebody may have read it",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A private key belongs to a user who may replace it.
    #[error(
        "{} belongs to user {owner}: run `chown` on it, because it must belong to this process's user or to root",
        path.display()
    )]
    Owner {
        /// The file.
        path: PathBuf,
        /// Number of the user to whom it belongs.
        owner: u32,
    },
    /// Two files have keys of the same id.
    #[error("the key id {0:?} is in two files")]
    Twice(String),
    /// An id is part of a file's name and of a line.
    #[error("a key id is 1 to 32 of a-z, 0-9, - and _")]
    Id,
    /// The system gave no random octets.
    #[error("the system gives no random octets for a new key")]
    Random,
}
