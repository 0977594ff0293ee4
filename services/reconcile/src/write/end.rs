//! The end of a run: the outcome, the lease given back and the event, all in one.

use rollcall_domain::{FailureCode, RunId};
use rollcall_proto::internal;
use rollcall_terms::failure::failure;

use super::outbox;
use crate::{
    error::ReconcileError,
    store::{
        RunStatus, TenantLock,
        run_record::{self, Outcome},
    },
};

/// Ends a run: its outcome, its event, and the lease if it has it.
pub(crate) async fn end(
    tenant: &mut TenantLock,
    run: RunId,
    outcome: Outcome,
) -> Result<internal::v1::RunEnded, ReconcileError> {
    let has_lease = tenant.row.lease.run == Some(run);
    let row = run_record::end(tenant, run, &outcome, has_lease).await?;
    if has_lease {
        tenant.row.lease.end();
    }
    let ended = internal::v1::RunEnded {
        state: outcome.state.into(),
        counts: Some(outcome.counts),
    };
    let run = row.finished(&tenant.tenant, run, outcome);
    outbox::run_ended(tenant, run);
    Ok(ended)
}

/// Takes the lease from a run whose worker fell silent: the run waits for another, or ends if it has lost too many.
/// Answers how it ended.
pub(crate) async fn lose(
    tenant: &mut TenantLock,
    run: RunId,
) -> Result<Option<internal::v1::RunEnded>, ReconcileError> {
    let status = tenant.status(run).await?;
    if status.is_some_and(RunStatus::may_not_be_lost_again) {
        let failure = failure(FailureCode::WorkerLost, "");
        return end(tenant, run, Outcome::failed(failure)).await.map(Some);
    }
    tenant.release().await?;
    run_record::lose(tenant, run).await?;
    Ok(None)
}
