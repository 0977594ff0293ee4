//! A bound connection to a tenant's directory, from the read to the run's outcome: one bind serves both the read and
//! the questions after it.

use ldap3::Scope;

use super::{
    bounds::Crossed,
    collect::Collector,
    connection::Connection,
    met::Met,
    pages::Pages,
    ranges,
    root_dse::RootDse,
    search::{Item, Page, Query},
    target::Target,
};
use crate::directory::error::{Operation, ReadError};

/// Bound of the names of a page's entries that must be read again.
const MAX_PARTIAL_BYTES: usize = 1024 * 1024;
/// Memory of a name besides its bytes.
const NAME_OVERHEAD_BYTES: usize = 32;

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
        let mut pages = Pages::default();
        let mut references = 0;
        loop {
            let page = Page {
                size: connection.limits.page_size,
                cookie: pages.cookie().to_vec(),
            };
            let ended = read_page(connection, target, query, page, (&mut pages, collector)).await?;
            references += ended.references;
            // They are read again only now: their connection was busy with the page.
            for dn in ended.partial {
                let entry = ranges::whole(connection, &dn, target).await?;
                collector.add(&entry).await?;
            }
            if !pages.turn(ended.cookie)? {
                return Ok(references);
            }
        }
    }
}

struct PageEnd {
    cookie: Vec<u8>,
    references: u64,
    /// Entries with more values than one answer has room for.
    partial: Vec<String>,
}

async fn read_page(
    connection: &mut Connection,
    target: &Target,
    query: Query<'_>,
    page: Page,
    (pages, collector): (&mut Pages, &mut Collector),
) -> Result<PageEnd, ReadError> {
    let mut end = PageEnd {
        cookie: Vec::new(),
        references: 0,
        partial: Vec::new(),
    };
    let mut partial_bytes = 0;
    let mut results = connection.search(query, Some(page)).await?;
    loop {
        match results.next().await? {
            Item::Entry(entry) => {
                pages.see(&entry.dn);
                if entry.is_partial(&target.addresses) {
                    partial_bytes += entry.dn.len() + NAME_OVERHEAD_BYTES;
                    if partial_bytes > MAX_PARTIAL_BYTES {
                        return Err(Crossed::Partial(MAX_PARTIAL_BYTES).into());
                    }
                    end.partial.push(entry.dn);
                } else {
                    collector.add(&entry).await?;
                }
            }
            Item::Reference => end.references += 1,
            Item::Done(done) => {
                end.cookie = done.cookie;
                end.references += done.references;
                return Ok(end);
            }
        }
    }
}
