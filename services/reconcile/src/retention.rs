//! What has had its time goes: rows, what is needed to take a sync back, summaries, removed accounts.

use jiff::SignedDuration;
use rollcall_proto::v1::RunKind;

/// How long what is over is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Periods {
    /// The rows of previews.
    pub(crate) previews: SignedDuration,
    /// The rows of other runs, and what is needed to take a sync back.
    pub(crate) rows: SignedDuration,
    /// Outcomes.
    pub(crate) summaries: SignedDuration,
    /// Removed accounts, with their addresses.
    pub(crate) removed_accounts: SignedDuration,
}

impl Periods {
    /// How long the rows of such a run are kept from its end on.
    pub(crate) fn rows_of(self, kind: RunKind) -> SignedDuration {
        match kind {
            RunKind::Preview => self.previews,
            RunKind::Sync | RunKind::Revert | RunKind::Unspecified => self.rows,
        }
    }
}
