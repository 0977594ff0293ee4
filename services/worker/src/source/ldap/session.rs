//! A bound connection to a tenant's directory, from the read to the run's outcome: one bind serves both the read and
//! the questions after it.

use std::sync::Arc;

use ldap3::Scope;
use rollcall_domain::{AddressAttributes, reading::ReadEntry};

use super::{
    connection::Connection,
    entry::Entry,
    error::{DirectoryError, Operation},
    paging::{PagedSearch, Visitor},
    root_dse::RootDse,
    search::Query,
    target::Target,
};
use crate::source::{Met, OpenSource, collect::Collector, error::ReadError, missing::MissingIds};

/// An open directory. Dropping it ends the connection.
pub(crate) struct Session {
    pub(super) connection: Connection,
    pub(super) target: Arc<Target>,
    /// Base of the searches.
    pub(super) base: String,
    /// The name of a domain controller of Active Directory.
    pub(super) service: Option<String>,
}

impl Session {
    /// Goes on from the bind.
    pub(super) async fn begin(
        mut connection: Connection,
        target: Arc<Target>,
    ) -> Result<Self, DirectoryError> {
        match Self::look_around(&mut connection, &target).await {
            Ok((base, service)) => Ok(Self {
                connection,
                target,
                base,
                service,
            }),
            Err(error) => Err(error.at(connection.server())),
        }
    }

    async fn look_around(
        connection: &mut Connection,
        target: &Target,
    ) -> Result<(String, Option<String>), DirectoryError> {
        if target.base.is_empty() {
            let root = RootDse::ask(connection).await?;
            Ok((root.base.ok_or(DirectoryError::NoSearchBase)?, root.service))
        } else {
            let root = RootDse::ask_if_shown(connection).await?;
            Ok((target.base.clone(), root.service))
        }
    }

    /// With the server that it happened with.
    pub(super) fn named(&self, error: DirectoryError) -> DirectoryError {
        error.at(self.connection.server())
    }

    /// Reads every page of a search, and every value of each entry; returns the number of references met.
    pub(super) async fn search(
        &mut self,
        base: &str,
        scope: Scope,
        filter: &str,
        collector: &mut Collector,
    ) -> Result<u64, DirectoryError> {
        let (connection, target) = (&mut self.connection, &*self.target);
        let query = Query {
            base,
            scope,
            filter,
            attributes: &target.requested,
            operation: Operation::Search,
        };
        let mut objects = Objects {
            addresses: &target.addresses,
            into: collector,
        };
        let search = PagedSearch {
            query,
            target,
            page_size: connection.limits.page_size,
            size_limit: None,
        };
        let ended = search.visit(connection, &mut objects).await?;
        Ok(ended.references)
    }
}

impl OpenSource for Session {
    async fn read(&mut self, into: &mut Collector) -> Result<Met, ReadError> {
        let (base, filter) = (self.base.clone(), self.target.filter.clone());
        let references = self
            .search(&base, Scope::Subtree, &filter, into)
            .await
            .map_err(|error| self.named(error))?;
        let server = self.connection.server();
        Ok(Met {
            references,
            server: server.to_string(),
            server_id: self.service.clone().unwrap_or_else(|| server.address.to_string()),
        })
    }

    async fn confirm(&mut self, missing: &MissingIds, into: &mut Collector) -> Result<(), ReadError> {
        let asked = self.ask(missing, into).await;
        Ok(asked.map_err(|error| self.named(error))?)
    }

    async fn close(self) {
        self.connection.close().await;
    }
}

/// Makes objects of the entries of a search.
struct Objects<'a> {
    addresses: &'a AddressAttributes,
    into: &'a mut Collector,
}

impl Visitor for Objects<'_> {
    async fn take(&mut self, entry: Entry) -> Result<(), DirectoryError> {
        let ReadEntry { object, not_email } = entry.object(self.addresses);
        Ok(self.into.add(object, not_email).await?)
    }
}
