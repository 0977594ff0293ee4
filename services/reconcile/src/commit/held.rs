//! The rows of a run that is HELD: its own, or those of the HELD run before it if that decided the same.

use uuid::Uuid;

use crate::{
    error::{During, ReconcileError},
    tenant::TenantTx,
};

/// The run that shows these rows already: the tenant's newest HELD run has the same, nothing was applied since, and
/// they are still kept.
pub(super) async fn shown_already(
    tenant: &mut TenantTx,
    content: Uuid,
) -> Result<Option<Uuid>, ReconcileError> {
    sqlx::query_file_scalar!(
        "sql/run_outcome/shown_already.sql",
        tenant.tenant.as_str(),
        content,
        tenant.row.applied
    )
    .fetch_optional(tenant.connection())
    .await
    .during("look at the held run before")
}
