//! Rule 2: claims that are refused by themselves, independently of other claims and of the account that has the
//! address.

use std::collections::HashSet;

use crate::address::DomainName;
use crate::object::ObjectType;
use crate::verdict::Reason;

use super::arena::{Column, index};
use super::directory::{ClaimKind, Directory, ObjectEntry};
use super::names::{AddressName, ObjectName};
use super::settings::{ForeignDomains, Rules, TenantDomains};

/// The claim that a refused value would be without its invisible characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct SpoiltClaim {
    pub(super) object: ObjectName,
    pub(super) address: AddressName,
    pub(super) primary: bool,
}

/// What rule 2 says of each claim.
#[derive(Debug)]
pub(super) struct Refusals {
    /// Reason for which each claim is refused by itself; `None` where it is valid.
    pub(super) refused: Column<Option<Reason>>,
    /// Claims that refused values would be without their invisible characters, and that would be valid, object by object.
    pub(super) spoilt: Vec<SpoiltClaim>,
}

/// Decides rule 2.
pub(super) fn refuse(
    rules: &Rules,
    domains: &TenantDomains,
    foreign: &ForeignDomains,
    directory: &Directory,
) -> Refusals {
    let names = &directory.addresses.domains;
    let selected: HashSet<&str> = rules.domains.iter().map(DomainName::as_str).collect();
    let by_domain: Column<Option<Reason>> = (0..index(names.len()))
        .map(|name| of_domain(&selected, domains, foreign, names.get(name)))
        .collect();
    let mut refused = Column::filled(None, directory.claims.len());
    let mut spoilt = Vec::new();
    for (name, object) in (0..).zip(&directory.objects) {
        let by_object = of_object(rules, object);
        for claim in object.claims() {
            let entry = directory.claims[claim];
            let freed = directory.freed(entry).filter(|address| {
                by_object.is_none() && by_domain[directory.addresses.domain_of(*address)].is_none()
            });
            spoilt.extend(freed.map(|address| SpoiltClaim {
                object: name,
                address,
                primary: entry.primary,
            }));
            refused[index(claim)] = match entry.kind {
                ClaimKind::Valid => {
                    by_object.or_else(|| by_domain[directory.addresses.domain_of(entry.text)])
                }
                ClaimKind::Invalid => Some(Reason::InvalidAddress),
                ClaimKind::UnknownPrefix => Some(Reason::UnknownPrefix),
            };
        }
    }
    Refusals { refused, spoilt }
}

fn of_object(rules: &Rules, object: &ObjectEntry) -> Option<Reason> {
    if !rules.object_types.is_empty() && !rules.object_types.contains(&object.object_type) {
        return Some(Reason::TypeExcluded);
    }
    let disabled_user = object.disabled && object.object_type == ObjectType::User;
    (rules.exclude_disabled && disabled_user).then_some(Reason::DisabledExcluded)
}

/// `selected` are the domains that the settings name; none: all.
fn of_domain(
    selected: &HashSet<&str>,
    domains: &TenantDomains,
    foreign: &ForeignDomains,
    domain: &str,
) -> Option<Reason> {
    if !selected.is_empty() && !selected.contains(domain) {
        return Some(Reason::DomainExcluded);
    }
    if domains.owns(domain) {
        return None;
    }
    Some(if foreign.contains(domain) {
        Reason::OtherTenant
    } else {
        Reason::DomainNotRegistered
    })
}
