//! Search bases: DNs, of which none stands twice.

use std::collections::BTreeSet;

use rollcall_chassis::status::Violations;
use rollcall_domain::{
    dn::{Dn, Notation},
    invisible,
    sentences::field,
};
use rollcall_proto::{limits, v1::Directory};

const FIELD: &str = "settings.directory.search_bases";
const MOST: usize = limits::directory::SEARCH_BASES_MAX_ITEMS;
const MOST_BYTES: usize = limits::directory::SEARCH_BASES_MAX_BYTES;

/// Checks the search bases and puts them into canonical form, in their order.
pub(super) fn check(directory: &mut Directory, violations: &mut Violations) {
    take_only_base(directory, violations);
    let bases = &mut directory.search_bases;
    if bases.len() > MOST {
        violations.push(FIELD, field::most_bases(MOST, bases.len()));
    }
    let mut seen = BTreeSet::new();
    for (index, base) in bases.iter_mut().enumerate().take(MOST) {
        match read(base) {
            Ok(dn) if seen.insert(dn.normalised()) => *base = dn.to_string(),
            Ok(_) => violations.push(format!("{FIELD}[{index}]"), field::GIVEN_TWICE),
            Err(why) => violations.push(format!("{FIELD}[{index}]"), why),
        }
    }
}

/// Moves the base of callers that know only one into the list.
#[expect(
    deprecated,
    reason = "the field is for those callers, and nothing else reads it"
)]
fn take_only_base(directory: &mut Directory, violations: &mut Violations) {
    let only = std::mem::take(&mut directory.search_base);
    if only.is_empty() {
        return;
    }
    if directory.search_bases.is_empty() {
        directory.search_bases.push(only);
    } else {
        violations.push("settings.directory.search_base", field::ONE_BASE_OR_LIST);
    }
}

/// What is pasted along at either end cannot be seen, and is no part of the DN.
fn read(base: &str) -> Result<Dn, String> {
    let trimmed = invisible::trim(base);
    if trimmed.is_empty() && !base.is_empty() {
        return Err(field::UNSEEN_BASE.to_owned());
    }
    // A space at the end that is escaped belongs to the DN.
    let base = if trimmed.ends_with('\\') {
        base.trim_start()
    } else {
        trimmed
    };
    if base.len() > MOST_BYTES {
        return Err(field::most_bytes(MOST_BYTES));
    }
    Dn::parse(base).map_err(|error| match Notation::of(base) {
        Some(notation) => field::not_a_dn(&notation),
        None => error.to_string(),
    })
}
