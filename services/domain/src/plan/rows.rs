//! The rows of a plan: one for each claim, and one for each absent address.

use crate::object::{AddressType, ObjectType};
use crate::verdict::{Reason, Verdict};

use super::accounts::NewPlace;
use super::changes::Counts;
use super::directory::Directory;
use super::names::{AddressName, ClaimName, EntryName, ObjectName};
use super::world::Names;

/// Decision of a run about one claim or one absent address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedRow<'a> {
    /// Normalised; an invalid one as it stands in the directory.
    pub address: &'a str,
    /// Verdict.
    pub verdict: Verdict,
    /// Reason, where the verdict does not say everything.
    pub reason: Option<Reason>,
    /// The verdict of the same row in a next run that finds everything unchanged; `None` if it will have no such row.
    pub steady_verdict: Option<Verdict>,
    /// The reason in such a run.
    pub steady_reason: Option<Reason>,
    /// Meaning of `other` in such a run.
    pub steady_other: Option<&'a str>,
    /// Type of the address, after the run, in the account that has it.
    pub address_type: Option<AddressType>,
    /// The primary address of that account.
    pub primary_address: Option<&'a str>,
    /// Type of the address in the directory; `None` for an absent address, and so for all that follows up to
    /// `object_dn`.
    pub directory_type: Option<AddressType>,
    /// The primary address of its object as it stands in the directory.
    pub directory_primary: Option<&'a str>,
    /// Type of its object.
    pub object_type: Option<ObjectType>,
    /// Its object's id.
    pub object_id: Option<&'a str>,
    /// Its object's DN.
    pub object_dn: Option<&'a str>,
    /// The winner (an object's DN), the blocker or the account that was left (an account's primary address after the run;
    /// of one that is removed, the last that it had), the kept address of the same username portion, or the reason that
    /// refused the claims of an absent address.
    pub other: Option<&'a str>,
}

/// The rows of a plan, in an order that does not depend on that of the input: those of objects by object id and
/// address, then those of absent addresses by account id and address. They are kept as numbers and read as text.
#[derive(Debug)]
pub struct Rows<'a> {
    pub(super) names: Names<'a>,
    pub(super) entries: Vec<RowEntry>,
}

/// One row, in numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowEntry {
    pub(super) subject: Subject,
    pub(super) decision: RowDecision,
    /// The decision of the same row in a next run that finds everything unchanged.
    pub(super) steady: Option<RowDecision>,
    pub(super) new_place: Option<NewPlace>,
}

impl RowEntry {
    /// True for an address that is spoilt in the directory. One that changes in this run too names that change first.
    fn is_spoilt(&self) -> bool {
        let decisions = [Some(self.decision), self.steady];
        let mut reasons = decisions.iter().flatten().map(|decision| decision.reason);
        reasons.any(|reason| reason == Some(Reason::Spoilt))
    }
}

/// Subject of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    Claim(ObjectName, ClaimName),
    Absent(EntryName),
}

/// Decision of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowDecision {
    pub(super) verdict: Verdict,
    pub(super) reason: Option<Reason>,
    pub(super) other: Other,
}

/// Object, account, address or reason that a row names besides its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    Nothing,
    Object(ObjectName),
    Address(AddressName),
    Reason(Reason),
}

impl RowDecision {
    pub(super) const KEEP: Self = Self {
        verdict: Verdict::Keep,
        reason: None,
        other: Other::Nothing,
    };

    pub(super) fn new(verdict: Verdict, reason: Reason, other: Other) -> Self {
        Self {
            verdict,
            reason: Some(reason),
            other,
        }
    }
}

impl<'a> Rows<'a> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there is no row.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Each row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PlannedRow<'a>> + '_ {
        self.entries.iter().map(|entry| self.read(entry))
    }

    /// The row at this position in the order of [`Self::iter`].
    pub fn get(&self, position: usize) -> Option<PlannedRow<'a>> {
        self.entries.get(position).map(|entry| self.read(entry))
    }

    /// Adds the rows by verdict, and those of spoilt addresses.
    pub(super) fn count(&self, mut counts: Counts) -> Counts {
        for entry in &self.entries {
            counts.spoilt += u64::from(entry.is_spoilt());
            if let (Verdict::Skip, Some(reason)) = (entry.decision.verdict, entry.decision.reason) {
                counts.skipped.add(reason, 1);
            }
            *match entry.decision.verdict {
                Verdict::Add => &mut counts.add,
                Verdict::Keep => &mut counts.keep,
                Verdict::Update => &mut counts.update,
                Verdict::Remove => &mut counts.remove,
                Verdict::Stale => &mut counts.stale,
                Verdict::Skip => &mut counts.skip,
            } += 1;
        }
        counts
    }

    fn read(&self, entry: &RowEntry) -> PlannedRow<'a> {
        let directory = self.names.directory;
        let row = PlannedRow {
            address: "",
            verdict: entry.decision.verdict,
            reason: entry.decision.reason,
            steady_verdict: entry.steady.map(|steady| steady.verdict),
            steady_reason: entry.steady.and_then(|steady| steady.reason),
            steady_other: entry.steady.and_then(|steady| self.other(steady.other)),
            address_type: entry.new_place.map(|place| place.address_type),
            primary_address: entry.new_place.map(|place| self.names.text(place.primary)),
            directory_type: None,
            directory_primary: None,
            object_type: None,
            object_id: None,
            object_dn: None,
            other: self.other(entry.decision.other),
        };
        match entry.subject {
            Subject::Absent(entry) => PlannedRow {
                address: self.names.text(self.names.of_entry(entry)),
                ..row
            },
            Subject::Claim(object, claim) => of_claim(directory, object, claim, row),
        }
    }

    fn other(&self, other: Other) -> Option<&'a str> {
        let directory = self.names.directory;
        match other {
            Other::Nothing => None,
            Other::Object(object) => Some(directory.dns.get(directory.objects[object as usize].dn)),
            Other::Address(address) => Some(self.names.text(address)),
            Other::Reason(reason) => Some(reason.as_str()),
        }
    }
}

fn of_claim<'a>(
    directory: &'a Directory,
    object: ObjectName,
    claim: ClaimName,
    row: PlannedRow<'a>,
) -> PlannedRow<'a> {
    let claim = directory.claims[claim as usize];
    let object = &directory.objects[object as usize];
    PlannedRow {
        address: directory.claim_text(claim),
        directory_type: Some(if claim.primary {
            AddressType::Primary
        } else {
            AddressType::Alias
        }),
        directory_primary: directory
            .primary_of(object)
            .map(|primary| directory.claim_text(primary)),
        object_type: Some(object.object_type),
        object_id: Some(directory.ids.get(object.id)),
        object_dn: Some(directory.dns.get(object.dn)),
        ..row
    }
}
