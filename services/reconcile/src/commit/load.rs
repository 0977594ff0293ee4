//! What a plan is made against: the tenant's domains, those of others, and its accounts.

use rollcall_domain::{
    DomainName,
    plan::{Directory, ForeignDomains, Portal, TenantDomains},
};

use crate::{
    error::{During, ReconcileError},
    portal,
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
    let met = directory.unregistered_domains(&TenantDomains::default());
    let (domains, foreign_names) = domains(tenant, &names(&met)).await?;
    let foreign = foreign_names
        .iter()
        .map(|name| domain(name))
        .collect::<Result<_, _>>()?;
    let unregistered: Vec<DomainName> = met
        .into_iter()
        .filter(|name| !domains.owns(name.as_str()))
        .collect();
    let portal = portal::all(tenant).await?;
    Ok(World {
        domains,
        foreign,
        foreign_names,
        unregistered: names(&unregistered),
        portal,
    })
}

fn names(domains: &[DomainName]) -> Vec<String> {
    domains.iter().map(|name| name.as_str().to_owned()).collect()
}

/// The tenant's domains, and those of the domains met that others own, by name.
async fn domains(
    tenant: &mut TenantTx,
    met: &[String],
) -> Result<(TenantDomains, Vec<String>), ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    let rows: Vec<(String, Option<String>, bool)> = sqlx::query_as(include_str!("load/domains.sql"))
        .bind(id)
        .bind(met)
        .fetch_all(tenant.connection())
        .await
        .during("read whose the domains met are")?;
    let (own, foreign): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, _, own)| *own);
    let parsed = own
        .iter()
        .map(|(name, alias_of, _)| Ok((domain(name)?, alias_of.as_deref().map(domain).transpose()?)))
        .collect::<Result<Vec<_>, ReconcileError>>()?;
    let foreign = foreign.into_iter().map(|(name, _, _)| name).collect();
    Ok((TenantDomains::new(parsed), foreign))
}

fn domain(name: &str) -> Result<DomainName, ReconcileError> {
    DomainName::parse(name).map_err(|_| ReconcileError::Unreadable { what: "domain" })
}

/// Remembers the domains met that are not the tenant's: whose they are is one of the inputs of the next run.
pub(super) async fn remember_foreign(tenant: &mut TenantTx, names: &[String]) -> Result<(), ReconcileError> {
    let id = tenant.tenant.as_str().to_owned();
    sqlx::query(include_str!("load/remember_foreign.sql"))
        .bind(&id)
        .bind(names)
        .execute(tenant.connection())
        .await
        .during("remember the domains met")?;
    Ok(())
}
