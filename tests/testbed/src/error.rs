//! Errors while a bed is made, worded so that the reader knows what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Anything that keeps the bed from serving.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file, folder, socket or process could not be used.
    #[error("cannot {what}")]
    Io {
        /// The attempt.
        what: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A program that the bed starts is not installed.
    #[error("{program} is not installed: run deploy/debian/install-packages.sh as root")]
    Missing {
        /// The program's name.
        program: String,
    },
    /// A binary of this project has not been built.
    #[error("{} is not there: run `cargo build --workspace --bins` first", .path.display())]
    NotBuilt {
        /// Its expected path.
        path: PathBuf,
    },
    /// A process ended before it was ready, or a command failed.
    #[error("{name} ended with {status}; the end of its log:\n{log}")]
    Exited {
        /// The process.
        name: String,
        /// Its exit status.
        status: String,
        /// The last lines that it wrote.
        log: String,
    },
    /// A process runs, and does not answer.
    #[error("{name} was not ready after {} s ({last}); the end of its log:\n{log}", .waited.as_secs())]
    NotReady {
        /// The process.
        name: String,
        /// Time for which it was awaited.
        waited: Duration,
        /// The result of the last attempt.
        last: String,
        /// The last lines that it wrote.
        log: String,
    },
    /// The process that keeps the bed is gone or refused.
    #[error("the bed's keeper {0}")]
    Keeper(String),
    /// A directory server refused an operation.
    #[error("directory: cannot {what}")]
    Directory {
        /// The attempt.
        what: String,
        /// The cause.
        #[source]
        source: Box<ldap3::LdapError>,
    },
    /// PostgreSQL refused.
    #[error("PostgreSQL: cannot {what}")]
    Database {
        /// The attempt.
        what: String,
        /// The cause.
        #[source]
        source: sqlx::Error,
    },
    /// A certificate could not be made or read.
    #[error("certificate {what}: {why}")]
    Certificate {
        /// The certificate.
        what: String,
        /// The cause.
        why: String,
    },
    /// A service could not be reached.
    #[error("cannot connect to {url}")]
    Connect {
        /// The server's URL.
        url: String,
        /// The cause.
        #[source]
        source: tonic::transport::Error,
    },
    /// A test was started without a bed around it.
    #[error(
        "no test bed: run the tests with `make test`, or one of them with \
         `target/debug/rollcall-testbed run -- cargo nextest run <name>`"
    )]
    NotAttached,
    /// The bed was started without this part.
    #[error("this bed was started without {0}")]
    Without(&'static str),
    /// The bed was asked for something that it cannot do.
    #[error("{0}")]
    Refused(String),
}

/// The result of anything that the bed does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Says what was being done when an [`io::Error`] came.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::Io { what: what(), source })
    }
}

impl<T> Doing<T> for std::result::Result<T, rustix::io::Errno> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(io::Error::from).doing(what)
    }
}

/// The last lines of a log, for an error's text.
pub(crate) fn tail(log: &Path) -> String {
    const LINES: usize = 40;
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
