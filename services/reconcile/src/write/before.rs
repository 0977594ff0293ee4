//! Keeps accounts as they were before a sync changed them, for its revert: the accounts that it made are known by their
//! version.

use rollcall_domain::{
    RunId,
    plan::{AccountChange, AccountState},
};

use crate::{
    error::ReconcileError,
    store::{TenantLock, accounts},
};

/// Keeps the accounts that were there, with their addresses.
pub(super) async fn keep(
    tenant: &mut TenantLock,
    run: RunId,
    changes: &[AccountChange],
) -> Result<(), ReconcileError> {
    let known: Vec<&AccountState> = changes
        .iter()
        .filter_map(|change| change.before.as_ref())
        .collect();
    if known.is_empty() {
        return Ok(());
    }
    accounts::write_before(tenant, run, &known).await?;
    let mut addresses = Vec::new();
    for account in &known {
        addresses.extend(account.addresses.iter().map(|state| (account.id, state)));
    }
    accounts::write_addresses_before(tenant, run, &addresses).await
}
