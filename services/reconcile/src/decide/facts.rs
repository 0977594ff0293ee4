//! Facts that a decision rests on: all that is known of the tenant under its lock, and all that was read.

use std::collections::HashSet;

use rollcall_domain::Hints;
use rollcall_domain::plan::{
    ApprovedAddresses, Directory, Portal, Rules, Selection, TenantDomains, Withholding,
};
use rollcall_proto::{
    internal::{self, v1::DirectoryServer},
    v1,
};
use uuid::Uuid;

use super::{compare::OpenRows, compare_preview::ShownRows};

/// Everything besides the read. All of it is read before anything is decided.
pub(crate) struct Facts {
    pub(crate) kind: v1::RunKind,
    pub(crate) settings: v1::Settings,
    /// The same, as the planner's rules.
    pub(crate) rules: Rules,
    /// Grows with each change of the portal.
    pub(crate) portal_generation: i64,
    pub(crate) removal: RemovalFacts,
    pub(crate) withholding: Withholding,
    /// The approval that the run stands for.
    pub(crate) approved: Option<Approved>,
    /// The tenant's own. Whose the other domains are decides nothing.
    pub(crate) domains: TenantDomains,
    pub(crate) portal: Portal,
    pub(crate) open: OpenRows,
    /// The preview that was reviewed before.
    pub(crate) preview: Option<ReviewedPreview>,
    /// Hints that the last applied read showed for objects of this one, and this one for none.
    pub(crate) vanished: Hints,
    /// Accounts that syncs of the last 24 hours reduced without approval.
    pub(crate) reduced_lately: u64,
    /// True if no run of the tenant was ever applied.
    pub(crate) is_first_applied: bool,
    /// The newest HELD run, if nothing was applied since then and its rows are still kept.
    pub(crate) held_before: Option<HeldBefore>,
}

/// The removal of accounts, as the settings and earlier runs leave it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RemovalFacts {
    /// True if Remove Accounts is on.
    pub(crate) is_on: bool,
    /// Generation with which it was switched on; `None` while it is off.
    pub(crate) switched_on: Option<i64>,
    /// The same of the last run that left no removal unseen.
    pub(crate) last_seen: Option<i64>,
    /// The removals that a preview has shown since then; `None` unless the run is the first since Remove Accounts was
    /// switched on and is not approved.
    pub(crate) shown_before_first: Option<HashSet<String>>,
}

/// Removals and new accounts to which the guard no longer objects.
pub(crate) struct Approved {
    /// Addresses that were shown to go. An address that was shown to be absent, and to stay for the time being, counts
    /// as a removal like any other.
    pub(crate) addresses: ApprovedAddresses,
    /// Objects of this read that were shown to get an account.
    pub(crate) new_objects: Selection,
    /// Reason why that run was HELD.
    pub(crate) reason: v1::HeldReason,
    /// Hints that had vanished when it was HELD.
    pub(crate) hints: Hints,
}

/// A preview that was reviewed.
pub(crate) struct ReviewedPreview {
    pub(crate) run: Uuid,
    pub(crate) rows: ShownRows,
}

/// A HELD run whose rows can be shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldBefore {
    /// A hash of all its rows.
    pub(crate) content: Uuid,
    /// The run that shows them.
    pub(crate) rows_of: Uuid,
}

/// A complete read.
pub(crate) struct DirectoryRead {
    pub(crate) directory: Directory,
    pub(crate) summary: internal::v1::ReadSummary,
    pub(crate) confirmed: Confirmed,
}

impl DirectoryRead {
    /// The server that was read; `None` if the worker could not name it.
    pub(crate) fn server(&self) -> Option<DirectoryServer> {
        server(&self.summary)
    }
}

/// The server of a read; `None` if the worker could not name it.
pub(crate) fn server(read: &internal::v1::ReadSummary) -> Option<DirectoryServer> {
    Some(DirectoryServer {
        id: read.server_id.clone(),
        host: read.server_host.clone(),
        address: read.server_address.clone(),
    })
    .filter(|server| !server.id.is_empty())
}

/// The missing objects that the directory was asked for by their ids.
#[derive(Debug, Default)]
pub(crate) struct Confirmed {
    pub(crate) ids: HashSet<Box<str>>,
    /// Number of them that answered.
    pub(crate) found: u64,
}
