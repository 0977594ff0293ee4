//! The rows of a run that reverted another one: only its own, as a preview's are.

use rollcall_domain::{AddressType, RunId, undo::UndoRow};
use uuid::Uuid;

use crate::{
    copy::copy_in,
    error::{During, ReconcileError},
    tenant::TenantTx,
};

const COPY: &str = "COPY reconcile.claim_history (tenant_id, row_id, valid_from, valid_to, content, preview_run_id, \
     entry_verdict, entry_reason, entry_other, address, address_type, primary_address, directory_primary, object_id, \
     object_dn) FROM STDIN (FORMAT binary)";

/// Stores them under the run.
pub(super) async fn write(tenant: &mut TenantTx, run: RunId, rows: &[UndoRow]) -> Result<(), ReconcileError> {
    if rows.is_empty() {
        return Ok(());
    }
    let (id, state) = (tenant.tenant.clone(), tenant.row.applied);
    let rows = (tenant.row.next_row_id..).zip(rows);
    let written = copy_in(tenant.connection(), COPY, rows, |writer, (row_id, row)| {
        writer.text(id.as_str());
        writer.bigint(row_id);
        // Of no state of the history.
        writer.bigint(state);
        writer.bigint(state);
        writer.uuid(Uuid::nil());
        writer.uuid(run.as_uuid());
        writer.text(row.verdict.as_str());
        writer.text(row.reason.as_str());
        writer.optional_text(row.other.as_deref());
        writer.text(&row.address);
        writer.optional_text(row.address_type.map(AddressType::as_str));
        writer.text(row.primary_address.as_deref().unwrap_or_default());
        // No directory was asked.
        writer.text("");
        writer.text("");
        writer.text("");
    })
    .await
    .during("write the rows")?;
    tenant.row.next_row_id += i64::try_from(written).unwrap_or(i64::MAX);
    Ok(())
}
