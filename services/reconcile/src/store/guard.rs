//! Earlier runs that a decision rests on.

use futures::TryStreamExt as _;
use rollcall_domain::{
    Hints,
    plan::{Directory, Selection},
};
use rollcall_proto::v1;
use rollcall_terms::names;
use uuid::Uuid;

use super::{hints, run_record::DecidedBy, tenant_lock::TenantLock};
use crate::error::{During, ReconcileError};

/// Facts that earlier runs leave for the guard.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EarlierRuns {
    /// Accounts that syncs of the last 24 hours reduced without approval, and without those that were reverted.
    reduced: i64,
    /// A hash of the rows of the newest HELD run, and the run that shows them.
    pub(crate) held_content: Option<Uuid>,
    pub(crate) held_rows_of: Option<Uuid>,
}

impl EarlierRuns {
    /// Accounts that syncs of the last 24 hours reduced without approval.
    pub(crate) fn reduced(self) -> u64 {
        u64::try_from(self.reduced).unwrap_or_default()
    }
}

/// Reads them. The newest HELD run counts only if nothing was applied since then and its rows are still kept.
pub(crate) async fn earlier_runs(tenant: &mut TenantLock) -> Result<EarlierRuns, ReconcileError> {
    sqlx::query_file_as!(
        EarlierRuns,
        "sql/run_outcome/earlier.sql",
        tenant.tenant.as_str(),
        tenant.row.history.applied
    )
    .fetch_one(tenant.connection())
    .await
    .during("read the earlier runs")
}

/// The addresses that the newest preview since Remove Accounts was switched on would remove; none if there is no such
/// preview, or its rows are gone.
pub(crate) async fn removals_of_preview<C: FromIterator<String>>(
    tenant: &mut TenantLock,
    switched_on: i64,
) -> Result<C, ReconcileError> {
    let addresses = sqlx::query_file_scalar!(
        "sql/claim_history/removals_of_preview.sql",
        tenant.tenant.as_str(),
        switched_on
    )
    .fetch_all(tenant.connection())
    .await
    .during("read what a preview has shown")?;
    Ok(addresses.into_iter().collect())
}

/// A HELD run that was approved.
pub(crate) struct ApprovedRun {
    held_reason: Option<String>,
    held_hints: i16,
    /// The run whose rows were shown.
    pub(crate) rows_of: Uuid,
}

impl ApprovedRun {
    /// Reason why it was HELD.
    pub(crate) fn reason(&self) -> v1::HeldReason {
        names::from_nullable(self.held_reason.as_deref())
    }

    /// Hints that had vanished when it was HELD.
    pub(crate) fn hints(&self) -> Result<Hints, ReconcileError> {
        hints::from_sql(self.held_hints)
    }
}

/// The HELD run, if its approval still holds under these settings and domains.
pub(crate) async fn approved_run(
    tenant: &mut TenantLock,
    held: Uuid,
    decided_by: DecidedBy,
) -> Result<Option<ApprovedRun>, ReconcileError> {
    sqlx::query_file_as!(
        ApprovedRun,
        "sql/run_outcome/approved.sql",
        tenant.tenant.as_str(),
        held,
        decided_by.settings,
        decided_by.domains
    )
    .fetch_optional(tenant.connection())
    .await
    .during("read the run that was approved")
}

/// An address that a HELD run showed to be absent.
pub(crate) struct ApprovedAddress {
    pub(crate) address: String,
    /// True if it was shown to go.
    pub(crate) taken: bool,
}

/// The addresses that a run's rows show to be absent.
pub(crate) async fn approved_addresses(
    tenant: &mut TenantLock,
    rows_of: Uuid,
) -> Result<Vec<ApprovedAddress>, ReconcileError> {
    sqlx::query_file_as!(
        ApprovedAddress,
        "sql/run_row/approved.sql",
        tenant.tenant.as_str(),
        rows_of
    )
    .fetch_all(tenant.connection())
    .await
    .during("read the addresses that were approved")
}

/// The objects of this read that a run's rows show to get an account, and those that have one and get an address of
/// another. The run may have shown any number of them.
pub(crate) async fn approved_new_objects(
    tenant: &mut TenantLock,
    rows_of: Uuid,
    read: &Directory,
) -> Result<Selection, ReconcileError> {
    let id = tenant.tenant.clone();
    let mut objects = sqlx::query_file_scalar!("sql/run_row/approved_new.sql", id.as_str(), rows_of)
        .fetch(tenant.connection());
    let mut selection = Selection::default();
    while let Some(object) = objects
        .try_next()
        .await
        .during("read the new accounts that were approved")?
    {
        selection.add(read, &object);
    }
    Ok(selection)
}
