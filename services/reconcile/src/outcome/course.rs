//! The course of a run before it ends: begun, put back to those that wait, lost with its worker.

use jiff::Timestamp;
use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::{Fence, RunId, failure::FailureCode};
use rollcall_proto::v1;
use rollcall_terms::failure::failure;

use super::{Ending, end};
use crate::{
    error::{During, ReconcileError},
    run_status::RunStatus,
    tenant::{RunRequest, TenantTx},
};

/// A run that begins, for the first time or again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beginning {
    pub(crate) run: RunId,
    pub(crate) attempt: u32,
    pub(crate) takeovers: u32,
    /// Of an attempt that begins for the first time, or that a fault of ours kept past its own.
    pub(crate) deadline: Timestamp,
    /// The lease whose pulse begins; `None` for a run that ends at once.
    pub(crate) lease: Option<Fence>,
}

/// Notes that a worker begins a run, and starts the pulse of its lease. Answers until when the run must have ended.
pub(crate) async fn begin(
    tenant: &mut TenantTx,
    request: &RunRequest,
    beginning: Beginning,
) -> Result<Timestamp, ReconcileError> {
    let PgTimestamp(deadline) = sqlx::query_file_scalar!(
        "sql/run_outcome/begin.sql",
        tenant.tenant.as_str(),
        beginning.run.as_uuid(),
        &request.kind,
        &request.trigger,
        i32::try_from(beginning.attempt).unwrap_or(i32::MAX),
        i32::try_from(beginning.takeovers).unwrap_or(i32::MAX),
        PgTimestamp(beginning.deadline),
        beginning.lease.map(|fence| fence.0)
    )
    .fetch_one(tenant.connection())
    .await
    .during("note that the run began")?;
    Ok(deadline)
}

/// Makes sure that there is an outcome, for a run that ends before a worker could begin it.
pub(crate) async fn note(
    tenant: &mut TenantTx,
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
    tenant: &mut TenantTx,
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

/// Takes the lease from a run whose worker fell silent: the run waits for another, or ends if it has lost too many.
/// Answers how it ended.
pub(crate) async fn lose(tenant: &mut TenantTx, run: RunId) -> Result<Option<v1::RunEnded>, ReconcileError> {
    let status = tenant.status(run).await?;
    if status.is_some_and(RunStatus::may_not_be_lost_again) {
        let failure = failure(FailureCode::WorkerLost, "");
        return end(tenant, run, Ending::failed(failure)).await.map(Some);
    }
    tenant.release().await?;
    sqlx::query_file!("sql/run_outcome/lose.sql", tenant.tenant.as_str(), run.as_uuid())
        .execute(tenant.connection())
        .await
        .during("put the run back to those that wait")?;
    Ok(None)
}
