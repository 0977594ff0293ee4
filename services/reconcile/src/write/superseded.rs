//! Previews and HELD runs whose place newer ones have taken: of these only the summary is kept.
//!
//! Each of them stores as many rows as it differs from what is applied, before a tenant's first sync all of them, and
//! nothing but time would bound how many there are. They are marked where a run ends, under the tenant's lock: what a
//! sync that was asked for still goes by is never marked, since it was asked for under the same lock. The sweeper
//! takes the rows away.

use rollcall_domain::RunId;
use rollcall_proto::v1::{RunKind, RunState};

use crate::{
    bounds::KeptWhole,
    error::ReconcileError,
    store::{RunRequest, TenantLock, expired},
};

/// Marks what the end of a run leaves without a place: what came before it, or what it went by.
pub(crate) async fn mark_superseded(
    kept: KeptWhole,
    tenant: &mut TenantLock,
    run: RunId,
    state: RunState,
) -> Result<(), ReconcileError> {
    let Some(request) = tenant.request(run).await? else {
        return Ok(());
    };
    if ends_a_preview(&request, state) {
        expired::supersede_previews(tenant, kept.previews).await?;
    }
    if ends_a_held_run(&request, state) {
        expired::supersede_held_runs(tenant, kept.held_runs).await?;
    }
    Ok(())
}

/// True if there is one more preview, or if a run has ended that referred to one.
fn ends_a_preview(request: &RunRequest, state: RunState) -> bool {
    let is_one = request.kind() == RunKind::Preview && state == RunState::Succeeded;
    is_one || request.expect_preview_run_id.is_some()
}

/// True if there is one more HELD run, or if an approval has ended that referred to one.
fn ends_a_held_run(request: &RunRequest, state: RunState) -> bool {
    let approves = request.kind() == RunKind::Sync && request.acts_on_run_id.is_some();
    state == RunState::Held || approves
}
