//! Directories that can be read: the four steps that a run takes with one, whatever it speaks.
//!
//! A read either comes to its end or is an error, and nothing here grows with the directory. [`Sources`] makes the source
//! that a tenant's settings name. Each has a folder of its own, which alone knows its protocol.

pub(crate) mod bind_gate;
pub(crate) mod bounds;
pub(crate) mod collect;
pub(crate) mod error;
pub(crate) mod ldap;
pub(crate) mod missing;
pub(crate) mod signs;
mod sources;

use std::sync::Arc;

use rollcall_chassis::credential::SecretString;
use rollcall_domain::LeftOut;
use rollcall_proto::internal::v1::DirectoryServer;

use collect::Collector;
use error::ReadError;
use missing::MissingIds;
use signs::Signs;

pub(crate) use sources::Sources;

/// A tenant's directory.
pub(crate) trait Source: Send + 'static {
    /// The directory, once it is open.
    type Open: OpenSource;

    /// Connects and signs in, once: repeated tries lock accounts. `signs` shows how it goes.
    async fn open(&self, password: SecretString, signs: Arc<Signs>) -> Result<Self::Open, ReadError>;
}

/// An open directory. Dropping it ends the connection.
pub(crate) trait OpenSource {
    /// Reads all that the settings select, to the end. An error means that the read is incomplete.
    async fn read(&mut self, into: &mut Collector) -> Result<Met, ReadError>;

    /// Asks for each of `missing`, with the selection of the read. The objects that are there after all go into `into`.
    /// An error means that it is not known of some.
    async fn confirm(&mut self, missing: &MissingIds, into: &mut Collector) -> Result<(), ReadError>;

    /// Says goodbye.
    async fn close(self);
}

/// Numbers of a complete read, besides the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Met {
    /// References to other servers, which no read follows.
    pub references: u64,
    /// Parts of the directory that the read left out.
    pub left_out: LeftOut,
    /// The server that answered.
    pub server: Answered,
}

/// The server that answered a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answered {
    /// It as the next read is told of it.
    pub server: DirectoryServer,
    /// Its host and address, for people.
    pub shown: String,
    /// Reason why it is not the server of the last applied read; empty if it is, or if there is none.
    pub reason: String,
}
