//! The course of a run before it ends: begun, put back to those that wait, lost with its worker.

use jiff::Timestamp;
use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::RunId;
use rollcall_proto::v1;

use crate::{
    error::{During, ReconcileError},
    store::{scheduler_views::RunRequest, tenant_lock::TenantLock},
};

/// A run that begins, for the first time or again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beginning {
    pub(crate) run: RunId,
    pub(crate) attempt: u32,
    pub(crate) takeovers: u32,
    /// Of an attempt that begins for the first time, or that a fault of ours kept past its own.
    pub(crate) deadline: Timestamp,
    /// True if it takes the lease, which was prepared for it; false for a run that ends at once.
    pub(crate) takes_lease: bool,
}

/// Notes that a worker begins a run, gives it the lease and starts its pulse. Answers until when the run must have ended.
pub(crate) async fn begin(
    tenant: &mut TenantLock,
    request: &RunRequest,
    beginning: Beginning,
) -> Result<Timestamp, ReconcileError> {
    let lease = Some(tenant.row.lease.clone()).filter(|_| beginning.takes_lease);
    let lease = lease.as_ref();
    let PgTimestamp(deadline) = sqlx::query_file_scalar!(
        "sql/run_outcome/begin.sql",
        tenant.tenant.as_str(),
        beginning.run.as_uuid(),
        &request.kind,
        &request.trigger,
        i32::try_from(beginning.attempt).unwrap_or(i32::MAX),
        i32::try_from(beginning.takeovers).unwrap_or(i32::MAX),
        PgTimestamp(beginning.deadline),
        lease.map(|lease| lease.fence.0),
        lease.and_then(|lease| lease.worker.as_deref()),
        lease.and_then(|lease| lease.settings_generation)
    )
    .fetch_one(tenant.connection())
    .await
    .during("note that the run began")?;
    if beginning.takes_lease {
        tenant.row.lease.deadline = Some(deadline);
    }
    Ok(deadline)
}

/// Makes sure that there is an outcome, for a run that ends before a worker could begin it.
pub(crate) async fn note(
    tenant: &mut TenantLock,
    run: RunId,
    request: &RunRequest,
    attempt: u32,
) -> Result<(), ReconcileError> {
    sqlx::query_file!(
        "sql/run_outcome/note.sql",
        tenant.tenant.as_str(),
        run.as_uuid(),
        &request.kind,
        &request.trigger,
        i32::try_from(attempt).unwrap_or(i32::MAX)
    )
    .execute(tenant.connection())
    .await
    .during("note the run")?;
    Ok(())
}

/// Puts a run back to those that wait: until its next attempt, or because it gives way to others.
pub(crate) async fn requeue(
    tenant: &mut TenantLock,
    run: RunId,
    next_attempt: Option<(Timestamp, v1::Failure)>,
) -> Result<(), ReconcileError> {
    let time = next_attempt.as_ref().map(|(time, _)| PgTimestamp(*time));
    let failure = next_attempt.map(|(_, failure)| failure);
    let failure = failure.as_ref();
    sqlx::query_file!(
        "sql/run_outcome/requeue.sql",
        tenant.tenant.as_str(),
        run.as_uuid(),
        time,
        failure.map(|failure| failure.code.as_str()),
        failure.map(|failure| failure.message.as_str()),
        failure.map(|failure| failure.advice.as_str()),
        failure.map(|failure| failure.detail.as_str())
    )
    .execute(tenant.connection())
    .await
    .during("put the run back to those that wait")?;
    Ok(())
}

/// Puts a run that lost its worker back to those that wait.
pub(crate) async fn lose(tenant: &mut TenantLock, run: RunId) -> Result<(), ReconcileError> {
    sqlx::query_file!("sql/run_outcome/lose.sql", tenant.tenant.as_str(), run.as_uuid())
        .execute(tenant.connection())
        .await
        .during("put the run back to those that wait")?;
    Ok(())
}
