//! Turns the pages of a search, and notices a server that turns in circles.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use super::{bounds::Excess, error::DirectoryError};

#[cfg(test)]
mod tests;

/// More pages than this are no directory.
const MAX_PAGES: usize = 100_000;
/// Servers that look through much before they find something answer a few pages without an entry.
const MAX_EMPTY_PAGES: usize = 1_000;

/// State of a paged search.
///
/// A page repeats if it begins with the same entry under the same cookie. The cookie is not enough: some servers keep
/// one for the whole search.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    seen: HashSet<u64>,
    hasher: RandomState,
    cookie: Vec<u8>,
    /// Distinguishes the first entry of the page from others.
    first: Option<u64>,
    /// Pages without an entry, up to this one.
    empty: usize,
}

impl Pages {
    /// The cookie to ask the next page with.
    pub(crate) fn cookie(&self) -> &[u8] {
        &self.cookie
    }

    /// Notes an entry of the page.
    pub(crate) fn see(&mut self, dn: &str) {
        if self.first.is_none() {
            self.first = Some(self.hasher.hash_one(dn));
            self.empty = 0;
        }
    }

    /// The page has ended with this cookie: is there another?
    pub(crate) fn turn(&mut self, next: Vec<u8>) -> Result<bool, DirectoryError> {
        if self.first.is_none() {
            self.empty += 1;
            if self.empty > MAX_EMPTY_PAGES {
                return Err(Excess::EmptyPages(MAX_EMPTY_PAGES).into());
            }
        }
        let page = (std::mem::replace(&mut self.cookie, next), self.first.take());
        if !self.seen.insert(self.hasher.hash_one(page)) {
            return Err(DirectoryError::Incomplete(
                "the server repeated a page that it had already sent".to_owned(),
            ));
        }
        if self.seen.len() > MAX_PAGES {
            return Err(Excess::Pages(MAX_PAGES).into());
        }
        Ok(!self.cookie.is_empty())
    }
}
