//! What a plan is made against: the tenant's domains, those of others, and its accounts.

use futures::TryStreamExt as _;
use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::{
    AccountId, Address, AddressType, DomainName, ObjectId, ObjectType, Origin,
    plan::{AccountState, AddressState, Directory, ForeignDomains, Portal, TenantDomains},
};
use sqlx::{FromRow, Row as _, postgres::PgRow};
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

/// The account's part of a row; the address' part stands beside it.
#[derive(FromRow)]
struct AccountRow {
    account_id: Uuid,
    object_id: Option<String>,
    r#type: String,
    account_origin: String,
    hsr_enabled: bool,
    protected: bool,
    account_stale_since: Option<PgTimestamp>,
    removed: bool,
}

/// The accounts as they come, one row an address, those of an account one after the other.
async fn portal(tenant: &mut TenantTx) -> Result<Portal, ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    let mut rows = sqlx::query(include_str!("load/accounts.sql"))
        .bind(id)
        .persistent(false)
        .fetch(tenant.connection());
    let mut builder = Portal::builder();
    let mut current: Option<AccountState> = None;
    while let Some(row) = rows.try_next().await.during("read the accounts")? {
        let account_id: Uuid = row.try_get("account_id").during("read an account's id")?;
        let is_next = current
            .as_ref()
            .is_none_or(|account| account.id.as_uuid() != account_id);
        if is_next && let Some(complete) = current.replace(account(&row)?) {
            builder.push(complete);
        }
        if let (Some(account), Some(address)) = (current.as_mut(), address(&row)?) {
            account.addresses.push(address);
        }
    }
    if let Some(complete) = current {
        builder.push(complete);
    }
    Ok(builder.finish())
}

fn account(row: &PgRow) -> Result<AccountState, ReconcileError> {
    let unreadable = ReconcileError::Unreadable { what: "account" };
    let row = AccountRow::from_row(row).during("read an account")?;
    let object_id = row.object_id.as_deref().map(ObjectId::from_canonical).transpose();
    let (Ok(object_id), Some(object_type), Some(origin)) = (
        object_id,
        ObjectType::parse(&row.r#type),
        Origin::parse(&row.account_origin),
    ) else {
        return Err(unreadable);
    };
    Ok(AccountState {
        id: AccountId::from_uuid(row.account_id),
        object_id,
        object_type,
        origin,
        hsr_enabled: row.hsr_enabled,
        protected: row.protected,
        stale_since: row.account_stale_since.map(Into::into),
        removed: row.removed,
        addresses: Vec::new(),
    })
}

/// None for an account without any address.
fn address(row: &PgRow) -> Result<Option<AddressState>, ReconcileError> {
    let column = "read an address";
    let Some(address) = row.try_get::<Option<&str>, _>("address").during(column)? else {
        return Ok(None);
    };
    let address_type = AddressType::parse(row.try_get("address_type").during(column)?);
    let origin = Origin::parse(row.try_get("origin").during(column)?);
    let stale_since: Option<PgTimestamp> = row.try_get("stale_since").during(column)?;
    let (Ok(address), Some(address_type), Some(origin)) = (Address::parse(address), address_type, origin)
    else {
        return Err(ReconcileError::Unreadable { what: "address" });
    };
    Ok(Some(AddressState {
        address,
        address_type,
        origin,
        stale_since: stale_since.map(Into::into),
    }))
}
