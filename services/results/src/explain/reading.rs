//! Sentences about the directory, as last read, and about the decision on it.

use rollcall_domain::{
    Periods,
    sentences::explain::{self as sentences, ReadBy},
};
use rollcall_proto::v1::{AddressType, Reason, Row, Run, RunKind, RunState, Verdict};

use super::{Facts, join, rule, run_in_words};

/// More claims than this are only counted.
const TOLD: usize = 5;

/// Sentences about the last complete read.
pub(super) fn sentences(facts: &Facts) -> Vec<String> {
    let Some(read) = &facts.read else {
        return vec![sentences::NEVER_READ.to_owned()];
    };
    let by = read_by(read);
    let mut said = vec![sentences::last_read(&run_in_words(read), by)];
    let found = match by {
        _ if facts.rows.is_empty() => sentences::NOT_FOUND,
        // That decision may be out of date: a person may have changed the account since.
        ReadBy::Applied => sentences::DECIDED,
        ReadBy::Preview | ReadBy::Held => sentences::WOULD_DECIDE,
    };
    said.push(found.to_owned());
    said.extend(facts.rows.iter().take(TOLD).map(|row| claim(row, &facts.periods)));
    let more = facts.rows.len().saturating_sub(TOLD);
    if more > 0 {
        said.push(sentences::more_objects(more));
    }
    said
}

fn read_by(read: &Run) -> ReadBy {
    match (read.kind(), read.state()) {
        (RunKind::Preview, _) => ReadBy::Preview,
        (_, RunState::Held) => ReadBy::Held,
        _ => ReadBy::Applied,
    }
}

/// The claim of an entry, and the decision on it; for an address without a claim, only the decision.
fn claim(row: &Row, periods: &Periods) -> String {
    let is_primary = match row.directory_type() {
        AddressType::Primary => true,
        AddressType::Alias | AddressType::DomainAlias => false,
        AddressType::Unspecified => return unclaimed(row, periods),
    };
    let object = [row.object_dn.as_str(), row.object_id.as_str()]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or(sentences::UNNAMED_OBJECT);
    join(sentences::claimed(object, is_primary), rule(row, periods))
}

/// The rule's sentence holds of addresses with a claim too; without one, only a manual address is kept as it is.
fn unclaimed(row: &Row, periods: &Periods) -> String {
    if (row.verdict(), row.reason()) == (Verdict::Keep, Reason::Unspecified) {
        return sentences::MANUAL_NOT_IN_DIRECTORY.to_owned();
    }
    rule(row, periods).unwrap_or_default()
}
