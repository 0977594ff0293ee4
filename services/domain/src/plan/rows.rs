//! The rows of a plan: one for each claim, and one for each absent address.

use crate::object::{AddressType, ObjectType};
use crate::verdict::{Reason, Verdict};

/// What a run decides for one claim or one absent address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedRow<'a> {
    /// Normalised; an invalid one as it stands in the directory.
    pub address: &'a str,
    /// What is decided.
    pub verdict: Verdict,
    /// Why, where the verdict does not say everything.
    pub reason: Option<Reason>,
    /// The verdict of the same row in a next run that finds everything unchanged; none if it will have no such row.
    pub steady_verdict: Option<Verdict>,
    /// The reason in such a run.
    pub steady_reason: Option<Reason>,
    /// What the address is, after the run, to the account that holds it.
    pub address_type: Option<AddressType>,
    /// The primary address of that account.
    pub primary_address: Option<&'a str>,
    /// What the address is in the directory; none for an address without a claim, and so for all that follow up to `object_dn`.
    pub directory_type: Option<AddressType>,
    /// The primary address of its object as it stands in the directory.
    pub directory_primary: Option<&'a str>,
    /// What its object is.
    pub object_type: Option<ObjectType>,
    /// Its object's id.
    pub object_id: Option<&'a str>,
    /// Its object's DN.
    pub object_dn: Option<&'a str>,
    /// Who won (an object's DN), who blocks or which account was left (an account's primary address), which address of the same username
    /// portion is kept, or which reason refused the claims of an absent address.
    pub other: Option<&'a str>,
}

/// The rows of a plan, in an order that does not depend on that of the input.
#[derive(Clone, Debug, Default)]
pub struct Rows<'a> {
    rows: Vec<PlannedRow<'a>>,
}

impl<'a> Rows<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Each row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PlannedRow<'a>> + '_ {
        self.rows.iter().copied()
    }
}
