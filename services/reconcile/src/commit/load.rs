//! What a plan is made against: the tenant's domains, those of others, and its accounts.

use std::collections::HashMap;

use futures::TryStreamExt as _;
use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::{
    AccountId, Address, AddressType, DomainName, ObjectId, ObjectType, Origin,
    plan::{AccountState, AddressState, Directory, ForeignDomains, Portal, TenantDomains},
};
use sqlx::FromRow;
use tokio::task::block_in_place;
use uuid::Uuid;

use crate::{
    error::{During, ReconcileError},
    tenant::TenantTx,
};

/// Everything of the portal that decides.
pub(super) struct World {
    pub(super) domains: TenantDomains,
    pub(super) foreign: ForeignDomains,
    /// The same as `foreign`, by name.
    pub(super) foreign_names: Vec<String>,
    /// The domains of the read that are not the tenant's.
    pub(super) unregistered: Vec<String>,
    pub(super) portal: Portal,
}

/// Loads all of it for a read.
pub(super) async fn world(tenant: &mut TenantTx, directory: &Directory) -> Result<World, ReconcileError> {
    let domains = domains(tenant).await?;
    let unregistered: Vec<String> = directory
        .unregistered_domains(&domains)
        .iter()
        .map(|name| name.as_str().to_owned())
        .collect();
    let foreign_names = owned_by_others(tenant, &unregistered).await?;
    let foreign = foreign_names
        .iter()
        .map(|name| domain(name))
        .collect::<Result<_, _>>()?;
    let portal = portal(tenant).await?;
    Ok(World {
        domains,
        foreign,
        foreign_names,
        unregistered,
        portal,
    })
}

async fn domains(tenant: &mut TenantTx) -> Result<TenantDomains, ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    let rows: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT name, alias_of FROM portal.domain WHERE tenant_id = $1")
            .bind(id)
            .fetch_all(tenant.connection())
            .await
            .during("read the tenant's domains")?;
    let parsed = rows
        .iter()
        .map(|(name, alias_of)| Ok((domain(name)?, alias_of.as_deref().map(domain).transpose()?)))
        .collect::<Result<Vec<_>, ReconcileError>>()?;
    Ok(TenantDomains::new(parsed))
}

fn domain(name: &str) -> Result<DomainName, ReconcileError> {
    DomainName::parse(name).map_err(|_| ReconcileError::Unreadable { what: "domain" })
}

async fn owned_by_others(tenant: &mut TenantTx, names: &[String]) -> Result<Vec<String>, ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    sqlx::query_scalar(
        "SELECT name FROM portal.domain WHERE name = ANY($1) AND tenant_id <> $2 ORDER BY name",
    )
    .bind(names)
    .bind(id)
    .fetch_all(tenant.connection())
    .await
    .during("read who owns the domains met")
}

/// Remembers the domains met that are not the tenant's: whose they are is one of the inputs of the next run.
pub(super) async fn remember_foreign(tenant: &mut TenantTx, names: &[String]) -> Result<(), ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    sqlx::query("DELETE FROM reconcile.foreign_domain WHERE tenant_id = $1 AND name <> ALL($2)")
        .bind(&id)
        .bind(names)
        .execute(tenant.connection())
        .await
        .during("forget domains that are met no more")?;
    sqlx::query(
        "INSERT INTO reconcile.foreign_domain (tenant_id, name) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING",
    )
    .bind(&id)
    .bind(names)
    .execute(tenant.connection())
    .await
    .during("remember the domains met")?;
    Ok(())
}

/// Accounts and addresses are read apart, each as a whole, and brought together here: a join of the two is only as good as
/// the statistics, of which a tenant that was just imported has none.
async fn portal(tenant: &mut TenantTx) -> Result<Portal, ReconcileError> {
    let mut accounts = accounts(tenant).await?;
    add_addresses(tenant, include_str!("load/addresses.sql"), &mut accounts).await?;
    add_addresses(tenant, include_str!("load/removed_addresses.sql"), &mut accounts).await?;
    Ok(block_in_place(|| accounts.into_values().collect()))
}

type Accounts = HashMap<Uuid, AccountState>;

#[derive(FromRow)]
struct AccountRow {
    account_id: Uuid,
    object_id: Option<String>,
    r#type: String,
    origin: String,
    hsr_enabled: bool,
    protected: bool,
    stale_since: Option<PgTimestamp>,
    removed: bool,
}

async fn accounts(tenant: &mut TenantTx) -> Result<Accounts, ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    let mut rows = sqlx::query_as(include_str!("load/accounts.sql"))
        .bind(id)
        .fetch(tenant.connection());
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
        protected: row.protected,
        stale_since: row.stale_since.map(Into::into),
        removed: row.removed,
        addresses: Vec::new(),
    })
}

#[derive(FromRow)]
struct AddressRow {
    account_id: Uuid,
    address: String,
    address_type: String,
    origin: String,
    stale_since: Option<PgTimestamp>,
}

async fn add_addresses(
    tenant: &mut TenantTx,
    statement: &'static str,
    accounts: &mut Accounts,
) -> Result<(), ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    let mut rows = sqlx::query_as(statement).bind(id).fetch(tenant.connection());
    while let Some(row) = rows.try_next().await.during("read the addresses")? {
        let row: AddressRow = row;
        let account = accounts.get_mut(&row.account_id);
        let account = account.ok_or(ReconcileError::Unreadable {
            what: "owner of an address",
        })?;
        account.addresses.push(address(&row)?);
    }
    Ok(())
}

fn address(row: &AddressRow) -> Result<AddressState, ReconcileError> {
    let (Ok(address), Some(address_type), Some(origin)) = (
        Address::parse(&row.address),
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
