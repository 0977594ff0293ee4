//! Rule 2: claims that are refused by themselves, independently of other claims and of the account that has the
//! address.

use std::collections::HashSet;

use crate::address::DomainName;
use crate::object::ObjectType;
use crate::verdict::Reason;

use super::arena::{Column, index};
use super::directory::{ClaimKind, Directory, ObjectEntry};
use super::settings::{Rules, TenantDomains};

/// Reason for which each claim is refused by itself; `None` where it is valid.
pub(super) fn refuse(
    rules: &Rules,
    domains: &TenantDomains,
    directory: &Directory,
) -> Column<Option<Reason>> {
    let names = &directory.addresses.domains;
    let selected: HashSet<&str> = rules.domains.iter().map(DomainName::as_str).collect();
    let by_domain: Column<Option<Reason>> = (0..index(names.len()))
        .map(|name| of_domain(&selected, domains, names.get(name)))
        .collect();
    let mut refused = Column::filled(None, directory.claims.len());
    for object in &directory.objects {
        let by_object = of_object(rules, object);
        for claim in object.claims() {
            let entry = directory.claims[claim];
            refused[index(claim)] = match entry.kind {
                ClaimKind::Valid => {
                    by_object.or_else(|| by_domain[directory.addresses.domain_of(entry.text)])
                }
                ClaimKind::Invalid => Some(Reason::InvalidAddress),
                ClaimKind::UnknownPrefix => Some(Reason::UnknownPrefix),
            };
        }
    }
    refused
}

fn of_object(rules: &Rules, object: &ObjectEntry) -> Option<Reason> {
    if !rules.object_types.is_empty() && !rules.object_types.contains(&object.object_type) {
        return Some(Reason::TypeExcluded);
    }
    let disabled_user = object.disabled && object.object_type == ObjectType::User;
    (rules.exclude_disabled && disabled_user).then_some(Reason::DisabledExcluded)
}

/// `selected` are the domains that the settings name; none: all. Whose a domain is that is not the tenant's decides nothing.
fn of_domain(selected: &HashSet<&str>, domains: &TenantDomains, domain: &str) -> Option<Reason> {
    if !selected.is_empty() && !selected.contains(domain) {
        return Some(Reason::DomainExcluded);
    }
    (!domains.owns(domain)).then_some(Reason::DomainNotRegistered)
}
