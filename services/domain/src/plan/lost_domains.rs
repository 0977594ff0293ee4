//! Domains among the causes of removals: those from which nothing is imported, although the directory has addresses there.

use std::collections::BTreeMap;

use crate::verdict::{Reason, Verdict};

use super::rows::{Other, Rows, Subject};

/// A domain whose addresses a run removes, because they are not imported from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostDomain {
    /// Its name, as A-labels.
    pub name: String,
    /// Reason why nothing is imported from there.
    pub cause: DomainCause,
    /// Addresses that are removed.
    pub addresses: u64,
}

/// Reasons why nothing is imported from a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DomainCause {
    /// It is not registered in the portal, perhaps no longer.
    NotRegistered,
    /// The settings name domains, and not this one.
    Excluded,
}

impl DomainCause {
    fn of(reason: Reason) -> Option<Self> {
        match reason {
            Reason::DomainNotRegistered => Some(Self::NotRegistered),
            Reason::DomainExcluded => Some(Self::Excluded),
            _ => None,
        }
    }
}

/// The domains, those with most addresses first.
pub(super) fn of_rows(rows: &Rows<'_>) -> Vec<LostDomain> {
    let mut addresses = BTreeMap::new();
    for entry in &rows.entries {
        let Subject::Absent(address) = entry.subject else {
            continue;
        };
        let Other::Reason(reason) = entry.decision.other else {
            continue;
        };
        let cause = DomainCause::of(reason).filter(|_| entry.decision.verdict == Verdict::Remove);
        if let Some(cause) = cause {
            let (_, domain) = rows.names.parts(rows.names.of_entry(address));
            *addresses.entry((domain, cause)).or_insert(0) += 1;
        }
    }
    let domain = |((name, cause), addresses): ((&str, DomainCause), u64)| LostDomain {
        name: name.to_owned(),
        cause,
        addresses,
    };
    let mut domains: Vec<_> = addresses.into_iter().map(domain).collect();
    domains.sort_by_key(|domain| std::cmp::Reverse(domain.addresses));
    domains
}
