//! A preview's rows: what they are beyond the history as it stands.

use rollcall_domain::{Reason, RunId, plan::Plan};

use super::history::{Difference, write_claim};
use crate::{
    copy::copy_in,
    error::{During, ReconcileError},
    tenant::TenantTx,
};

const COPY_HIDDEN: &str = "COPY reconcile.preview_hidden (tenant_id, run_id, row_id) FROM STDIN (FORMAT binary)";
const COPY_ROWS: &str = "COPY reconcile.preview_row (tenant_id, run_id, row_id, verdict, reason, other, \
     address, address_type, primary_address, directory_type, directory_primary, \
     object_type, object_id, object_dn) FROM STDIN (FORMAT binary)";

/// Stores the differences. The ids of the preview's own rows go on where the history's end, so that a page of both has
/// no id twice; the history may give them out again, to rows that this preview does not show.
pub(super) async fn store(
    tenant: &mut TenantTx,
    run: RunId,
    plan: &Plan<'_>,
    difference: &Difference,
) -> Result<(), ReconcileError> {
    let (id, run) = (tenant.tenant.clone(), run.as_uuid());
    copy_in(tenant.connection(), COPY_HIDDEN, difference.closed.iter(), |writer, row_id| {
        writer.text(id.as_str());
        writer.uuid(run);
        writer.bigint(*row_id);
    })
    .await
    .during("write what the preview hides")?;
    let rows = (tenant.row.next_row_id..).zip(difference.select(&plan.rows));
    copy_in(tenant.connection(), COPY_ROWS, rows, |writer, (row_id, (row, _))| {
        writer.text(id.as_str());
        writer.uuid(run);
        writer.bigint(row_id);
        writer.text(row.verdict.as_str());
        writer.optional_text(row.reason.map(Reason::as_str));
        writer.optional_text(row.other);
        write_claim(writer, &row);
    })
    .await
    .during("write the preview's rows")?;
    Ok(())
}
