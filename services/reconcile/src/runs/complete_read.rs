//! A read that came in whole, and the memory that it takes to decide on it.

use rollcall_domain::plan::{DirectoryBuilder, Footprint};
use rollcall_proto::internal;

use crate::{budget::Share, decide::facts::Confirmed, ids::LeaseKey, store::Stage};

/// Memory of an id that the directory is asked for, with its place in the set.
pub(super) const ID_BYTES: usize = 96;

/// A read that came in whole.
pub(super) struct CompleteRead {
    pub(super) key: LeaseKey,
    pub(super) summary: internal::v1::ReadSummary,
    pub(super) directory: DirectoryBuilder,
    /// The part that did not fit into memory; it comes after the rest.
    pub(super) stage: Option<Stage>,
    /// The missing objects that the directory was asked for once more.
    pub(super) confirmed: Confirmed,
    /// The memory that it takes to decide on it.
    pub(super) footprint: Footprint,
    /// The memory that `directory` takes.
    pub(super) share: Share,
}

impl CompleteRead {
    /// Memory that it takes to decide on the read, beside this part of the portal.
    pub(super) fn bytes_with(&self, portal: Footprint) -> usize {
        self.footprint.and(portal).bytes() + self.confirmed.ids.len() * ID_BYTES
    }
}
