//! A bound connection to a tenant's directory, from the read to the run's outcome: one bind serves both the read and
//! the questions after it.

use std::sync::Arc;

use ldap3::Scope;
use rollcall_domain::{AddressAttributes, reading::ReadEntry};
use rollcall_proto::internal::v1::DirectoryServer;

use super::{
    connection::Connection,
    entry::Entry,
    error::{DirectoryError, Operation},
    last::Missed,
    paging::{PagedSearch, Visitor},
    reach::Reach,
    root_dse::RootDse,
    search::Query,
    target::Target,
};
use crate::source::{Answered, Met, OpenSource, collect::Collector, error::ReadError, missing::MissingIds};

/// An open directory. Dropping it ends the connection.
pub(crate) struct Session {
    pub(super) connection: Connection,
    pub(super) target: Arc<Target>,
    /// Bases of the searches, in their order.
    pub(super) bases: Vec<String>,
    /// The server's description of itself.
    pub(super) root: RootDse,
    /// Reason why the server of the last read was not read again, if it was not.
    missed: Missed,
}

impl Session {
    /// Goes on from the bind.
    pub(super) async fn begin(
        mut connection: Connection,
        target: Arc<Target>,
        missed: Missed,
    ) -> Result<Self, DirectoryError> {
        match Self::look_around(&mut connection, &target).await {
            Ok((bases, root)) => Ok(Self {
                connection,
                target,
                bases,
                root,
                missed,
            }),
            Err(error) => Err(error.at(connection.server())),
        }
    }

    async fn look_around(
        connection: &mut Connection,
        target: &Target,
    ) -> Result<(Vec<String>, RootDse), DirectoryError> {
        let root = if target.bases.is_empty() {
            RootDse::ask(connection).await?
        } else {
            RootDse::ask_if_shown(connection).await?
        };
        Ok((root.bases(&target.bases)?, root))
    }

    /// The server that answers.
    fn answered(&self) -> Answered {
        let server = self.connection.server();
        let id = self
            .root
            .service
            .clone()
            .unwrap_or_else(|| server.address.to_string());
        let last = self.target.last.as_ref();
        Answered {
            shown: server.to_string(),
            reason: last.map_or_else(String::new, |last| {
                last.reason(&server.host, server.address, &id, &self.missed)
            }),
            server: DirectoryServer {
                host: server.host.clone(),
                address: server.address.ip().to_string(),
                id,
            },
        }
    }

    /// With the server that it happened with.
    pub(super) fn named(&self, error: DirectoryError) -> DirectoryError {
        error.at(self.connection.server())
    }

    /// Reads every page of a search, and every value of each entry. What else it meets goes into `reach`.
    pub(super) async fn search(
        &mut self,
        base: &str,
        scope: Scope,
        filter: &str,
        collector: &mut Collector,
        reach: &mut Reach,
    ) -> Result<(), DirectoryError> {
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
            reach,
        };
        let search = PagedSearch {
            query,
            target,
            page_size: connection.limits.page_size,
            size_limit: None,
        };
        search.visit(connection, &mut objects).await?;
        Ok(())
    }

    /// Reads what is below each base, in their order.
    async fn read_bases(&mut self, into: &mut Collector) -> Result<Reach, DirectoryError> {
        let (bases, filter) = (self.bases.clone(), self.target.filter.clone());
        let mut reach = Reach::new(&self.root, &bases);
        for base in &bases {
            self.search(base, Scope::Subtree, &filter, into, &mut reach)
                .await
                .map_err(|error| self.root.refused(base, error))?;
        }
        reach.look_below(&bases, &mut self.connection).await?;
        Ok(reach)
    }
}

impl OpenSource for Session {
    async fn read(&mut self, into: &mut Collector) -> Result<Met, ReadError> {
        let reach = self.read_bases(into).await.map_err(|error| self.named(error))?;
        Ok(Met {
            references: reach.met,
            left_out: reach.left_out(),
            server: self.answered(),
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
    reach: &'a mut Reach,
}

impl Visitor for Objects<'_> {
    async fn take(&mut self, entry: Entry) -> Result<(), DirectoryError> {
        self.reach.see(&entry.dn);
        let ReadEntry { object, not_email } = entry.object(self.addresses);
        Ok(self.into.add(object, not_email).await?)
    }

    fn refer(&mut self, target: String) {
        self.reach.refer(target);
    }
}
