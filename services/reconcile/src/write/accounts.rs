//! The accounts' changes, set by set: new accounts are copied, changed ones go in arrays.

mod address;

use rollcall_domain::plan::{AccountChange, ChangeKind};

use crate::{
    error::ReconcileError,
    store::{TenantLock, accounts},
};

/// Accounts that one statement updates.
const BATCH: usize = 10_000;

/// Applies all changes to accounts and addresses, and gives the accounts the next version: none is taken, and none
/// comes back, if nothing changes.
pub(crate) async fn changes(
    tenant: &mut TenantLock,
    changes: &[AccountChange],
) -> Result<Option<i64>, ReconcileError> {
    if changes.is_empty() {
        return Ok(None);
    }
    tenant.row.history.account_version += 1;
    let version = tenant.row.history.account_version;
    let (created, known): (Vec<_>, Vec<_>) = changes
        .iter()
        .partition(|change| change.kind == ChangeKind::Created);
    for batch in known.chunks(BATCH) {
        accounts::update(tenant, version, batch).await?;
    }
    accounts::create(tenant, version, &created).await?;
    address::AddressChange::collect(changes).apply(tenant).await?;
    Ok(Some(version))
}
