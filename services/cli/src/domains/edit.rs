//! Changes of single domains in a list.

use rollcall_domain::DomainName;
use rollcall_proto::v1::Domain;

use crate::{args::DomainArg, error::Error};

/// The list with these domains added. One that it has already takes the place of its old entry, unless it says nothing
/// new: an alias stays one until it is removed, or becomes the alias of another domain.
pub(super) fn with(mut list: Vec<Domain>, mut added: Vec<DomainArg>) -> Vec<Domain> {
    added.retain(|added| {
        !added.alias_of.is_empty() || !list.iter().any(|domain| same(&added.name, &domain.name))
    });
    list.retain(|domain| !added.iter().any(|added| same(&added.name, &domain.name)));
    list.extend(added.into_iter().map(|added| Domain {
        name: added.name,
        alias_of: added.alias_of,
    }));
    list
}

/// The list without these domains, each of which must be in it.
pub(super) fn without(tenant: &str, mut list: Vec<Domain>, removed: &[String]) -> Result<Vec<Domain>, Error> {
    for name in removed {
        let before = list.len();
        list.retain(|domain| !same(name, &domain.name));
        if list.len() == before {
            return Err(Error::NoSuchDomain {
                tenant: tenant.to_owned(),
                domain: name.clone(),
            });
        }
    }
    Ok(list)
}

/// True if a name, as a person writes it, is the one that is stored. What is no name is left to the service to refuse.
fn same(written: &str, stored: &str) -> bool {
    DomainName::parse(written).is_ok_and(|name| name.as_str() == stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Vec<Domain> {
        with(Vec::new(), args(entries))
    }

    fn args(entries: &[&str]) -> Vec<DomainArg> {
        entries.iter().filter_map(|entry| entry.parse().ok()).collect()
    }

    #[test]
    fn an_added_domain_keeps_the_others_and_replaces_its_old_entry_however_it_is_written() {
        let stored = list(&["a.example", "xn--bcher-kva.example"]);
        assert_eq!(
            with(stored, args(&["Bücher.example=a.example", "c.example"])),
            list(&["a.example", "Bücher.example=a.example", "c.example"])
        );
    }

    #[test]
    fn an_alias_that_is_added_again_only_by_its_name_stays_an_alias() {
        let stored = list(&["a.example", "b.example=a.example"]);
        assert_eq!(with(stored.clone(), args(&["B.example"])), stored);
    }

    #[test]
    fn a_removed_domain_leaves_the_others_and_must_be_there() {
        let stored = list(&["a.example", "b.example"]);
        let left = without("acme", stored.clone(), &["B.example".to_owned()]).unwrap();
        assert_eq!(left, list(&["a.example"]));
        let refused = without("acme", stored, &["c.example".to_owned()]);
        assert!(matches!(refused, Err(Error::NoSuchDomain { domain, .. }) if domain == "c.example"));
    }
}
