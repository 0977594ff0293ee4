//! Objects of a directory that are imported: their kinds and domains.

use std::collections::BTreeSet;

use rollcall_chassis::status::Violations;
use rollcall_domain::{DomainName, sentences::field as sentences};
use rollcall_proto::{
    limits,
    v1::{SameUsername, Selection},
};
use rollcall_terms::{Twin as _, names};

/// A tenant with more domains imports all of them.
const MOST_DOMAINS: usize = limits::selection::DOMAINS_MAX_ITEMS;
/// Enough for each type several times.
const MOST_OBJECT_TYPES: usize = limits::selection::OBJECT_TYPES_MAX_ITEMS;

/// Checks the choice and puts it into canonical form: what has no order is sorted, each once.
pub(super) fn check(selection: &mut Selection, own: &BTreeSet<DomainName>, violations: &mut Violations) {
    check_object_types(
        "settings.selection.object_types",
        &selection.object_types,
        violations,
    );
    selection.object_types.sort_unstable();
    selection.object_types.dedup();
    chosen_domains(&mut selection.domains, own, violations);
    match SameUsername::try_from(selection.same_username) {
        Ok(SameUsername::Unspecified) => selection.set_same_username(SameUsername::Skip),
        Ok(_) => {}
        Err(_) => violations.push("settings.selection.same_username", sentences::SAME_USERNAME),
    }
}

/// Kinds of object as the rules know them.
pub(super) fn check_object_types(
    field: &str,
    numbers: &[i32],
    violations: &mut Violations,
) -> Vec<rollcall_domain::ObjectType> {
    if numbers.len() > MOST_OBJECT_TYPES {
        violations.push(field, sentences::most_entries(MOST_OBJECT_TYPES));
    }
    let mut types = Vec::new();
    for (index, number) in numbers.iter().enumerate().take(MOST_OBJECT_TYPES) {
        match rollcall_domain::ObjectType::of_message(names::from_wire(*number)) {
            Some(object_type) => types.push(object_type),
            None => violations.push(format!("{field}[{index}]"), sentences::OBJECT_TYPE),
        }
    }
    types.sort_unstable();
    types.dedup();
    types
}

/// Domains of whomever.
pub(super) fn check_domains(field: &str, names: &[String], violations: &mut Violations) -> Vec<DomainName> {
    domains(field, names, &BTreeSet::new(), violations)
        .into_iter()
        .collect()
}

fn chosen_domains(chosen: &mut Vec<String>, own: &BTreeSet<DomainName>, violations: &mut Violations) {
    *chosen = domains("settings.selection.domains", chosen, own, violations)
        .into_iter()
        .map(|name| name.as_str().to_owned())
        .collect();
}

/// Each once, and one of `own` unless that is empty.
fn domains(
    field: &str,
    names: &[String],
    own: &BTreeSet<DomainName>,
    violations: &mut Violations,
) -> BTreeSet<DomainName> {
    if names.len() > MOST_DOMAINS {
        violations.push(field, sentences::most_chosen_domains(MOST_DOMAINS));
        return BTreeSet::new();
    }
    let mut canonical = BTreeSet::new();
    for (index, text) in names.iter().enumerate() {
        match DomainName::parse(text) {
            Ok(name) if own.is_empty() || own.contains(&name) => {
                canonical.insert(name);
            }
            Ok(name) => violations.push(format!("{field}[{index}]"), sentences::not_own_domain(&name)),
            Err(error) => violations.push(format!("{field}[{index}]"), sentences::not_a_domain(text, error)),
        }
    }
    canonical
}
