//! A tenant's domains as they are stored.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_domain::DomainName;
use rollcall_proto::v1;

/// A tenant's domains, by name: each once, and each alias of one that is there and no alias itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainList {
    pub(crate) alias_of: BTreeMap<DomainName, Option<DomainName>>,
}

impl DomainList {
    /// As it is stored and answered.
    pub(crate) fn stored(&self) -> Vec<v1::Domain> {
        let domain = |(name, of): (&DomainName, &Option<DomainName>)| v1::Domain {
            name: name.as_str().to_owned(),
            alias_of: of.as_ref().map(|of| of.as_str().to_owned()).unwrap_or_default(),
        };
        self.alias_of.iter().map(domain).collect()
    }

    /// The names of a stored list that are not in this one.
    pub(crate) fn dropped<'d>(&self, stored: &'d [v1::Domain]) -> Vec<&'d str> {
        let kept: BTreeSet<&str> = self.alias_of.keys().map(DomainName::as_str).collect();
        let names = stored.iter().map(|domain| domain.name.as_str());
        names.filter(|name| !kept.contains(name)).collect()
    }

    /// True if a name of this list is not in a stored one.
    pub(crate) fn registers(&self, stored: &[v1::Domain]) -> bool {
        let stored: BTreeSet<&str> = stored.iter().map(|domain| domain.name.as_str()).collect();
        self.alias_of.keys().any(|name| !stored.contains(name.as_str()))
    }

    /// Names and what they are aliases of, for SQL.
    pub(crate) fn columns(&self) -> (Vec<&str>, Vec<Option<&str>>) {
        self.alias_of
            .iter()
            .map(|(name, of)| (name.as_str(), of.as_ref().map(DomainName::as_str)))
            .unzip()
    }
}
