//! The tenants' domains, and the domains that a read met.

use rollcall_domain::{Address, DomainName, TenantId, plan::TenantDomains};
use rollcall_proto::v1;
use sqlx::PgConnection;

use super::{gate::Gate, tenant_lock::TenantLock};
use crate::error::{During, ReconcileError};

/// The owners of domains, as far as they decide on a read.
#[derive(Default)]
pub(crate) struct DomainOwners {
    /// The tenant's own, with the domain that each is an alias of.
    pub(crate) own: Vec<(DomainName, Option<DomainName>)>,
    /// Those of the domains met that others own, by name.
    pub(crate) foreign: Vec<String>,
    /// Those that the last applied run met, by name.
    pub(crate) remembered: Vec<String>,
}

/// A tenant's domains, by name.
pub(crate) async fn of_tenant(gate: &Gate, tenant: &TenantId) -> Result<Vec<v1::Domain>, ReconcileError> {
    let mut connection = gate.pool.acquire().await.during("get a connection")?;
    stored(&mut connection, tenant).await
}

/// The same under the tenant's lock.
pub(crate) async fn of_locked(tenant: &mut TenantLock) -> Result<Vec<v1::Domain>, ReconcileError> {
    let id = tenant.tenant.clone();
    stored(tenant.connection(), &id).await
}

async fn stored(connection: &mut PgConnection, tenant: &TenantId) -> Result<Vec<v1::Domain>, ReconcileError> {
    let rows = sqlx::query_file!("sql/domain/of_tenant.sql", tenant.as_str())
        .fetch_all(connection)
        .await
        .during("read the tenant's domains")?;
    Ok(rows
        .into_iter()
        .map(|row| v1::Domain {
            name: row.name,
            alias_of: row.alias_of.unwrap_or_default(),
        })
        .collect())
}

/// Those of these domains that addresses of the tenant are in, by name, with how many each has.
pub(crate) async fn in_use(
    tenant: &mut TenantLock,
    names: &[&str],
) -> Result<Vec<(String, u64)>, ReconcileError> {
    let id = tenant.tenant.clone();
    let rows = sqlx::query_file!("sql/address/in_domains.sql", id.as_str(), names)
        .fetch_all(tenant.connection())
        .await
        .during("count the addresses in domains")?;
    Ok(rows
        .into_iter()
        .map(|row| (row.domain, row.addresses.unsigned_abs()))
        .collect())
}

/// Replaces the tenant's domains.
pub(crate) async fn replace(
    tenant: &mut TenantLock,
    names: &[&str],
    alias_of: &[Option<&str>],
) -> Result<(), ReconcileError> {
    let id = tenant.tenant.clone();
    let connection = tenant.connection();
    // All that will be touched, by name: two tenants who want each other's domains wait for each other in one order.
    sqlx::query_file!("sql/domain/lock.sql", id.as_str(), names)
        .execute(&mut *connection)
        .await
        .during("lock the domains")?;
    sqlx::query_file!("sql/domain/take_away.sql", id.as_str(), names)
        .execute(&mut *connection)
        .await
        .during("take domains away")?;
    let written = sqlx::query_file!(
        "sql/domain/put.sql",
        id.as_str(),
        names,
        alias_of as &[Option<&str>]
    )
    .execute(&mut *connection)
    .await
    .during("write the domains")?;
    if written.rows_affected() == names.len() as u64 {
        return Ok(());
    }
    // Those of others were not written, no matter if they had them before or got them just now.
    let owned = sqlx::query_file_scalar!("sql/domain/owned_by_other.sql", names, id.as_str())
        .fetch_optional(connection)
        .await
        .during("read which domain is another tenant's")?;
    Err(ReconcileError::DomainOwned {
        name: owned.unwrap_or_default(),
    })
}

/// Those of the tenant's domains that these addresses are in.
pub(crate) async fn of_addresses(
    tenant: &mut TenantLock,
    addresses: &[Address],
) -> Result<TenantDomains, ReconcileError> {
    let mut names: Vec<&str> = addresses.iter().map(Address::domain).collect();
    names.sort_unstable();
    names.dedup();
    let rows = sqlx::query_file!("sql/domain/among.sql", &names, tenant.tenant.as_str())
        .fetch_all(tenant.connection())
        .await
        .during("read the addresses' domains")?;
    let own = rows
        .into_iter()
        .map(|row| own_domain(&row.name, row.alias_of.as_deref()))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(TenantDomains::new(own))
}

/// The owners of the domains that a read met, and all domains of the tenant.
pub(crate) async fn owners(
    tenant: &mut TenantLock,
    met: &[DomainName],
) -> Result<DomainOwners, ReconcileError> {
    let met: Vec<&str> = met.iter().map(DomainName::as_str).collect();
    let rows = sqlx::query_file!("sql/domain/owners.sql", tenant.tenant.as_str(), &met)
        .fetch_all(tenant.connection())
        .await
        .during("read whose the domains met are")?;
    let mut owners = DomainOwners::default();
    for row in rows {
        match row.of.as_str() {
            "OWN" => {
                owners.own.push(own_domain(&row.name, row.alias_of.as_deref())?);
            }
            "FOREIGN" => owners.foreign.push(row.name),
            _ => owners.remembered.push(row.name),
        }
    }
    Ok(owners)
}

fn own_domain(
    name: &str,
    alias_of: Option<&str>,
) -> Result<(DomainName, Option<DomainName>), ReconcileError> {
    Ok((domain(name)?, alias_of.map(domain).transpose()?))
}

/// A stored name.
pub(crate) fn domain(name: &str) -> Result<DomainName, ReconcileError> {
    DomainName::parse(name).map_err(|_| ReconcileError::Unreadable { what: "domain" })
}

/// Remembers the domains met that are not the tenant's: their owners are one of the inputs of the next run.
pub(crate) async fn remember(tenant: &mut TenantLock, met: &[String]) -> Result<(), ReconcileError> {
    let met: Vec<&str> = met.iter().map(String::as_str).collect();
    sqlx::query_file!("sql/foreign_domain/remember.sql", tenant.tenant.as_str(), &met)
        .execute(tenant.connection())
        .await
        .during("remember the domains met")?;
    Ok(())
}
