//! Decisions of a run.

use rollcall_domain::{
    Hints,
    guard::Holds,
    plan::{Plan, Sightings},
};
use rollcall_proto::{internal::v1::DirectoryServer, v1};
use uuid::Uuid;

use super::{
    compare::{HistoryChange, SteadyCounts},
    compare_preview::Differences,
    facts::{DirectoryRead, Facts},
    inputs,
    judge::reduced_unapproved,
};

/// The length of a digest. Another one says that the worker made none.
const DIGEST_BYTES: usize = 16;

/// The decision on a read.
pub(crate) enum Decision<'f> {
    /// Changes accounts, moves the history on and reports to the portal.
    Apply {
        plan: Plan<'f>,
        history: HistoryChange,
        remember: Box<Remember>,
    },
    /// Shows what a sync would do: a preview.
    Show {
        plan: Plan<'f>,
        history: HistoryChange,
        /// Reasons why the sync would be HELD.
        forecast: Option<Holds>,
    },
    /// Changes nothing, and shows what it would do.
    Hold {
        plan: Plan<'f>,
        holds: Holds,
        /// A hash of all its rows.
        content: Uuid,
        rows: HeldRows,
    },
    /// Changes nothing, and shows the differences from the preview that was reviewed.
    Differ {
        plan: Plan<'f>,
        from: Uuid,
        differences: Differences,
    },
}

/// The rows that a HELD run shows.
pub(crate) enum HeldRows {
    Own(Box<HistoryChange>),
    /// Those of an earlier HELD run, which decided the same.
    OfRun(Uuid),
}

impl<'f> Decision<'f> {
    /// The plan that it rests on.
    pub(crate) fn plan(&self) -> &Plan<'f> {
        match self {
            Self::Apply { plan, .. }
            | Self::Show { plan, .. }
            | Self::Hold { plan, .. }
            | Self::Differ { plan, .. } => plan,
        }
    }

    /// Its changes of the history, or the rows that it shows instead; `None` if it shows other rows.
    pub(crate) fn history(&self) -> Option<&HistoryChange> {
        match self {
            Self::Apply { history, .. } | Self::Show { history, .. } => Some(history),
            Self::Hold {
                rows: HeldRows::Own(history),
                ..
            } => Some(history),
            Self::Hold { .. } | Self::Differ { .. } => None,
        }
    }

    /// The state in which it ends the run.
    pub(crate) fn state(&self) -> v1::RunState {
        match self {
            Self::Apply { .. } | Self::Show { .. } => v1::RunState::Succeeded,
            Self::Hold { .. } | Self::Differ { .. } => v1::RunState::Held,
        }
    }
}

/// Facts about an applied run that the next one needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remember {
    /// The read's digest; `None` if an equal one must be decided on again.
    pub(crate) digest: Option<Vec<u8>>,
    /// A hash of the inputs.
    pub(crate) inputs: Vec<u8>,
    /// The server that was read.
    pub(crate) server: Option<DirectoryServer>,
    /// The hints that some object shows, and which objects do.
    pub(crate) hints: Hints,
    pub(crate) sightings: Sightings,
    /// Generation with which Remove Accounts was switched on when no removal was left unseen.
    pub(crate) removal_last_seen: Option<i64>,
    pub(crate) steady: SteadyCounts,
    /// Accounts that it reduced without approval: they count against the limit of the next 24 hours.
    pub(crate) reduced: u64,
    /// Live accounts.
    pub(crate) accounts: u64,
    /// Objects, each counted once, and their claims.
    pub(crate) objects: u64,
    pub(crate) claims: u64,
    /// Claims that count as no e-mail.
    pub(crate) not_email: u64,
}

impl Remember {
    /// Of a run that is applied.
    pub(super) fn new(facts: &Facts, read: &DirectoryRead, plan: &Plan<'_>, steady: &SteadyCounts) -> Self {
        // The digest of a read that met an object twice, and not as the same, says nothing: another one of the two may come
        // last the next time. Nor does that of a read to which missing objects were added. And a withheld removal must be
        // decided again.
        let is_comparable = !read.directory.is_ambiguous()
            && read.confirmed.found == 0
            && !plan.withheld
            && read.summary.digest.len() == DIGEST_BYTES;
        let removals_paused = facts.withholding.removals_paused;
        // Removals wait that no person has reviewed yet: the run that makes them is then still the first since Remove
        // Accounts was switched on, if it was.
        let leaves_removals_unseen = plan.withheld && (removals_paused || facts.approved.is_none());
        Self {
            digest: if is_comparable {
                Some(read.summary.digest.clone())
            } else {
                None
            },
            inputs: inputs::hash(&facts.settings, facts.portal_generation, removals_paused),
            server: read.server(),
            hints: read.directory.hints(),
            sightings: Sightings::of(&read.directory),
            removal_last_seen: if leaves_removals_unseen {
                facts.removal.last_seen
            } else {
                facts.removal.switched_on
            },
            steady: *steady,
            reduced: reduced_unapproved(facts, plan),
            accounts: plan.counts.accounts,
            objects: read.directory.objects(),
            claims: read.directory.claims() - plan.counts.not_email,
            not_email: plan.counts.not_email,
        }
    }
}
