//! Turns the pages of a search, and notices a server that turns in circles.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use crate::error::ReadError;

#[cfg(test)]
mod tests;

/// More pages than this are no directory.
const MAX_PAGES: usize = 100_000;

/// Where a paged search stands.
///
/// A page that is answered again is one that begins with the same entry under the same cookie. The cookie alone
/// does not tell: some servers keep one for the whole search.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    seen: HashSet<u64>,
    hasher: RandomState,
    cookie: Vec<u8>,
    first: Option<String>,
}

impl Pages {
    /// The cookie to ask the next page with.
    pub(crate) fn cookie(&self) -> &[u8] {
        &self.cookie
    }

    /// Notes an entry of the page.
    pub(crate) fn see(&mut self, dn: &str) {
        if self.first.is_none() {
            self.first = Some(dn.to_owned());
        }
    }

    /// The page has ended with this cookie: is there another?
    pub(crate) fn turn(&mut self, next: Vec<u8>) -> Result<bool, ReadError> {
        let page = (std::mem::replace(&mut self.cookie, next), self.first.take());
        if !self.seen.insert(self.hasher.hash_one(page)) {
            return Err(ReadError::Incomplete(
                "the server answered a page that it had answered before".to_owned(),
            ));
        }
        if self.seen.len() > MAX_PAGES {
            return Err(ReadError::Limit(format!("{MAX_PAGES} pages")));
        }
        Ok(!self.cookie.is_empty())
    }
}
