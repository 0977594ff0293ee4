//! Parts of a directory that a read leaves out: naming contexts that no search base covers, and parts that only other
//! servers hold.

use std::{
    collections::{BTreeSet, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
};

#[cfg(test)]
mod tests;

/// Names that are shown; further ones are counted.
pub const MOST_SHOWN: usize = 16;
/// Further names that are distinguished to be counted: so many, or more.
pub const MOST_COUNTED: usize = 1_000;

/// Parts of a directory that no search covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Naming contexts without a search base.
    pub contexts: Names,
    /// Targets of search references, as the server writes them.
    pub references: Names,
}

impl LeftOut {
    /// True if nothing is known to be left out.
    pub fn is_empty(&self) -> bool {
        self.contexts.is_empty() && self.references.is_empty()
    }
}

/// The first few of some names in their order, and the number of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// At most [`MOST_SHOWN`].
    pub shown: Vec<String>,
    /// Number of further names. [`MOST_COUNTED`] stands for any greater number too.
    pub more: u32,
}

impl Names {
    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty() && self.more == 0
    }
}

/// Collects names, in memory that does not grow with their number.
#[derive(Clone, Debug, Default)]
pub struct NameCollector {
    /// The lowest of them.
    shown: BTreeSet<String>,
    /// Hashes of the first different names.
    seen: BTreeSet<u64>,
}

impl NameCollector {
    /// Takes a name, which counts once however often it comes.
    pub fn add(&mut self, name: String) {
        if self.seen.len() < MOST_SHOWN + MOST_COUNTED {
            let mut hasher = DefaultHasher::new();
            name.hash(&mut hasher);
            self.seen.insert(hasher.finish());
        }
        self.shown.insert(name);
        if self.shown.len() > MOST_SHOWN {
            self.shown.pop_last();
        }
    }

    /// The names that came, whatever their order was.
    pub fn finish(self) -> Names {
        let more = self.seen.len().saturating_sub(self.shown.len());
        Names {
            shown: self.shown.into_iter().collect(),
            more: u32::try_from(more).unwrap_or(u32::MAX),
        }
    }
}

impl Extend<String> for NameCollector {
    fn extend<I: IntoIterator<Item = String>>(&mut self, names: I) {
        names.into_iter().for_each(|name| self.add(name));
    }
}

/// True for the target of a search reference that every domain of Active Directory gives: its configuration or a DNS
/// zone. `target` is an LDAP URL (RFC 4516).
pub fn is_usual_reference(target: &str) -> bool {
    crate::dn::url::dn(target).is_some_and(|dn| dn.is_service_partition())
}
