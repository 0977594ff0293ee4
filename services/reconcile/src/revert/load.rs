//! Data that a revert needs: the run itself, the accounts that it changed as they were and as they are, and the
//! accounts that have their addresses now.

use std::collections::HashMap;

use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::{AccountId, RunId, plan::Portal, undo::Before};
use rollcall_proto::v1;
use rollcall_terms::names;
use uuid::Uuid;

use crate::{
    error::{During, ReconcileError},
    portal,
    tenant::TenantTx,
};

/// A sync that can be reverted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reverted {
    pub(super) run: RunId,
    /// The version that it gave to the accounts it changed.
    pub(super) account_version: i64,
}

/// The run to be reverted, as it stands.
#[derive(Clone, Debug)]
pub(super) struct RevertedRow {
    pub(super) run_id: Uuid,
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) account_version: Option<i64>,
    pub(super) end_time: Option<PgTimestamp>,
    /// It was reverted before.
    pub(super) reverted: bool,
    /// The data that its revert needs is no longer kept.
    pub(super) data_gone: bool,
}

impl RevertedRow {
    pub(super) fn kind(&self) -> v1::RunKind {
        names::from_nullable(Some(&self.kind))
    }

    pub(super) fn state(&self) -> v1::RunState {
        names::from_nullable(Some(&self.state))
    }
}

/// The run to be reverted; `None` if there is none.
pub(super) async fn reverted(
    tenant: &mut TenantTx,
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

/// The accounts that the run changed, and of the portal all that concerns them.
pub(super) async fn accounts(
    tenant: &mut TenantTx,
    reverted: &Reverted,
) -> Result<(Vec<Before>, Portal), ReconcileError> {
    let untouched = untouched(tenant, reverted).await?;
    let mut states = portal::before(tenant, reverted.run).await?;
    let mut ids = holders(tenant, reverted.run).await?;
    ids.extend(untouched.keys());
    ids.sort_unstable();
    ids.dedup();
    let now = portal::some(tenant, &ids).await?;
    // One that was purged since is not there, and counts as changed.
    let purged: Vec<Uuid> = states
        .keys()
        .filter(|id| !untouched.contains_key(*id))
        .copied()
        .collect();
    let known = untouched
        .into_iter()
        .chain(purged.into_iter().map(|id| (id, false)));
    let before = known
        .map(|(id, untouched)| Before {
            id: AccountId::from_uuid(id),
            state: states.remove(&id),
            untouched,
        })
        .collect();
    Ok((before, now.into_values().collect()))
}

/// The accounts that the run made or changed and that are there; true for those that nothing changed since.
async fn untouched(
    tenant: &mut TenantTx,
    reverted: &Reverted,
) -> Result<HashMap<Uuid, bool>, ReconcileError> {
    let rows = sqlx::query_file!(
        "sql/account/touched.sql",
        tenant.tenant.as_str(),
        reverted.run.as_uuid(),
        reverted.account_version
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
async fn holders(tenant: &mut TenantTx, run: RunId) -> Result<Vec<Uuid>, ReconcileError> {
    sqlx::query_file_scalar!(
        "sql/address_before/holders.sql",
        tenant.tenant.as_str(),
        run.as_uuid()
    )
    .fetch_all(tenant.connection())
    .await
    .during("read who has the addresses now")
}
