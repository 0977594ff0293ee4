//! Accounts with their addresses as they stand in the database: all of a tenant's, some of them, or those that a run
//! changed as they were before.
//!
//! Accounts and addresses are read apart, each as a whole, and brought together here: a join of the two is only as
//! good as the statistics, of which a tenant that was just imported has none.

use std::collections::HashMap;

use futures::{TryStreamExt as _, stream::BoxStream};
use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::{
    AccountId, Address, AddressType, ObjectId, ObjectType, Origin, RunId,
    plan::{AccountState, AddressState, Portal},
};
use uuid::Uuid;

use super::tenant_lock::TenantLock;
use crate::error::{During, ReconcileError};

/// Accounts by id.
pub(crate) type Accounts = HashMap<Uuid, AccountState>;

type Rows<'c, T> = BoxStream<'c, sqlx::Result<T>>;

/// All accounts of the tenant, live and removed.
pub(crate) async fn all(tenant: &mut TenantLock) -> Result<Portal, ReconcileError> {
    let rows = sqlx::query_file_as!(AccountRow, "sql/account/of_tenant.sql", tenant.tenant.as_str())
        .fetch(tenant.connection());
    let mut accounts = read_accounts(rows).await?;
    let rows = sqlx::query_file_as!(AddressRow, "sql/address/of_tenant.sql", tenant.tenant.as_str())
        .fetch(tenant.connection());
    add_addresses(rows, &mut accounts).await?;
    Ok(accounts.into_values().collect())
}

/// These accounts, live and removed; what is not there is left out.
pub(crate) async fn some(tenant: &mut TenantLock, ids: &[Uuid]) -> Result<Accounts, ReconcileError> {
    let rows = sqlx::query_file_as!(AccountRow, "sql/account/some.sql", tenant.tenant.as_str(), ids)
        .fetch(tenant.connection());
    let mut accounts = read_accounts(rows).await?;
    let rows = sqlx::query_file_as!(AddressRow, "sql/address/some.sql", tenant.tenant.as_str(), ids)
        .fetch(tenant.connection());
    add_addresses(rows, &mut accounts).await?;
    accounts.values_mut().for_each(AccountState::put_in_order);
    Ok(accounts)
}

/// The accounts that were there and that a run changed, as they were before.
pub(crate) async fn before(tenant: &mut TenantLock, run: RunId) -> Result<Accounts, ReconcileError> {
    let rows = sqlx::query_file_as!(
        AccountRow,
        "sql/account_before/of_run.sql",
        tenant.tenant.as_str(),
        run.as_uuid()
    )
    .fetch(tenant.connection());
    let mut accounts = read_accounts(rows).await?;
    let rows = sqlx::query_file_as!(
        AddressRow,
        "sql/address_before/of_run.sql",
        tenant.tenant.as_str(),
        run.as_uuid()
    )
    .fetch(tenant.connection());
    add_addresses(rows, &mut accounts).await?;
    accounts.values_mut().for_each(AccountState::put_in_order);
    Ok(accounts)
}

struct AccountRow {
    account_id: Uuid,
    object_id: Option<String>,
    r#type: String,
    origin: String,
    hsr_enabled: bool,
    is_protected: bool,
    stale_since: Option<PgTimestamp>,
    removed: bool,
}

async fn read_accounts(mut rows: Rows<'_, AccountRow>) -> Result<Accounts, ReconcileError> {
    let mut accounts = Accounts::new();
    while let Some(row) = rows.try_next().await.during("read the accounts")? {
        let account = account(&row)?;
        accounts.insert(account.id.as_uuid(), account);
    }
    Ok(accounts)
}

fn account(row: &AccountRow) -> Result<AccountState, ReconcileError> {
    let object_id = row.object_id.as_deref().map(ObjectId::from_canonical);
    let (Ok(object_id), Some(object_type), Some(origin)) = (
        object_id.transpose(),
        ObjectType::parse(&row.r#type),
        Origin::parse(&row.origin),
    ) else {
        return Err(ReconcileError::Unreadable { what: "account" });
    };
    Ok(AccountState {
        id: AccountId::from_uuid(row.account_id),
        object_id,
        object_type,
        origin,
        hsr_enabled: row.hsr_enabled,
        is_protected: row.is_protected,
        stale_since: row.stale_since.map(Into::into),
        removed: row.removed,
        addresses: Vec::new(),
    })
}

struct AddressRow {
    account_id: Uuid,
    address: String,
    address_type: String,
    origin: String,
    stale_since: Option<PgTimestamp>,
}

async fn add_addresses(
    mut rows: Rows<'_, AddressRow>,
    accounts: &mut Accounts,
) -> Result<(), ReconcileError> {
    while let Some(row) = rows.try_next().await.during("read the addresses")? {
        let account = accounts.get_mut(&row.account_id);
        let account = account.ok_or(ReconcileError::Unreadable {
            what: "owner of an address",
        })?;
        account.addresses.push(address(&row)?);
    }
    Ok(())
}

fn address(row: &AddressRow) -> Result<AddressState, ReconcileError> {
    let (Some(address), Some(address_type), Some(origin)) = (
        Address::from_stored(&row.address),
        AddressType::parse(&row.address_type),
        Origin::parse(&row.origin),
    ) else {
        return Err(ReconcileError::Unreadable { what: "address" });
    };
    Ok(AddressState {
        address,
        address_type,
        origin,
        stale_since: row.stale_since.map(Into::into),
    })
}
