//! The guard: what a run may take away by itself, and what is said when it is held.
//!
//! A run that is held changes nothing at all, additions neither: who looks at it is to find the portal as it was.

mod message;

use crate::plan::Counts;
use crate::text_enum::text_enum;

text_enum! {
    /// Why a run is held.
    pub enum HeldReason {
        /// It would take something from more accounts than the limit for 24 hours allows.
        RemovalLimit = "REMOVAL_LIMIT",
        /// It found no object at all, and would remove or mark something.
        EmptyRead = "EMPTY_READ",
        /// It is the first since Remove Accounts was switched on, and would remove what no preview has shown.
        FirstRemoval = "FIRST_REMOVAL",
        /// It would decide otherwise than the preview that was looked at.
        ChangedSincePreview = "CHANGED_SINCE_PREVIEW",
    }
}

impl HeldReason {
    /// Whether what the run would remove can be approved. Else a new preview is to be looked at.
    pub const fn is_approvable(self) -> bool {
        match self {
            Self::RemovalLimit | Self::EmptyRead | Self::FirstRemoval => true,
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

impl RemovalLimit {
    /// How many of so many live accounts. Limits that are set count alone, and of two the lower; else it is the greater of 5 and
    /// 5 %, and never more than half.
    pub fn allowed(self, live: u64) -> u64 {
        match (self.accounts.map(u64::from), self.percent) {
            (None, None) => of_hundred(5, live).max(5).min(live / 2),
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

/// Why a run is held, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hold {
    /// Too many accounts would lose something.
    RemovalLimit {
        /// Accounts that this run would remove, or take an address from.
        reduced: u64,
        /// Accounts that runs of the last 24 hours did that to.
        earlier: u64,
        /// How many it may be.
        allowed: u64,
    },
    /// The directory answered no object at all.
    EmptyRead {
        /// Addresses that would be removed.
        removed: u64,
        /// Addresses that would be marked as gone.
        marked: u64,
    },
    /// Nobody has seen yet what the settings now remove.
    FirstRemoval {
        /// Addresses that would be removed.
        removed: u64,
    },
    /// It is not what was looked at.
    ChangedSincePreview {
        /// Rows that differ.
        differences: u64,
    },
}

impl Hold {
    /// The reason without the numbers.
    pub const fn reason(&self) -> HeldReason {
        match self {
            Self::RemovalLimit { .. } => HeldReason::RemovalLimit,
            Self::EmptyRead { .. } => HeldReason::EmptyRead,
            Self::FirstRemoval { .. } => HeldReason::FirstRemoval,
            Self::ChangedSincePreview { .. } => HeldReason::ChangedSincePreview,
        }
    }

    /// What is the matter and what to do, for the customer's administrator.
    pub fn message(&self) -> String {
        message::of(self)
    }

    /// The same of a preview: what would become of its sync.
    pub fn forecast(&self) -> String {
        message::forecast(self)
    }
}

/// What the guard judges a run by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// Objects that the complete read holds.
    pub objects: u64,
    /// What the plan comes to.
    pub counts: Counts,
    /// Of the accounts that it takes something from, those of which nobody has approved it: all of
    /// [`Counts::accounts_reduced`], or what [`crate::plan::Plan::reduced_beyond`] says.
    pub reduced: u64,
    /// Accounts that runs of the last 24 hours took something from, but for runs that were taken back.
    pub earlier: u64,
    /// Live accounts before the run.
    pub live: u64,
    /// What the settings allow.
    pub limit: RemovalLimit,
    /// Whether it is the first run since Remove Accounts was switched on, and neither a preview nor an approval has shown all
    /// that it removes.
    pub unseen_first_removal: bool,
    /// Whether somebody approved a run that was held since it found no object.
    pub empty_read_approved: bool,
}

/// Whether a run is to be held: the first reason that fits, of a read without objects, a first removal that nobody has seen, and the
/// limit. Whether it differs from a preview is for who knows the preview to find, and goes before all of them.
pub fn judge(situation: &Situation) -> Option<Hold> {
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
        earlier,
        allowed,
    })
}

#[cfg(test)]
mod tests;
