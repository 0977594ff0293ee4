//! One search operation, item by item, with its end looked at.

use ldap3::{
    Scope, SearchStream,
    controls::{PagedResults, RawControl},
};
use rollcall_domain::ldap;

use super::{
    bounds::Excess,
    connection::Connection,
    entry::Entry,
    error::{DirectoryError, Operation, Pointers},
    excerpt::excerpt,
    guard::GuardError,
    message::paged_results_cookie,
    oid, reference,
};

/// References and intermediate responses of one search. A directory has some dozens.
const MAX_ASIDES: u64 = 100_000;
/// Longest cookie that a server may give with a page. Real ones stay below a few hundred bytes.
const MAX_COOKIE_BYTES: usize = 16 * 1024;
/// Referrals of one refusal that are shown.
const MAX_REFERRALS: usize = 8;
/// Matches every entry.
const ANY: &str = "(objectClass=*)";

/// A search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<'a> {
    /// Base.
    pub base: &'a str,
    /// Scope.
    pub scope: Scope,
    /// Filter.
    pub filter: &'a str,
    /// Attributes.
    pub attributes: &'a [String],
    /// Operation by which a refusal is named.
    pub operation: Operation,
}

impl<'a> Query<'a> {
    /// A search for one entry, whatever it is, at its name.
    pub(crate) fn entry(name: &'a str, attributes: &'a [String]) -> Self {
        Self {
            base: name,
            scope: Scope::Base,
            filter: ANY,
            attributes,
            operation: Operation::Search,
        }
    }
}

/// One page of a search.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Entries that are asked for.
    pub size: u32,
    /// From the page before; empty for the first.
    pub cookie: Vec<u8>,
}

/// Parts of a search's answer.
#[derive(Debug)]
pub(crate) enum Item {
    /// An entry.
    Entry(Entry),
    /// A reference to another server: its target, an LDAP URL as it is shown.
    Reference(String),
    /// The end, with success.
    Done(Done),
}

/// The end of a search.
#[derive(Debug)]
pub(crate) struct Done {
    /// For the next page; empty if there is none.
    pub cookie: Vec<u8>,
    /// Referrals that came with the result, as they are shown.
    pub references: Vec<String>,
}

/// A search under way.
pub(crate) struct Results<'c> {
    connection: &'c mut Connection,
    stream: SearchStream<'c, String, &'c [String]>,
    operation: Operation,
    /// References and intermediate responses so far.
    asides: u64,
    /// True if it continues a search of which the server has answered pages before.
    goes_on: bool,
}

impl Connection {
    /// Begins a search; with `page`, of one page.
    pub(crate) async fn search<'c>(
        &'c mut self,
        query: Query<'c>,
        page: Option<Page>,
    ) -> Result<Results<'c>, DirectoryError> {
        let goes_on = page.as_ref().is_some_and(|page| !page.cookie.is_empty());
        if let Some(page) = page {
            self.ldap.with_controls(paged_results(page));
        }
        self.ldap.with_timeout(self.limits.operation);
        let begun = self
            .ldap
            .streaming_search(query.base, query.scope, query.filter, query.attributes)
            .await;
        match begun {
            Ok(stream) => Ok(Results {
                connection: self,
                stream,
                operation: query.operation,
                asides: 0,
                goes_on,
            }),
            Err(error) => Err(self.explain(error).await),
        }
    }

    /// The one entry of this name, if it exists. A server that answers with several is not followed to their end.
    pub(crate) async fn entry<'c>(&'c mut self, query: Query<'c>) -> Result<Option<Entry>, DirectoryError> {
        let mut found = None;
        let mut results = self.search(query, None).await?;
        loop {
            match results.next().await {
                Ok(Item::Entry(_)) if found.is_some() => return Err(Excess::FewEntries(1).into()),
                Ok(Item::Entry(entry)) => found = Some(entry),
                Ok(Item::Reference(_)) => {}
                Ok(Item::Done(_)) => return Ok(found),
                Err(DirectoryError::Refused {
                    code: ldap::NO_SUCH_OBJECT,
                    ..
                }) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}

impl Results<'_> {
    /// The next item. After [`Item::Done`] there is none.
    pub(crate) async fn next(&mut self) -> Result<Item, DirectoryError> {
        loop {
            let item = match self.stream.next().await {
                Ok(item) => item,
                Err(error) => return Err(self.connection.explain(error).await),
            };
            self.connection.credit.give_back();
            match item {
                None => return self.done().await,
                Some(item) if item.is_ref() => {
                    self.aside()?;
                    return Ok(Item::Reference(reference::target(&item.0)));
                }
                Some(item) if item.is_intermediate() => self.aside()?,
                Some(item) => return Entry::decode(item.0, &self.connection.limits).map(Item::Entry),
            }
        }
    }

    fn aside(&mut self) -> Result<(), Excess> {
        self.asides += 1;
        if self.asides > MAX_ASIDES {
            return Err(Excess::Asides(MAX_ASIDES));
        }
        Ok(())
    }

    async fn done(&mut self) -> Result<Item, DirectoryError> {
        let result = self.stream.finish().await;
        if result.rc != ldap::SUCCESS {
            let pointers = Pointers {
                matched: reference::shown(&result.matched),
                referrals: result
                    .refs
                    .iter()
                    .take(MAX_REFERRALS)
                    .map(|url| reference::shown(url))
                    .collect(),
            };
            return Err(DirectoryError::Refused {
                operation: self.operation,
                code: result.rc,
                text: excerpt(result.text),
                pointers: Some(Box::new(pointers)),
            });
        }
        let control = result
            .ctrls
            .iter()
            .find(|control| control.1.ctype == oid::PAGED_RESULTS);
        let cookie = match control.and_then(|control| control.1.val.as_deref()) {
            Some(value) => paged_results_cookie(value).map_err(GuardError::from)?,
            // A server that knows no pages has answered all at once; one that knows them says when they end.
            None if self.goes_on => {
                return Err(DirectoryError::Incomplete(
                    "the server does not say whether further pages follow".to_owned(),
                ));
            }
            None => Vec::new(),
        };
        if cookie.len() > MAX_COOKIE_BYTES {
            return Err(Excess::Cookie {
                bytes: cookie.len(),
                limit: MAX_COOKIE_BYTES,
            }
            .into());
        }
        Ok(Item::Done(Done {
            cookie,
            references: result.refs.iter().map(|url| reference::shown(url)).collect(),
        }))
    }
}

/// Not critical: a server that knows no paging answers with all entries at once.
fn paged_results(page: Page) -> Vec<RawControl> {
    let size = i32::try_from(page.size).unwrap_or(i32::MAX);
    vec![
        PagedResults {
            size,
            cookie: page.cookie,
        }
        .into(),
    ]
}
