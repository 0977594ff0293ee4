//! The guard: limits what a run may take away, and how many accounts it may create, without approval.
//!
//! A HELD run changes nothing at all, additions included, so that a reviewer finds the portal as it was.

mod holds;

use crate::hint::Hints;
use crate::plan::{Counts, NewAccounts};
use crate::text_enum::text_enum;

pub use holds::{Hold, Holds};

text_enum! {
    /// Reasons why a run is HELD.
    pub enum HeldReason {
        /// It would take something from more accounts than the limit for 24 hours allows.
        RemovalLimit = "REMOVAL_LIMIT",
        /// It found no object at all, and would remove or mark something.
        EmptyRead = "EMPTY_READ",
        /// Hints that objects showed in the last applied read are shown by no object any more.
        HintsVanished = "HINTS_VANISHED",
        /// It is the first since Remove Accounts was switched on, and would remove addresses that no preview has shown.
        FirstRemoval = "FIRST_REMOVAL",
        /// It would decide otherwise than the preview that was looked at.
        ChangedSincePreview = "CHANGED_SINCE_PREVIEW",
        /// It would create more accounts than the limit for a run allows.
        TooManyNew = "TOO_MANY_NEW",
    }
}

impl HeldReason {
    /// True if what the run would do can be approved. Otherwise a new preview must be reviewed.
    pub const fn is_approvable(self) -> bool {
        match self {
            Self::RemovalLimit
            | Self::EmptyRead
            | Self::HintsVanished
            | Self::FirstRemoval
            | Self::TooManyNew => true,
            Self::ChangedSincePreview => false,
        }
    }
}

/// From how many accounts the runs of 24 hours may take something by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RemovalLimit {
    /// So many accounts.
    pub accounts: Option<u32>,
    /// So many of a hundred live accounts.
    pub percent: Option<u32>,
}

/// The default: so many accounts, or so many of a hundred, whichever is more, but never more than half.
pub(crate) const DEFAULT_ACCOUNTS: u64 = 5;
pub(crate) const DEFAULT_PERCENT: u32 = 5;

impl RemovalLimit {
    /// Allowance for a number of live accounts. If limits are set, only they count, and the lower of two. Otherwise it
    /// is the greater of 5 and 5 %, and never more than half.
    pub fn allowed(self, live: u64) -> u64 {
        match (self.accounts.map(u64::from), self.percent) {
            (None, None) => of_hundred(DEFAULT_PERCENT, live)
                .max(DEFAULT_ACCOUNTS)
                .min(live / 2),
            (Some(accounts), None) => accounts,
            (None, Some(percent)) => of_hundred(percent, live),
            (Some(accounts), Some(percent)) => accounts.min(of_hundred(percent, live)),
        }
    }
}

/// So many of a hundred, rounded down.
fn of_hundred(percent: u32, live: u64) -> u64 {
    let share = u128::from(live) * u128::from(percent) / 100;
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// Limit of the accounts that a run may create by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CreationLimit {
    /// So many accounts.
    pub accounts: Option<u32>,
}

/// The default: so many accounts, or half of the live ones, whichever is more.
pub(crate) const DEFAULT_NEW_ACCOUNTS: u64 = 50;

impl CreationLimit {
    /// Allowance for a number of live accounts. A limit that is set counts alone. Otherwise it is the greater of 50 and
    /// half of the live accounts, rounded down.
    pub fn allowed(self, live: u64) -> u64 {
        self.accounts
            .map_or_else(|| DEFAULT_NEW_ACCOUNTS.max(live / 2), u64::from)
    }
}

/// Facts by which the guard judges a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// Objects of the complete read.
    pub objects: u64,
    /// Hints that vanished since the last applied read ([`crate::plan::Sightings::vanished`]), without those that a
    /// person approved.
    pub vanished: Hints,
    /// Numbers of the plan.
    pub counts: Counts,
    /// Accounts that the plan reduces without approval: all of [`Counts::accounts_reduced`], or the result of
    /// [`crate::plan::Plan::reduced_beyond`].
    pub reduced: u64,
    /// Accounts that runs of the last 24 hours reduced, without runs that were reverted.
    pub earlier: u64,
    /// Live accounts before the run.
    pub live: u64,
    /// Limits of removals.
    pub limit: RemovalLimit,
    /// True in the first run since Remove Accounts was switched on, if neither a preview nor an approval has shown all
    /// its removals.
    pub unseen_first_removal: bool,
    /// True if a person approved a run that was HELD because it found no object.
    pub empty_read_approved: bool,
    /// Accounts that the plan creates without approval: the result of [`crate::plan::Plan::created_beyond`].
    pub created: NewAccounts,
    /// Limit of new accounts. `None`: the run is the first that is applied, and creates whatever it finds.
    pub creation_limit: Option<CreationLimit>,
}

/// Decides if a run is HELD, and for what: vanished hints, a removal, new accounts, or several of these. Vanished hints
/// come first, because what the run would remove or create may only follow from them. Of the removal's reasons the first that fits
/// counts: a read without objects, a first removal that no preview has shown, the limit. A difference from a preview is
/// for the caller to find, and goes before all of them.
pub fn judge(situation: &Situation) -> Option<Holds> {
    Holds::new(
        [
            judge_hints(situation),
            judge_removal(situation),
            judge_creation(situation),
        ]
        .into_iter()
        .flatten(),
    )
}

fn judge_hints(situation: &Situation) -> Option<Hold> {
    let hints = situation.vanished;
    (!hints.is_empty()).then_some(Hold::HintsVanished { hints })
}

fn judge_removal(situation: &Situation) -> Option<Hold> {
    let Situation { counts, .. } = situation;
    let marked = counts.newly_stale;
    let touches = counts.remove + marked + counts.given_back > 0;
    if situation.objects == 0 && touches && !situation.empty_read_approved {
        return Some(Hold::EmptyRead {
            removed: counts.remove,
            marked,
        });
    }
    if situation.unseen_first_removal && counts.remove > 0 {
        return Some(Hold::FirstRemoval {
            removed: counts.remove,
        });
    }
    let (reduced, earlier) = (situation.reduced, situation.earlier);
    let allowed = situation.limit.allowed(situation.live);
    let beyond = reduced > 0 && reduced.saturating_add(earlier) > allowed;
    beyond.then_some(Hold::RemovalLimit {
        reduced,
        approved: counts.accounts_reduced.saturating_sub(reduced),
        earlier,
        allowed,
    })
}

fn judge_creation(situation: &Situation) -> Option<Hold> {
    let NewAccounts { accounts, welcomes } = situation.created;
    let allowed = situation.creation_limit?.allowed(situation.live);
    (accounts > allowed).then_some(Hold::TooManyNew {
        created: accounts,
        approved: situation.counts.accounts_created.saturating_sub(accounts),
        welcomes,
        allowed,
    })
}

#[cfg(test)]
mod tests;
