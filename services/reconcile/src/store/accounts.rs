//! The portal's accounts and their addresses, as rows.

use futures::TryStreamExt as _;
use rollcall_chassis::pg::{Access, PgTimestamp};
use rollcall_domain::{
    AccountId, Address, AddressType, ObjectId, Origin, RunId, TenantId,
    plan::{AccountChange, AccountState, AddressState},
};
use uuid::Uuid;

use super::{
    bulk::{self, RowWriter},
    gate::Gate,
    portal,
    tenant_lock::TenantLock,
};
use crate::error::{AccountRefused, During, ReconcileError};

const INSERT_ACCOUNTS: &str = include_str!("../../sql/account/insert.sql");
const INSERT_LIVE: &str = include_str!("../../sql/address/insert.sql");
const INSERT_RETAINED: &str = include_str!("../../sql/removed_address/insert.sql");
const INSERT_BEFORE: &str = include_str!("../../sql/account_before/insert.sql");
const INSERT_ADDRESSES_BEFORE: &str = include_str!("../../sql/address_before/insert.sql");

/// An address, with the account that has it.
pub(crate) type OwnedAddress<'a> = (AccountId, &'a AddressState);

/// One account, live or removed.
pub(crate) async fn one(tenant: &mut TenantLock, id: AccountId) -> Result<AccountState, ReconcileError> {
    let id = id.as_uuid();
    let mut accounts = portal::some(tenant, &[id]).await?;
    accounts
        .remove(&id)
        .ok_or_else(|| AccountRefused::NoAccount.into())
}

/// Passes on the objects of all live, unprotected accounts, one by one.
pub(crate) async fn for_each_object(
    gate: &Gate,
    tenant: &TenantId,
    mut take: impl FnMut(String) -> Result<(), ReconcileError>,
) -> Result<(), ReconcileError> {
    let mut tx = gate.tenant(tenant, Access::Read).await?;
    let mut ids =
        sqlx::query_file_scalar!("sql/account/object_ids.sql", tenant.as_str()).fetch(tx.connection());
    while let Some(id) = ids.try_next().await.during("read the accounts' objects")? {
        take(id)?;
    }
    Ok(())
}

