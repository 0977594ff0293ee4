//! Explains why an address is in the portal, or is not: the known facts, for the customer's administrator.

mod portal;
mod reading;

use rollcall_domain::{
    Periods, invisible,
    sentences::{
        explain::{self as sentences, NamedRun},
        verdict,
    },
    verdict::{Reason, Verdict},
};
use rollcall_proto::v1::{self, Account, DomainStanding, ExplainAddressResponse, Row, Run, RunKind};
use rollcall_terms::Twin as _;
use rollcall_terms::time::from_proto;

/// The known facts of an address, all of one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// Standing of its domain; unspecified for a text that is no address.
    pub(crate) standing: DomainStanding,
    /// The run that last read the directory to its end.
    pub(crate) read: Option<Run>,
    /// That run's rows for the address.
    pub(crate) rows: Vec<Row>,
    /// The live account that holds it.
    pub(crate) account: Option<Account>,
    /// Removed accounts that had it, the last removed first.
    pub(crate) removed_accounts: Vec<Account>,
    /// The run that last changed it, and what that run did.
    pub(crate) last_change: Option<(Run, Row)>,
    /// How long what is over is kept.
    pub(crate) periods: Periods,
}

impl Facts {
    /// True if nothing of the tenant has been met: neither a read, nor an account, nor a change.
    pub(crate) fn is_nothing_known(&self) -> bool {
        self.read.is_none()
            && self.account.is_none()
            && self.removed_accounts.is_empty()
            && self.last_change.is_none()
    }
}

/// The answer: the facts, and what they come to.
pub(crate) fn answer(address: &str, mut facts: Facts) -> ExplainAddressResponse {
    // Owners come before accounts that lost it.
    facts.rows.sort_by_key(|row| row.verdict() == v1::Verdict::Skip);
    // Names come from the directory.
    let explanation = invisible::show(&explanation(address, &facts)).into_owned();
    let (last_change, last_change_row) = facts.last_change.unzip();
    ExplainAddressResponse {
        address: address.to_owned(),
        explanation,
        read: facts.read,
        rows: facts.rows,
        account: facts.account,
        removed_accounts: facts.removed_accounts,
        last_change,
        last_change_row,
        domain_standing: facts.standing.into(),
    }
}

/// In the order in which a person asks: is it in the portal, is the domain the tenant's, what does the directory say and
/// what follows from it, what changed it last.
fn explanation(address: &str, facts: &Facts) -> String {
    let mut said = portal::sentences(address, facts);
    let at_read = said.len();
    said.extend(reading::sentences(facts));
    // If rows were decided, the domain's present standing follows them.
    let place = if facts.rows.is_empty() {
        at_read
    } else {
        said.len()
    };
    said.splice(place..place, standing(facts).map(str::to_owned));
    said.extend(last_change(facts));
    said.join(" ")
}

/// `Some` if no row says the same already, and if a row says what held then and no longer does.
fn standing(facts: &Facts) -> Option<&'static str> {
    let told = |reason| facts.rows.iter().any(|row| reason_of(row) == Some(reason));
    let was_not_registered = told(Reason::DomainNotRegistered);
    match facts.standing {
        DomainStanding::NotRegistered => (!was_not_registered).then_some(sentences::DOMAIN_NOT_REGISTERED),
        DomainStanding::Own | DomainStanding::OwnAlias => {
            was_not_registered.then_some(sentences::DOMAIN_REGISTERED_SINCE)
        }
        DomainStanding::Unspecified => None,
    }
}

/// `Some` unless it was the run whose rows are shown anyway. A person may have changed the address since.
fn last_change(facts: &Facts) -> Option<String> {
    let (run, row) = facts.last_change.as_ref()?;
    let told = facts
        .read
        .as_ref()
        .is_some_and(|read| read.run_id == run.run_id && facts.rows.contains(row));
    if told {
        return None;
    }
    let rule = rule(row, &facts.periods);
    Some(sentences::last_change(&run_in_words(run), rule.as_deref()))
}

/// The rule that decided; `None` for a verdict that this version does not know.
fn rule(row: &Row, periods: &Periods) -> Option<String> {
    let verdict = Verdict::of_message(row.verdict())?;
    let other = Some(row.other.as_str()).filter(|other| !other.is_empty());
    Some(verdict::explain(verdict, reason_of(row), other, periods))
}

fn reason_of(row: &Row) -> Option<Reason> {
    Reason::of_message(row.reason())
}

fn join(sentence: String, next: Option<String>) -> String {
    match next {
        Some(next) => format!("{sentence} {next}"),
        None => sentence,
    }
}

/// A run by its kind and time.
fn run_in_words(run: &Run) -> String {
    let kind = match run.kind() {
        RunKind::Sync => NamedRun::Sync,
        RunKind::Preview => NamedRun::Preview,
        RunKind::Revert => NamedRun::Revert,
        RunKind::Unspecified => NamedRun::Other,
    };
    let time = run.end_time.as_ref().or(run.create_time.as_ref());
    sentences::run(kind, time.and_then(from_proto))
}

#[cfg(test)]
mod tests;
