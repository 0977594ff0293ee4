//! Makes the source that a tenant's settings name.

use std::sync::Arc;

use rollcall_proto::{internal::v1::DirectoryServer, v1};

use crate::source::bind_gate::BindGate;

use super::{
    Source,
    error::ReadError,
    ldap::{LdapSource, Reader},
};

/// The kinds of sources that this worker reads.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    /// Reads LDAP directories.
    pub ldap: Arc<Reader>,
}

impl Sources {
    /// The source of settings, which were checked when they were saved, of the tenant whose binds pass `gate`. `last` is the
    /// server of the last applied read.
    pub(crate) fn named_by(
        &self,
        gate: BindGate,
        directory: &v1::Directory,
        last: Option<&DirectoryServer>,
    ) -> Result<impl Source + use<>, ReadError> {
        LdapSource::new(Arc::clone(&self.ldap), gate, directory, last)
    }
}