/// Refuses addresses that an account has: a stale one too, which yields only to the directory.
pub(crate) async fn check_free(tenant: &mut TenantLock, addresses: &[Address]) -> Result<(), ReconcileError> {
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
pub(crate) async fn object_has_other(
    tenant: &mut TenantLock,
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

/// Writes new accounts, without their addresses.
pub(crate) async fn create(
    tenant: &mut TenantLock,
    version: i64,
    created: &[&AccountChange],
) -> Result<(), ReconcileError> {
    let id = tenant.tenant.clone();
    bulk::insert(
        tenant.connection(),
        INSERT_ACCOUNTS,
        created.iter(),
        |row, change| {
            let account = &change.after;
            row.text(id.as_str());
            row.uuid(account.id.as_uuid());
            row.boolean(account.hsr_enabled);
            row.boolean(account.is_protected);
            row.optional_time(account.stale_since);
            row.text(account.object_type.as_str());
            row.text(account.origin.as_str());
            row.text(primary(account));
            row.optional_text(account.object_id.as_ref().map(ObjectId::as_str));
            row.bigint(version);
            row.bigint(version);
        },
    )
    .await
    .during("write the new accounts")?;
    Ok(())
}

/// Updates accounts that are there, without their addresses.
pub(crate) async fn update(
    tenant: &mut TenantLock,
    version: i64,
    changed: &[&AccountChange],
) -> Result<(), ReconcileError> {
    let accounts = || changed.iter().map(|change| &change.after);
    let ids: Vec<Uuid> = accounts().map(|account| account.id.as_uuid()).collect();
    let hsr_enabled: Vec<bool> = accounts().map(|account| account.hsr_enabled).collect();
    let is_protected: Vec<bool> = accounts().map(|account| account.is_protected).collect();
    let stale_since: Vec<_> = accounts()
        .map(|account| account.stale_since.map(PgTimestamp))
        .collect();
    let removed: Vec<bool> = accounts().map(|account| account.removed).collect();
    let types: Vec<&str> = accounts().map(|account| account.object_type.as_str()).collect();
    let origins: Vec<&str> = accounts().map(|account| account.origin.as_str()).collect();
    let primaries: Vec<&str> = accounts().map(primary).collect();
    let object_ids: Vec<_> = accounts()
        .map(|account| account.object_id.as_ref().map(ObjectId::as_str))
        .collect();
    // Nulls within an array are beyond the compiler's check; the statement says its type.
    sqlx::query_file!(
        "sql/account/update.sql",
        tenant.tenant.as_str(),
        &ids,
        &hsr_enabled,
        &is_protected,
        &stale_since as &[Option<PgTimestamp>],
        &removed,
        &types,
        &origins,
        &primaries,
        &object_ids as &[Option<&str>],
        version
    )
    .execute(tenant.connection())
    .await
    .during("update the accounts")?;
    Ok(())
}

fn primary(account: &AccountState) -> &str {
    account
        .primary()
        .map(|primary| primary.address.as_str())
        .unwrap_or_default()
}

/// Deletes addresses of live accounts.
pub(crate) async fn delete_addresses(tenant: &mut TenantLock, gone: &[&str]) -> Result<(), ReconcileError> {
    sqlx::query_file!("sql/address/delete.sql", tenant.tenant.as_str(), gone)
        .execute(tenant.connection())
        .await
        .during("take addresses away")?;
    Ok(())
}

/// Deletes the addresses that these removed accounts retain.
pub(crate) async fn delete_retained(
    tenant: &mut TenantLock,
    accounts: &[Uuid],
) -> Result<(), ReconcileError> {
    sqlx::query_file!("sql/removed_address/delete.sql", tenant.tenant.as_str(), accounts)
        .execute(tenant.connection())
        .await
        .during("delete the addresses of removed accounts")?;
    Ok(())
}

/// Writes addresses of live accounts. In the order of the index, it is written from its one end to the other.
pub(crate) async fn write_addresses(
    tenant: &mut TenantLock,
    addresses: Vec<OwnedAddress<'_>>,
) -> Result<(), ReconcileError> {
    let write = address_writer(tenant.tenant.clone());
    bulk::insert(tenant.connection(), INSERT_LIVE, addresses.into_iter(), write)
        .await
        .during("write the new addresses")?;
    Ok(())
}

/// Writes addresses that removed accounts retain.
pub(crate) async fn write_retained(
    tenant: &mut TenantLock,
    addresses: Vec<OwnedAddress<'_>>,
) -> Result<(), ReconcileError> {
    let write = address_writer(tenant.tenant.clone());
    bulk::insert(tenant.connection(), INSERT_RETAINED, addresses.into_iter(), write)
        .await
        .during("retain the addresses of removed accounts")?;
    Ok(())
}

fn address_writer(tenant: TenantId) -> impl FnMut(&mut RowWriter<'_>, OwnedAddress<'_>) {
    move |row, (account, state)| {
        row.text(tenant.as_str());
        row.text(state.address.as_str());
        row.uuid(account.as_uuid());
        row.optional_time(state.stale_since);
        row.text(AddressType::as_str(state.address_type));
        row.text(Origin::as_str(state.origin));
    }
}

/// Writes accounts as they were before a run, without their addresses.
pub(crate) async fn write_before(
    tenant: &mut TenantLock,
    run: RunId,
    accounts: &[&AccountState],
) -> Result<(), ReconcileError> {
    let (id, run) = (tenant.tenant.clone(), run.as_uuid());
    bulk::insert(
        tenant.connection(),
        INSERT_BEFORE,
        accounts.iter(),
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
    Ok(())
}

/// Writes addresses as they were before a run.
pub(crate) async fn write_addresses_before(
    tenant: &mut TenantLock,
    run: RunId,
    addresses: &[OwnedAddress<'_>],
) -> Result<(), ReconcileError> {
    let (id, run) = (tenant.tenant.clone(), run.as_uuid());
    bulk::insert(
        tenant.connection(),
        INSERT_ADDRESSES_BEFORE,
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
