//! Leases from outside the tenant's lock: their heartbeats, and those that are overdue.

use rollcall_chassis::pg::Access;
use rollcall_terms::names;

use super::{gate::Gate, to_bigint};
use crate::{
    error::{During, ReconcileError},
    ids::LeaseKey,
    progress::Progress,
};

/// The known state of a tenant when its read begins to come in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AtHeader {
    /// True if the lease is the caller's.
    has_lease: bool,
    accounts: i64,
    /// False only while Remove Accounts is off. A run during which it is switched on is not applied.
    pub(crate) may_remove: bool,
}

impl AtHeader {
    /// Number of the tenant's accounts.
    pub(crate) fn accounts(self) -> usize {
        usize::try_from(self.accounts).unwrap_or_default()
    }
}

/// Looks at the lease before a read comes in; refused if it is not the caller's.
pub(crate) async fn at_header(gate: &Gate, key: &LeaseKey) -> Result<AtHeader, ReconcileError> {
    let mut tx = gate.tenant(&key.tenant, Access::Read).await?;
    let header = sqlx::query_file_as!(
        AtHeader,
        "sql/lease/at_header.sql",
        key.tenant.as_str(),
        key.run.as_uuid(),
        key.fence.0
    )
    .fetch_optional(tx.connection())
    .await
    .during("look at the lease")?;
    header
        .filter(|header| header.has_lease)
        .ok_or(ReconcileError::Fenced)
}

/// Notes a heartbeat with the run's progress. Answers if the run was cancelled; `None` if the lease is not the
/// caller's.
pub(crate) async fn beat(
    gate: &Gate,
    key: &LeaseKey,
    progress: Progress,
) -> Result<Option<bool>, ReconcileError> {
    let mut tx = gate.tenant(&key.tenant, Access::Write).await?;
    let cancelled = sqlx::query_file_scalar!(
        "sql/heartbeat/beat.sql",
        key.tenant.as_str(),
        key.run.as_uuid(),
        key.fence.0,
        to_bigint(progress.objects),
        to_bigint(progress.claims),
        names::to_sql(progress.stage)
    )
    .fetch_optional(tx.connection())
    .await
    .during("keep the lease")?;
    tx.commit().await.during("commit")?;
    Ok(cancelled)
}

/// Notes that the run's decision is being written, for those who watch it.
pub(crate) async fn note_writing(gate: &Gate, key: &LeaseKey) -> Result<(), ReconcileError> {
    let mut tx = gate.tenant(&key.tenant, Access::Write).await?;
    sqlx::query_file!(
        "sql/heartbeat/writing.sql",
        key.tenant.as_str(),
        key.run.as_uuid(),
        key.fence.0
    )
    .execute(tx.connection())
    .await
    .during("note that a run is written")?;
    tx.commit().await.during("commit")
}

/// True if the run has ended, or no longer exists.
pub(crate) async fn is_over(gate: &Gate, key: &LeaseKey) -> Result<bool, ReconcileError> {
    let mut tx = gate.tenant(&key.tenant, Access::Read).await?;
    let over = sqlx::query_file_scalar!(
        "sql/run_outcome/is_over.sql",
        key.tenant.as_str(),
        key.run.as_uuid()
    )
    .fetch_optional(tx.connection())
    .await
    .during("see whether the run is over")?;
    Ok(over.unwrap_or(true))
}

/// Ids of tenants whose run is past its deadline by so many seconds, at most so many. They are not read as ids here: one
/// that is malformed keeps none of the others.
pub(crate) async fn overdue(
    gate: &Gate,
    most: i64,
    grace_seconds: i32,
) -> Result<Vec<String>, ReconcileError> {
    let mut tx = gate.fleet(Access::Read).await?;
    sqlx::query_file_scalar!("sql/lease/overdue.sql", most, f64::from(grace_seconds))
        .fetch_all(tx.connection())
        .await
        .during("look for overdue runs")
}

/// Drops batches that were staged under a lease that no longer exists.
pub(crate) async fn drop_orphans(gate: &Gate) -> Result<(), ReconcileError> {
    let mut tx = gate.fleet(Access::Write).await?;
    sqlx::query_file!("sql/staged_batch/drop_orphans.sql")
        .execute(tx.connection())
        .await
        .during("drop what was staged for nobody")?;
    tx.commit().await.during("commit")
}
