//! Previews and HELD runs whose place newer ones have taken: of these only the summary is kept.
//!
//! Each of them stores as many rows as it differs from what is applied, before a tenant's first sync all of them, and
//! nothing but time would bound how many there are. They are marked where a run ends, under the tenant's lock: what a
//! sync that was asked for still goes by is never marked, since it was asked for under the same lock. The sweeper
//! takes the rows away.

use rollcall_domain::RunId;
use rollcall_proto::v1::{RunKind, RunState};
use sqlx::{Postgres, postgres::PgArguments, query::Query};

use crate::{
    bounds::KeptWhole,
    error::{During, ReconcileError},
    tenant::{RunRequest, TenantTx},
};

/// Marks what the end of a run leaves without a place: what came before it, or what it went by.
pub(crate) async fn mark_superseded(
    kept: KeptWhole,
    tenant: &mut TenantTx,
    run: RunId,
    state: RunState,
) -> Result<(), ReconcileError> {
    let Some(request) = tenant.request(run).await? else {
        return Ok(());
    };
    if ends_a_preview(&request, state) {
        let (id, kept) = (tenant.tenant.as_str(), i64::from(kept.previews));
        let older = sqlx::query_file!("sql/run_outcome/supersede_previews.sql", id, kept);
        mark(tenant, older).await?;
    }
    if ends_a_held_run(&request, state) {
        let (id, kept) = (tenant.tenant.as_str(), i64::from(kept.held_runs));
        let older = sqlx::query_file!("sql/run_outcome/supersede_held.sql", id, kept);
        mark(tenant, older).await?;
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

async fn mark(tenant: &mut TenantTx, older: Query<'_, Postgres, PgArguments>) -> Result<(), ReconcileError> {
    older
        .execute(tenant.connection())
        .await
        .during("mark runs of which only the summary is kept")?;
    Ok(())
}
