//! What of a directory is imported.

use std::collections::BTreeSet;

use rollcall_chassis::status::Violations;
use rollcall_domain::DomainName;
use rollcall_proto::v1::{Import, ObjectType, SameUsername};

/// A tenant with more domains imports all of them.
const MOST_DOMAINS: usize = 1_000;
/// Enough for each type several times.
const MOST_OBJECT_TYPES: usize = 32;

/// Checks the choice and puts it into canonical form: what has no order is sorted, each once.
pub(super) fn check(import: &mut Import, domains: &BTreeSet<DomainName>, violations: &mut Violations) {
    object_types(&mut import.object_types, violations);
    chosen_domains(&mut import.domains, domains, violations);
    match SameUsername::try_from(import.same_username) {
        Ok(SameUsername::Unspecified) => import.set_same_username(SameUsername::Skip),
        Ok(_) => {}
        Err(_) => violations.push("settings.import.same_username", "expected SKIP or IMPORT"),
    }
}

fn object_types(types: &mut Vec<i32>, violations: &mut Violations) {
    if types.len() > MOST_OBJECT_TYPES {
        violations.push(
            "settings.import.object_types",
            format!("expected at most {MOST_OBJECT_TYPES}"),
        );
    }
    for (index, number) in types.iter().enumerate().take(MOST_OBJECT_TYPES) {
        if matches!(
            ObjectType::try_from(*number),
            Err(_) | Ok(ObjectType::Unspecified)
        ) {
            violations.push(
                format!("settings.import.object_types[{index}]"),
                "expected USER, GROUP, CONTACT, PUBLIC_FOLDER, RESOURCE, SHARED_MAILBOX or OTHER",
            );
        }
    }
    types.sort_unstable();
    types.dedup();
}

fn chosen_domains(chosen: &mut Vec<String>, own: &BTreeSet<DomainName>, violations: &mut Violations) {
    const FIELD: &str = "settings.import.domains";
    if chosen.len() > MOST_DOMAINS {
        violations.push(
            FIELD,
            format!("expected at most {MOST_DOMAINS}; leave it empty to import all"),
        );
        return;
    }
    let mut canonical = BTreeSet::new();
    for (index, text) in chosen.iter().enumerate() {
        match DomainName::parse(text) {
            Ok(name) if own.is_empty() || own.contains(&name) => {
                canonical.insert(name);
            }
            Ok(name) => violations.push(
                format!("{FIELD}[{index}]"),
                format!("{name} is not one of the tenant's own domains"),
            ),
            Err(error) => violations.push(format!("{FIELD}[{index}]"), error.to_string()),
        }
    }
    *chosen = canonical
        .into_iter()
        .map(|name| name.as_str().to_owned())
        .collect();
}
