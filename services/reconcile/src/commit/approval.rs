//! What somebody approved: the addresses that a HELD run showed, as long as what it was decided by is as it was.

use rollcall_chassis::names;
use rollcall_domain::plan::ApprovedAddresses;
use rollcall_proto::v1;
use sqlx::FromRow;
use uuid::Uuid;

use super::standing::Applicable;
use crate::{
    error::{During, ReconcileError},
    tenant::TenantTx,
};

/// A HELD run that was approved.
pub(super) struct Approval {
    pub(super) addresses: ApprovedAddresses,
    /// Why that run was HELD.
    pub(super) reason: v1::HeldReason,
}

#[derive(FromRow)]
struct HeldRun {
    held_reason: Option<String>,
    /// Whose rows were shown.
    rows_of: Uuid,
}

/// The approval that a run stands for. None for an ordinary run, and for one whose approval holds no more: that is an
/// ordinary run then.
pub(super) async fn of(
    tenant: &mut TenantTx,
    standing: &Applicable,
) -> Result<Option<Approval>, ReconcileError> {
    let request = &standing.request;
    let approves = request.trigger() == v1::RunTrigger::Approval;
    let Some(held) = request.acts_on_run_id.filter(|_| approves) else {
        return Ok(None);
    };
    let id = tenant.tenant.as_str().to_owned();
    let decided_by = standing.decided_by(&tenant.row);
    let held: Option<HeldRun> = sqlx::query_as(include_str!("approval/held_run.sql"))
        .bind(&id)
        .bind(held)
        .bind(decided_by.settings)
        .bind(decided_by.domains)
        .fetch_optional(tenant.connection())
        .await
        .during("read the run that was approved")?;
    let Some(held) = held else {
        tracing::info!("settings or domains changed, or the rows are gone: nothing counts as approved");
        return Ok(None);
    };
    let addresses: Vec<String> = sqlx::query_scalar(include_str!("approval/addresses.sql"))
        .bind(&id)
        .bind(held.rows_of)
        .fetch_all(tenant.connection())
        .await
        .during("read the addresses that were approved")?;
    Ok(Some(Approval {
        addresses: addresses.into_iter().collect(),
        reason: names::from_nullable(held.held_reason.as_deref()),
    }))
}
