//! Naming contexts of a server, and which of them searches come to.

use crate::{
    attribute::AttributeDescription,
    dn::{Dn, url},
    filter::{Comparison, Filter},
    left_out::MOST_SHOWN,
};

#[cfg(test)]
mod tests;

/// The naming contexts of a server, by what is known of them from the search bases alone.
///
/// A base covers its own context and the context that it lies in: whoever chose a part of a context knows of the rest.
/// The partitions in which Active Directory keeps its own data hold no mailboxes, so they are in neither group.
#[derive(Debug, Default)]
pub struct Contexts {
    /// They lie at or below no base.
    pub uncovered: Vec<String>,
    /// They lie below a base. Only the directory knows whether a search there descends into them.
    pub nested: Nested,
}

impl Contexts {
    /// Sorts these contexts.
    pub fn sort(contexts: &[String], bases: &[String]) -> Self {
        let contexts: Vec<_> = contexts
            .iter()
            .map(|name| (name.as_str(), Dn::parse(name).ok()))
            .collect();
        let base_dns: Vec<_> = bases.iter().filter_map(|base| Dn::parse(base).ok()).collect();
        let homes: Vec<_> = base_dns.iter().filter_map(|base| home(&contexts, base)).collect();
        let mut sorted = Self::default();
        for (name, context) in contexts.iter().filter(|(name, _)| !homes.contains(name)) {
            let name = (*name).to_owned();
            match context {
                Some(context) if context.is_service_partition() => {}
                Some(context) if base_dns.iter().any(|base| context.is_within(base)) => {
                    sorted.nested.unmet.push((name, context.clone()));
                }
                None if bases.iter().any(|base| *base == name || base.is_empty()) => {}
                _ => sorted.uncovered.push(name),
            }
        }
        sorted
    }
}

/// Naming contexts below search bases, into which no search was seen to descend.
///
/// A context may be a database or a domain of its own, into which a search from above does not lead: of an OpenLDAP
/// database that is not glued to the one above it, or of a child domain, it meets nothing.
#[derive(Clone, Debug, Default)]
pub struct Nested {
    unmet: Vec<(String, Dn)>,
}

impl Nested {
    /// True if no context is open.
    pub fn is_empty(&self) -> bool {
        self.unmet.is_empty()
    }

    /// Notes the name of an entry that a search from above has met.
    pub fn see(&mut self, entry: &str) {
        if self.is_empty() {
            return;
        }
        if let Ok(entry) = Dn::parse(entry) {
            self.unmet.retain(|(_, context)| !entry.is_within(context));
        }
    }

    /// Notes a reference to another server, which says more than the name of the context that it leads to.
    pub fn refer(&mut self, target: &str) {
        if self.is_empty() {
            return;
        }
        if let Some(target) = url::dn(target) {
            self.unmet
                .retain(|(_, context)| !(context.is_within(&target) && target.is_within(context)));
        }
    }

    /// A filter that the entries at the top of the contexts below `base` match, if a search from there leads to them:
    /// each has the parts of its own name as values (RFC 4511 section 4.7). Of many contexts, it asks for the first.
    pub fn filter_below(&self, base: &str) -> Option<String> {
        let base = Dn::parse(base).ok()?;
        let tops = self.unmet.iter().filter(|(_, context)| context.is_within(&base));
        let filters: Vec<_> = tops
            .filter_map(|(_, context)| own_filter(context))
            .take(MOST_SHOWN)
            .collect();
        (!filters.is_empty()).then(|| Filter::Or(filters).to_string())
    }

    /// The names of those that no search met.
    pub fn into_names(self) -> impl Iterator<Item = String> {
        self.unmet.into_iter().map(|(name, _)| name)
    }
}

/// A filter that the entry of this name matches.
fn own_filter(name: &Dn) -> Option<Filter> {
    let equals = |(attribute, value): (&str, &[u8])| {
        let attribute = AttributeDescription::parse(attribute).ok()?;
        Some(Filter::Compare(attribute, Comparison::Equal, value.to_vec()))
    };
    let filters: Option<Vec<_>> = name.own_values()?.into_iter().map(equals).collect();
    filters.map(Filter::And)
}

/// The context that `base` lies in: the deepest of those above it.
fn home<'a>(contexts: &[(&'a str, Option<Dn>)], base: &Dn) -> Option<&'a str> {
    contexts
        .iter()
        .filter_map(|(name, context)| Some((*name, context.as_ref()?)))
        .filter(|(_, context)| base.is_within(context))
        .max_by_key(|(_, context)| context.depth())
        .map(|(name, _)| name)
}
