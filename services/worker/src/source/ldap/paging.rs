//! Reads a search to its end, page by page, for reads and connection tests alike.

use ldap3::SearchOptions;
use rollcall_domain::ldap;

use super::{
    bounds::Excess,
    connection::Connection,
    entry::Entry,
    error::DirectoryError,
    pages::Pages,
    ranges,
    search::{Item, Page, Query},
    target::Target,
};

#[cfg(test)]
mod tests;

/// Bound of the names of a page's entries that must be read again.
const MAX_PARTIAL_BYTES: usize = 1024 * 1024;
/// Memory of a name besides its bytes.
const NAME_OVERHEAD_BYTES: usize = 32;

/// Takes the entries of a search.
pub(crate) trait Visitor {
    /// Takes one entry, which has all values of the attributes that carry addresses.
    async fn take(&mut self, entry: Entry) -> Result<(), DirectoryError>;

    /// Notes the target of a reference to another server, an LDAP URL as it is shown.
    fn refer(&mut self, target: String);

    /// True if a further page is wanted.
    fn goes_on(&self) -> bool {
        true
    }
}

/// A search, and the size of its answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PagedSearch<'a> {
    /// The search.
    pub query: Query<'a>,
    /// Its address attributes are read to their last value.
    pub target: &'a Target,
    /// Entries that are asked for at a time.
    pub page_size: u32,
    /// A bound of ours for a server that may know no pages, and would answer with all entries at once.
    pub size_limit: Option<u32>,
}

/// Reasons why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndReason {
    /// There is no further entry.
    Complete,
    /// The visitor wants no further page.
    Stopped,
    /// More entries match than our own size limit allows.
    SizeLimit,
}

impl PagedSearch<'_> {
    /// Hands each entry to `visitor`, until the search ends or the visitor wants no further page.
    pub(crate) async fn visit(
        self,
        connection: &mut Connection,
        visitor: &mut impl Visitor,
    ) -> Result<EndReason, DirectoryError> {
        let mut visit = Visit {
            pages: Pages::default(),
            visitor,
            entries: 0,
        };
        loop {
            let next = match visit.page(self, connection).await {
                Err(DirectoryError::Refused {
                    code: ldap::SIZE_LIMIT_EXCEEDED,
                    ..
                }) if self.is_reached_by(visit.entries) => return Ok(EndReason::SizeLimit),
                ended => ended?,
            };
            if !visit.pages.turn(next)? {
                return Ok(EndReason::Complete);
            }
            if !visit.visitor.goes_on() {
                return Ok(EndReason::Stopped);
            }
        }
    }

    /// True if the size limit is our own, and not the server's.
    fn is_reached_by(&self, entries: u64) -> bool {
        self.size_limit.is_some_and(|limit| entries >= u64::from(limit))
    }
}

/// A search under way.
struct Visit<'v, V> {
    pages: Pages,
    visitor: &'v mut V,
    entries: u64,
}

impl<V: Visitor> Visit<'_, V> {
    /// Reads a page; returns the cookie of the next.
    async fn page(
        &mut self,
        search: PagedSearch<'_>,
        connection: &mut Connection,
    ) -> Result<Vec<u8>, DirectoryError> {
        if let Some(limit) = search.size_limit {
            let limit = i32::try_from(limit).unwrap_or(i32::MAX);
            connection
                .ldap
                .with_search_options(SearchOptions::new().sizelimit(limit));
        }
        let page = Page {
            size: search.page_size,
            cookie: self.pages.cookie().to_vec(),
        };
        let mut partial = Vec::new();
        let next = self.entries_of(search, page, connection, &mut partial).await?;
        // They are read again only now: their connection was busy with the page.
        for dn in partial {
            let entry = ranges::whole(connection, &dn, search.target).await?;
            self.visitor.take(entry).await?;
        }
        Ok(next)
    }

    /// Takes the entries of a page, except those with more values than one answer has room for: their names go into
    /// `partial`.
    async fn entries_of(
        &mut self,
        search: PagedSearch<'_>,
        page: Page,
        connection: &mut Connection,
        partial: &mut Vec<String>,
    ) -> Result<Vec<u8>, DirectoryError> {
        let mut partial_bytes = 0;
        let mut results = connection.search(search.query, Some(page)).await?;
        loop {
            match results.next().await? {
                Item::Entry(entry) => {
                    self.pages.see(&entry.dn);
                    self.entries += 1;
                    if entry.is_partial(&search.target.addresses) {
                        partial_bytes += entry.dn.len() + NAME_OVERHEAD_BYTES;
                        if partial_bytes > MAX_PARTIAL_BYTES {
                            return Err(Excess::Partial(MAX_PARTIAL_BYTES).into());
                        }
                        partial.push(entry.dn);
                    } else {
                        self.visitor.take(entry).await?;
                    }
                }
                Item::Reference(target) => self.visitor.refer(target),
                Item::Done(done) => {
                    done.references
                        .into_iter()
                        .for_each(|target| self.visitor.refer(target));
                    return Ok(done.cookie);
                }
            }
        }
    }
}
