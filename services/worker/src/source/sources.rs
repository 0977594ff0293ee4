//! Makes the source that a tenant's settings name.

use std::sync::Arc;

use rollcall_proto::{internal::v1::DirectoryServer, v1};

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
    /// The source of a tenant's settings, which were checked when they were saved. `last` is the server of the last applied
    /// read.
    pub(crate) fn named_by(
        &self,
        tenant_id: &str,
        directory: &v1::Directory,
        last: Option<&DirectoryServer>,
    ) -> Result<impl Source + use<>, ReadError> {
        LdapSource::new(Arc::clone(&self.ldap), tenant_id, directory, last)
    }
}
