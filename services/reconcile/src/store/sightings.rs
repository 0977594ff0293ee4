//! Which objects of the last applied read showed which hints.

use rollcall_domain::plan::Sightings;

use super::tenant_lock::TenantLock;
use crate::error::{During, ReconcileError};

/// Which objects of the last applied read showed which hints; none if no read was applied.
pub(crate) async fn of_last_read(tenant: &mut TenantLock) -> Result<Sightings, ReconcileError> {
    let octets = sqlx::query_file_scalar!("sql/sighting/of_tenant.sql", tenant.tenant.as_str())
        .fetch_optional(tenant.connection())
        .await
        .during("read which objects showed which hints")?;
    Sightings::from_octets(octets.unwrap_or_default()).ok_or(ReconcileError::Unreadable { what: "sightings" })
}
