//! The end of a run that was cancelled, or whose settings were deleted, before it began.

use rollcall_proto::v1;

use super::{asking::Begin, binds};
use crate::{
    error::ReconcileError,
    reports::Reports,
    store::{
        RunRequest, TenantLock,
        run_record::{self, Outcome},
    },
    write,
};

/// Ends the run that a worker asks for.
pub(super) async fn at_begin(
    reports: &Reports,
    mut tenant: TenantLock,
    begin: &Begin,
    request: &RunRequest,
) -> Result<(), ReconcileError> {
    run_record::note(&mut tenant, begin.run, request, begin.attempt).await?;
    let ended = write::end(&mut tenant, begin.run, Outcome::cancelled()).await?;
    if request.kind() == v1::RunKind::Revert
        && let Some(current) = tenant.settings()?
    {
        binds::report_pause_of_revert(&mut tenant, begin.run, &current);
    }
    tenant.commit().await?;
    reports.ended(&begin.tenant, begin.run, &ended);
    Ok(())
}
