//! Sentences about the directory, as last read, and about the decision on it.

use rollcall_domain::Periods;
use rollcall_proto::v1::{AddressType, Reason, Row, Run, RunKind, RunState, Verdict};

use super::{Facts, join, rule, run_in_words};

/// More claims than this are only counted.
const TOLD: usize = 5;

/// Sentences about the last complete read.
pub(super) fn sentences(facts: &Facts) -> Vec<String> {
    let Some(read) = &facts.read else {
        return vec![
            "The directory's state is not known: no complete read of it has been kept. Start a preview or a sync to \
             get one."
                .to_owned(),
        ];
    };
    let mut sentences = vec![format!("The directory was last read by {}.", which(read))];
    let what = if facts.rows.is_empty() {
        "No object in the search scope has this address."
    } else {
        found(read)
    };
    sentences.push(what.to_owned());
    sentences.extend(facts.rows.iter().take(TOLD).map(|row| claim(row, &facts.periods)));
    let more = facts.rows.len().saturating_sub(TOLD);
    if more > 0 {
        sentences.push(format!("{more} more objects have it."));
    }
    sentences
}

/// The read, and that it changed nothing if so.
fn which(read: &Run) -> String {
    let run = run_in_words(read);
    match (read.kind(), read.state()) {
        (RunKind::Preview, _) => format!("{run}, which changes nothing but shows what a sync would do"),
        (_, RunState::Held) => format!("{run}, which is HELD and has changed nothing"),
        _ => run,
    }
}

/// That decision may be out of date: a person may have changed the account since.
fn found(read: &Run) -> &'static str {
    match (read.kind(), read.state()) {
        (RunKind::Preview, _) | (_, RunState::Held) => "It found the following, and would do this:",
        _ => "It found the following, and decided this:",
    }
}

/// The claim of an entry, and the decision on it; for an address without a claim, only the decision.
fn claim(row: &Row, periods: &Periods) -> String {
    let role = match row.directory_type() {
        AddressType::Primary => "its primary address",
        AddressType::Alias | AddressType::DomainAlias => "an alias",
        AddressType::Unspecified => return unclaimed(row, periods),
    };
    let entry = [row.object_dn.as_str(), row.object_id.as_str()]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or("An object");
    join(format!("{entry} has it as {role}."), rule(row, periods))
}

/// The rule's sentence holds of addresses with a claim too; without one, only a manual address is kept as it is.
fn unclaimed(row: &Row, periods: &Periods) -> String {
    if (row.verdict(), row.reason()) == (Verdict::Keep, Reason::Unspecified) {
        return "The directory does not have the address. It stays as a manual address.".to_owned();
    }
    rule(row, periods).unwrap_or_default()
}
