//! Data that a revert needs of the run that it reverts.

use std::collections::HashMap;

use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::RunId;
use rollcall_proto::v1;
use rollcall_terms::names;
use uuid::Uuid;

use super::tenant_lock::TenantLock;
use crate::error::{During, ReconcileError};

/// The run to be reverted, as it stands.
#[derive(Clone, Debug)]
pub(crate) struct RevertedRow {
    pub(crate) run_id: Uuid,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) account_version: Option<i64>,
    pub(crate) end_time: Option<PgTimestamp>,
    /// It was reverted before.
    pub(crate) reverted: bool,
    /// The data that its revert needs is no longer kept.
    pub(crate) data_gone: bool,
}

impl RevertedRow {
    pub(crate) fn kind(&self) -> v1::RunKind {
        names::from_nullable(Some(&self.kind))
    }

    pub(crate) fn state(&self) -> v1::RunState {
        names::from_nullable(Some(&self.state))
    }
}

/// The run to be reverted; `None` if there is none.
pub(crate) async fn reverted(
    tenant: &mut TenantLock,
    run: Option<Uuid>,
) -> Result<Option<RevertedRow>, ReconcileError> {
    sqlx::query_file_as!(
        RevertedRow,
        "sql/run_outcome/to_revert.sql",
        tenant.tenant.as_str(),
        run
    )
    .fetch_optional(tenant.connection())
    .await
    .during("read the run to revert")
}

/// The accounts that the run made or changed and that are there; true for those that nothing changed since.
pub(crate) async fn untouched(
    tenant: &mut TenantLock,
    run: RunId,
    account_version: i64,
) -> Result<HashMap<Uuid, bool>, ReconcileError> {
    let rows = sqlx::query_file!(
        "sql/account/touched.sql",
        tenant.tenant.as_str(),
        run.as_uuid(),
        account_version
    )
    .fetch_all(tenant.connection())
    .await
    .during("read which accounts the run changed")?;
    Ok(rows
        .into_iter()
        .map(|row| (row.account_id, row.untouched))
        .collect())
}

/// The accounts that now have addresses which the changed ones had.
pub(crate) async fn holders(tenant: &mut TenantLock, run: RunId) -> Result<Vec<Uuid>, ReconcileError> {
    sqlx::query_file_scalar!(
        "sql/address_before/holders.sql",
        tenant.tenant.as_str(),
        run.as_uuid()
    )
    .fetch_all(tenant.connection())
    .await
    .during("read who has the addresses now")
}

/// Number of accounts that a run changed, and of their addresses.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SizeOfRevert {
    accounts: i64,
    addresses: i64,
}

impl SizeOfRevert {
    pub(crate) fn accounts(self) -> usize {
        usize::try_from(self.accounts).unwrap_or_default()
    }

    pub(crate) fn addresses(self) -> usize {
        usize::try_from(self.addresses).unwrap_or_default()
    }
}

/// Counts what the revert of a run concerns.
pub(crate) async fn size(tenant: &mut TenantLock, run: Option<Uuid>) -> Result<SizeOfRevert, ReconcileError> {
    let size = sqlx::query_file_as!(
        SizeOfRevert,
        "sql/run_outcome/size_of_revert.sql",
        tenant.tenant.as_str(),
        run
    )
    .fetch_optional(tenant.connection())
    .await
    .during("read what the run reverts")?;
    Ok(size.unwrap_or_default())
}

/// Notes at the sync that it was reverted.
pub(crate) async fn mark(tenant: &mut TenantLock, run: RunId, reverted: RunId) -> Result<(), ReconcileError> {
    sqlx::query_file!(
        "sql/run_outcome/mark_reverted.sql",
        tenant.tenant.as_str(),
        reverted.as_uuid(),
        run.as_uuid()
    )
    .execute(tenant.connection())
    .await
    .during("note that the run was reverted")?;
    Ok(())
}
