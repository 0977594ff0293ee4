//! Data that a write looks at: its account, the accounts that have the addresses that it takes, and their domains.

use rollcall_domain::{AccountId, Address, ObjectId, edit::Domains, plan::AccountState};

use crate::{
    error::{AccountRefused, During, ReconcileError},
    portal,
    tenant::TenantTx,
};

/// One account, live or removed.
pub(super) async fn one(tenant: &mut TenantTx, id: AccountId) -> Result<AccountState, ReconcileError> {
    let id = id.as_uuid();
    let mut accounts = portal::some(tenant, &[id]).await?;
    accounts
        .remove(&id)
        .ok_or_else(|| AccountRefused::NoAccount.into())
}

/// Those of the tenant's domains that these addresses are in.
pub(super) async fn domains_of(
    tenant: &mut TenantTx,
    addresses: &[Address],
) -> Result<Domains, ReconcileError> {
    let mut names: Vec<&str> = addresses.iter().map(Address::domain).collect();
    names.sort_unstable();
    names.dedup();
    let rows = sqlx::query_file!("sql/domain/among.sql", &names, tenant.tenant.as_str())
        .fetch_all(tenant.connection())
        .await
        .during("read the addresses' domains")?;
    Ok(rows.into_iter().map(|row| (row.name, row.alias_of)).collect())
}

/// Refuses addresses that an account has: a stale one too, which yields only to the directory.
pub(super) async fn check_free(tenant: &mut TenantTx, addresses: &[Address]) -> Result<(), ReconcileError> {
    let texts: Vec<&str> = addresses.iter().map(Address::as_str).collect();
    let taken = sqlx::query_file!("sql/address/taken.sql", tenant.tenant.as_str(), &texts)
        .fetch_optional(tenant.connection())
        .await
        .during("read who has the addresses")?;
    match taken {
        Some(taken) => Err(AccountRefused::AddressTaken {
            address: taken.address,
            primary: taken.primary_address,
        }
        .into()),
        None => Ok(()),
    }
}

/// True if the account's object has another live account.
pub(super) async fn object_has_other(
    tenant: &mut TenantTx,
    account: &AccountState,
) -> Result<bool, ReconcileError> {
    let Some(object_id) = &account.object_id else {
        return Ok(false);
    };
    sqlx::query_file_scalar!(
        "sql/account/object_has_other.sql",
        tenant.tenant.as_str(),
        ObjectId::as_str(object_id),
        account.id.as_uuid()
    )
    .fetch_one(tenant.connection())
    .await
    .during("read whether the object has another account")
}
