//! Accounts as they were before a sync changed them, for its revert: the accounts that it made are known by their
//! version.

use rollcall_domain::{
    AddressType, ObjectId, Origin, RunId,
    plan::{AccountChange, AccountState},
};

use crate::{
    copy::copy_in,
    error::{During, ReconcileError},
    tenant::TenantTx,
};

const COPY_ACCOUNTS: &str = "COPY reconcile.account_before (tenant_id, run_id, account_id, hsr_enabled, protected, \
     stale_since, removed, type, origin, object_id) FROM STDIN (FORMAT binary)";
const COPY_ADDRESSES: &str = "COPY reconcile.address_before (tenant_id, run_id, account_id, address, stale_since, \
     address_type, origin) FROM STDIN (FORMAT binary)";

/// Keeps the accounts that were there, with their addresses.
pub(super) async fn keep(
    tenant: &mut TenantTx,
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
    let (id, run) = (tenant.tenant.clone(), run.as_uuid());
    copy_in(
        tenant.connection(),
        COPY_ACCOUNTS,
        known.iter(),
        |row, account| {
            row.text(id.as_str());
            row.uuid(run);
            row.uuid(account.id.as_uuid());
            row.boolean(account.hsr_enabled);
            row.boolean(account.is_protected);
            row.optional_time(account.stale_since);
            row.boolean(account.removed);
            row.text(account.object_type.as_str());
            row.text(account.origin.as_str());
            row.optional_text(account.object_id.as_ref().map(ObjectId::as_str));
        },
    )
    .await
    .during("keep the accounts as they were")?;
    let mut addresses = Vec::new();
    for account in &known {
        addresses.extend(account.addresses.iter().map(|state| (account.id, state)));
    }
    copy_in(
        tenant.connection(),
        COPY_ADDRESSES,
        addresses.iter(),
        |row, (account, state)| {
            row.text(id.as_str());
            row.uuid(run);
            row.uuid(account.as_uuid());
            row.text(state.address.as_str());
            row.optional_time(state.stale_since);
            row.text(AddressType::as_str(state.address_type));
            row.text(Origin::as_str(state.origin));
        },
    )
    .await
    .during("keep the addresses as they were")?;
    Ok(())
}
