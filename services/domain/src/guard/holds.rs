//! Reasons why a run is HELD, with their numbers.

use crate::hint::Hints;
use crate::plan::LostDomain;

use super::HeldReason;

/// Reason why a run is HELD, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hold {
    /// Too many accounts would lose something.
    RemovalLimit {
        /// Accounts that this run would remove, or take an address from.
        reduced: u64,
        /// Accounts besides these of which a person approved the same.
        approved: u64,
        /// Accounts that runs of the last 24 hours did that to.
        earlier: u64,
        /// Number that is allowed.
        allowed: u64,
    },
    /// The directory answered no object at all.
    EmptyRead {
        /// Addresses that would be removed.
        removed: u64,
        /// Addresses that would be marked as stale.
        marked: u64,
    },
    /// Decisions would rest on hints that the directory no longer shows.
    HintsVanished {
        /// These.
        hints: Hints,
    },
    /// No preview has shown the removals of the present settings.
    FirstRemoval {
        /// Addresses that would be removed.
        removed: u64,
    },
    /// It is not what was looked at.
    ChangedSincePreview {
        /// Rows that differ.
        differences: u64,
    },
    /// Too many accounts would be new.
    TooManyNew {
        /// Accounts that would be created.
        created: u64,
        /// Accounts besides these that a person approved.
        approved: u64,
        /// Welcome messages that would be sent to them.
        welcomes: u64,
        /// Accounts that may be created.
        allowed: u64,
    },
}

impl Hold {
    /// The reason without the numbers.
    pub const fn reason(&self) -> HeldReason {
        match self {
            Self::RemovalLimit { .. } => HeldReason::RemovalLimit,
            Self::EmptyRead { .. } => HeldReason::EmptyRead,
            Self::HintsVanished { .. } => HeldReason::HintsVanished,
            Self::FirstRemoval { .. } => HeldReason::FirstRemoval,
            Self::ChangedSincePreview { .. } => HeldReason::ChangedSincePreview,
            Self::TooManyNew { .. } => HeldReason::TooManyNew,
        }
    }
}

impl Hold {
    /// True if addresses go beyond what may go.
    const fn is_of_removals(&self) -> bool {
        match self {
            Self::RemovalLimit { .. } | Self::EmptyRead { .. } | Self::FirstRemoval { .. } => true,
            Self::HintsVanished { .. } | Self::ChangedSincePreview { .. } | Self::TooManyNew { .. } => false,
        }
    }
}

/// All reasons why a run is HELD, the weightiest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    first: Hold,
    further: Vec<Hold>,
    domains: Vec<LostDomain>,
}

impl Holds {
    /// These reasons; `None` if there is none.
    pub(super) fn new(holds: impl IntoIterator<Item = Hold>) -> Option<Self> {
        let mut holds = holds.into_iter();
        Some(Self {
            first: holds.next()?,
            further: holds.collect(),
            domains: Vec::new(),
        })
    }

    /// The same, with the domains among the causes, if it is removals that hold the run.
    #[must_use]
    pub fn naming(mut self, domains: impl FnOnce() -> Vec<LostDomain>) -> Self {
        if self.iter().any(Hold::is_of_removals) {
            self.domains = domains();
        }
        self
    }

    /// Domains from which nothing is imported, and whose addresses would be removed therefore; those with most first.
    pub fn domains(&self) -> &[LostDomain] {
        &self.domains
    }

    /// Hints that vanished, if that is one of them.
    pub fn vanished(&self) -> Hints {
        let hints = self.iter().map(|hold| match hold {
            Hold::HintsVanished { hints } => *hints,
            _ => Hints::NONE,
        });
        hints.fold(Hints::NONE, Hints::or)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Hold> {
        std::iter::once(&self.first).chain(&self.further)
    }

    /// Each of them without its numbers.
    pub fn reasons(&self) -> impl Iterator<Item = HeldReason> {
        self.iter().map(Hold::reason)
    }
}

impl From<Hold> for Holds {
    fn from(first: Hold) -> Self {
        Self {
            first,
            further: Vec::new(),
            domains: Vec::new(),
        }
    }
}
