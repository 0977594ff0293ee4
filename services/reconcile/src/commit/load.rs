//! The state that a plan is made against: the tenant's domains, those of others, and its accounts.

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
    /// Those of the last applied read.
    pub(super) remembered: Vec<String>,
    pub(super) portal: Portal,
}

/// Loads all of it for a read.
pub(super) async fn world(tenant: &mut TenantTx, directory: &Directory) -> Result<World, ReconcileError> {
    let met = directory.unregistered_domains(&TenantDomains::default());
    let Owners {
        own,
        foreign: foreign_names,
        remembered,
    } = owners(tenant, &met).await?;
    let domains = TenantDomains::new(own);
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
        remembered,
        portal,
    })
}

fn names(domains: &[DomainName]) -> Vec<String> {
    domains.iter().map(|name| name.as_str().to_owned()).collect()
}

/// The owners of domains, as far as they decide on a read.
#[derive(Default)]
struct Owners {
    own: Vec<(DomainName, Option<DomainName>)>,
    /// Those of the domains met that others own, by name.
    foreign: Vec<String>,
    /// Those that the last applied run met, by name.
    remembered: Vec<String>,
}

async fn owners(tenant: &mut TenantTx, met: &[DomainName]) -> Result<Owners, ReconcileError> {
    let met: Vec<&str> = met.iter().map(DomainName::as_str).collect();
    let rows = sqlx::query_file!("sql/domain/owners.sql", tenant.tenant.as_str(), &met)
        .fetch_all(tenant.connection())
        .await
        .during("read whose the domains met are")?;
    let mut owners = Owners::default();
    for row in rows {
        match row.of.as_str() {
            "OWN" => {
                let alias_of = row.alias_of.as_deref().map(domain).transpose()?;
                owners.own.push((domain(&row.name)?, alias_of));
            }
            "FOREIGN" => owners.foreign.push(row.name),
            _ => owners.remembered.push(row.name),
        }
    }
    Ok(owners)
}

fn domain(name: &str) -> Result<DomainName, ReconcileError> {
    DomainName::parse(name).map_err(|_| ReconcileError::Unreadable { what: "domain" })
}

/// Remembers the domains met that are not the tenant's: whose they are is one of the inputs of the next run.
pub(super) async fn remember_foreign(tenant: &mut TenantTx, world: &World) -> Result<(), ReconcileError> {
    if world.unregistered == world.remembered {
        return Ok(());
    }
    let met: Vec<&str> = world.unregistered.iter().map(String::as_str).collect();
    sqlx::query_file!("sql/foreign_domain/remember.sql", tenant.tenant.as_str(), &met)
        .execute(tenant.connection())
        .await
        .during("remember the domains met")?;
    Ok(())
}
