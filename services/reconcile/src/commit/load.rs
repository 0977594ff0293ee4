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
    let portal = portal::all(tenant).await?;
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
