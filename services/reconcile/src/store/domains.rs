//! The tenants' domains.

use rollcall_chassis::{
    audit::Record,
    pg::{Access, PgTimestamp},
};
use rollcall_domain::{Address, Days, DomainName, TenantId, plan::TenantDomains};
use rollcall_proto::v1;
use sqlx::PgConnection;

use super::{gate::Gate, tenant_lock::TenantLock};
use crate::error::{During, ReconcileError};

/// A tenant's domains, by name.
pub(crate) async fn of_tenant(gate: &Gate, tenant: &TenantId) -> Result<Vec<v1::Domain>, ReconcileError> {
    let mut tx = gate.tenant(tenant, Access::Read).await?;
    stored(tx.connection(), tenant).await
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

/// Replaces the tenant's domains. Those that it gives up stay reserved for it for so long.
pub(crate) async fn replace(
    tenant: &mut TenantLock,
    names: &[&str],
    alias_of: &[Option<&str>],
    reserved: Days,
) -> Result<(), ReconcileError> {
    let id = tenant.tenant.clone();
    lock(tenant, names).await?;
    let seconds = reserved.duration().as_secs();
    sqlx::query_file!("sql/domain/give_up.sql", id.as_str(), names, seconds)
        .execute(tenant.connection())
        .await
        .during("give domains up")?;
    sqlx::query_file!(
        "sql/domain/set_alias.sql",
        id.as_str(),
        names,
        alias_of as &[Option<&str>]
    )
    .execute(tenant.connection())
    .await
    .during("write what domains are aliases of")?;
    sqlx::query_file!(
        "sql/domain/put.sql",
        id.as_str(),
        names,
        alias_of as &[Option<&str>]
    )
    .execute(tenant.connection())
    .await
    .during("write the domains")?;
    check_available(tenant, names).await
}

/// Locks all that a change of domains will touch, by name: two tenants who want each other's domains wait for each other in
/// one order. They are rows of all tenants.
async fn lock(tenant: &mut TenantLock, names: &[&str]) -> Result<(), ReconcileError> {
    let id = tenant.tenant.clone();
    tenant.widen().await?;
    sqlx::query_file!("sql/domain/lock.sql", id.as_str(), names)
        .execute(tenant.connection())
        .await
        .during("lock the domains")?;
    tenant.narrow().await
}

/// Refuses names that another tenant has or that are reserved for one, and ends reservations of the others. Both are about
/// rows of all tenants. Asked once the names are written: what another transaction had written first is there by then.
async fn check_available(tenant: &mut TenantLock, names: &[&str]) -> Result<(), ReconcileError> {
    let id = tenant.tenant.clone();
    tenant.widen().await?;
    // Asked in any case, and for both kinds at once: neither the answer nor its time says which it was.
    let unavailable = sqlx::query_file_scalar!("sql/domain/unavailable.sql", names as &[&str], id.as_str())
        .fetch_optional(tenant.connection())
        .await
        .during("read which domain is not available")?;
    if let Some(name) = unavailable {
        return Err(ReconcileError::DomainUnavailable { name });
    }
    sqlx::query_file!("sql/reserved_domain/end.sql", names as &[&str])
        .execute(tenant.connection())
        .await
        .during("end the reservations of domains that are registered")?;
    tenant.narrow().await
}

/// Number of domains that are reserved for the tenant.
pub(crate) async fn reserved(tenant: &mut TenantLock) -> Result<u64, ReconcileError> {
    let id = tenant.tenant.clone();
    let reserved = sqlx::query_file_scalar!("sql/reserved_domain/of_tenant.sql", id.as_str())
        .fetch_one(tenant.connection())
        .await
        .during("count the reserved domains")?;
    Ok(reserved.unsigned_abs())
}

/// A domain as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainOwner {
    pub(crate) tenant_id: String,
    /// The domain of the tenant of which it is an alias.
    pub(crate) alias_of: Option<String>,
    /// Set if the tenant gave the domain up: it is reserved for it until then.
    pub(crate) reserved_until: Option<PgTimestamp>,
}

/// The tenant that owns a domain, or for which it is reserved.
pub(crate) async fn owner(gate: &Gate, name: &DomainName) -> Result<Option<DomainOwner>, ReconcileError> {
    let mut tx = gate.fleet(Access::Read).await?;
    sqlx::query_file_as!(DomainOwner, "sql/domain/owner.sql", name.as_str())
        .fetch_optional(tx.connection())
        .await
        .during("read whose a domain is")
}

/// Ends a reservation, records that with its tenant, and answers whose it was; `None` if there is none.
pub(crate) async fn release(
    gate: &Gate,
    name: &DomainName,
    record: Record,
) -> Result<Option<TenantId>, ReconcileError> {
    let mut tx = gate.fleet(Access::Write).await?;
    let released = sqlx::query_file_scalar!("sql/reserved_domain/release.sql", name.as_str())
        .fetch_optional(tx.connection())
        .await
        .during("release a domain")?;
    let Some(tenant) = released else {
        return Ok(None);
    };
    let tenant = TenantId::parse(&tenant).map_err(|_| ReconcileError::Unreadable { what: "tenant" })?;
    let written = record.tenant(&tenant).write(tx.connection()).await;
    written.during("record a release")?;
    tx.commit().await.during("commit a release")?;
    Ok(Some(tenant))
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

/// All domains of the tenant, for a decision.
pub(crate) async fn own(tenant: &mut TenantLock) -> Result<TenantDomains, ReconcileError> {
    let rows = sqlx::query_file!("sql/domain/of_tenant.sql", tenant.tenant.as_str())
        .fetch_all(tenant.connection())
        .await
        .during("read the tenant's domains")?;
    let own = rows
        .into_iter()
        .map(|row| own_domain(&row.name, row.alias_of.as_deref()))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(TenantDomains::new(own))
}

fn own_domain(
    name: &str,
    alias_of: Option<&str>,
) -> Result<(DomainName, Option<DomainName>), ReconcileError> {
    Ok((domain(name)?, alias_of.map(domain).transpose()?))
}

/// A stored name.
fn domain(name: &str) -> Result<DomainName, ReconcileError> {
    DomainName::parse(name).map_err(|_| ReconcileError::Unreadable { what: "domain" })
}
