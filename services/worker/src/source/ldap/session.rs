//! A bound connection to a tenant's directory, from the read to the run's outcome: one bind serves both the read and
//! the questions after it.

use ldap3::Scope;

use super::{
    collect::Collector,
    connection::Connection,
    entry::Entry,
    met::Met,
    paging::{PagedSearch, Visitor},
    root_dse::RootDse,
    search::Query,
    target::Target,
};
use crate::source::ldap::error::{Operation, ReadError};

/// An open directory. Dropping it ends the connection.
pub(crate) struct Session<'t> {
    pub(super) connection: Connection,
    pub(super) target: &'t Target,
    /// Base of the searches.
    pub(super) base: String,
    /// The name of a domain controller of Active Directory.
    pub(super) service: Option<String>,
}

impl<'t> Session<'t> {
    /// Goes on from the bind.
    pub(super) async fn begin(mut connection: Connection, target: &'t Target) -> Result<Self, ReadError> {
        match Self::look_around(&mut connection, target).await {
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
    ) -> Result<(String, Option<String>), ReadError> {
        if target.base.is_empty() {
            let root = RootDse::ask(connection).await?;
            Ok((root.base.ok_or(ReadError::NoSearchBase)?, root.service))
        } else {
            let root = RootDse::ask_if_shown(connection).await?;
            Ok((target.base.clone(), root.service))
        }
    }

    /// Reads all that base and filter answer, into `collector`. An error means that the read is incomplete.
    pub(crate) async fn read(&mut self, collector: &mut Collector) -> Result<Met, ReadError> {
        let (base, target) = (self.base.clone(), self.target);
        let references = self
            .search(&base, Scope::Subtree, &target.filter, collector)
            .await
            .map_err(|error| self.named(error))?;
        let server = self.connection.server();
        Ok(Met {
            references,
            server: server.to_string(),
            server_id: self.service.clone().unwrap_or_else(|| server.address.to_string()),
        })
    }

    /// Says goodbye.
    pub(crate) async fn close(self) {
        self.connection.close().await;
    }

    /// With the server that it happened with.
    pub(super) fn named(&self, error: ReadError) -> ReadError {
        error.at(self.connection.server())
    }

    /// Reads every page of a search, and every value of each entry; returns the number of references met.
    pub(super) async fn search(
        &mut self,
        base: &str,
        scope: Scope,
        filter: &str,
        collector: &mut Collector,
    ) -> Result<u64, ReadError> {
        let (connection, target) = (&mut self.connection, self.target);
        let query = Query {
            base,
            scope,
            filter,
            attributes: &target.requested,
            operation: Operation::Search,
        };
        let search = PagedSearch {
            query,
            target,
            page_size: connection.limits.page_size,
            size_limit: None,
        };
        let ended = search.visit(connection, &mut Objects(collector)).await?;
        Ok(ended.references)
    }
}

/// Hands the entries of a search on.
struct Objects<'c>(&'c mut Collector);

impl Visitor for Objects<'_> {
    async fn take(&mut self, entry: Entry) -> Result<(), ReadError> {
        self.0.add(&entry).await
    }
}
