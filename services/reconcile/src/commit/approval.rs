//! An approval by a person: the addresses that a HELD run showed, as long as the inputs of its decisions are
//! unchanged.

use rollcall_domain::plan::ApprovedAddresses;
use rollcall_proto::v1;
use rollcall_terms::names;
use uuid::Uuid;

use super::standing::Applicable;
use crate::{
    error::{During, ReconcileError},
    tenant::TenantTx,
};

/// A HELD run that was approved.
pub(super) struct Approval {
    /// Addresses that may go if they are absent: all that were shown to go, or to be gone.
    pub(super) may_go: ApprovedAddresses,
    pub(super) approved: Approved,
}

/// Removals to which the guard no longer objects.
pub(super) struct Approved {
    /// Addresses that were shown to go. An address that was shown to be gone, and to stay for the time being, counts
    /// as a removal like any other.
    pub(super) addresses: ApprovedAddresses,
    /// Reason why that run was HELD.
    pub(super) reason: v1::HeldReason,
}

struct HeldRun {
    held_reason: Option<String>,
    /// The run whose rows were shown.
    rows_of: Uuid,
}

/// The approval that a run stands for. `None` for an ordinary run, and for one whose approval no longer holds: that
/// is an ordinary run then.
pub(super) async fn of(
    tenant: &mut TenantTx,
    standing: &Applicable,
) -> Result<Option<Approval>, ReconcileError> {
    let request = &standing.request;
    let is_one = request.trigger() == v1::RunTrigger::Approval;
    let Some(held) = request.acts_on_run_id.filter(|_| is_one) else {
        return Ok(None);
    };
    let decided_by = standing.decided_by(&tenant.row);
    let held = sqlx::query_file_as!(
        HeldRun,
        "sql/run_outcome/approved.sql",
        tenant.tenant.as_str(),
        held,
        decided_by.settings,
        decided_by.domains
    )
    .fetch_optional(tenant.connection())
    .await
    .during("read the run that was approved")?;
    let Some(held) = held else {
        tracing::info!("settings or domains changed, or the rows are gone: nothing counts as approved");
        return Ok(None);
    };
    let addresses = sqlx::query_file!("sql/run_row/approved.sql", tenant.tenant.as_str(), held.rows_of)
        .fetch_all(tenant.connection())
        .await
        .during("read the addresses that were approved")?;
    let taken = addresses.iter().filter(|row| row.taken);
    let approved = Approved {
        addresses: taken.map(|row| row.address.clone()).collect(),
        reason: names::from_nullable(held.held_reason.as_deref()),
    };
    Ok(Some(Approval {
        may_go: addresses.into_iter().map(|row| row.address).collect(),
        approved,
    }))
}
