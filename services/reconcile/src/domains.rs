//! The tenants' domains: which the portal names, and that each has one owner.

mod list;

use rollcall_domain::TenantId;
use rollcall_proto::v1;
use sqlx::PgConnection;

use crate::{
    error::{During, ReconcileError},
    reconciler::Reconciler,
    tenant::TenantTx,
};

pub(crate) use list::DomainList;

impl Reconciler {
    /// Replaces a tenant's domains. Runs that read meanwhile are decided with the new ones.
    pub(crate) async fn put_domains(
        &self,
        tenant: &TenantId,
        list: &DomainList,
    ) -> Result<Vec<v1::Domain>, ReconcileError> {
        let mut tx = TenantTx::open(&self.gates.calls, tenant).await?;
        let wanted = list.stored();
        if stored(tx.connection(), tenant).await? != wanted {
            replace(tx.connection(), tenant, list).await?;
            tx.row.portal_generation += 1;
            tx.row.domain_generation += 1;
            tx.commit().await?;
        }
        Ok(wanted)
    }

    /// A tenant's domains, by name.
    pub(crate) async fn get_domains(&self, tenant: &TenantId) -> Result<Vec<v1::Domain>, ReconcileError> {
        let mut connection = self.gates.calls.pool.acquire().await.during("get a connection")?;
        stored(&mut connection, tenant).await
    }
}

async fn stored(connection: &mut PgConnection, tenant: &TenantId) -> Result<Vec<v1::Domain>, ReconcileError> {
    let rows: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT name, alias_of FROM portal.domain WHERE tenant_id = $1 ORDER BY name")
            .bind(tenant.as_str())
            .fetch_all(connection)
            .await
            .during("read the tenant's domains")?;
    Ok(rows
        .into_iter()
        .map(|(name, of)| v1::Domain {
            name,
            alias_of: of.unwrap_or_default(),
        })
        .collect())
}

async fn replace(
    connection: &mut PgConnection,
    tenant: &TenantId,
    list: &DomainList,
) -> Result<(), ReconcileError> {
    let (names, alias_of) = list.columns();
    // All that will be touched, by name: two tenants who want each other's domains wait for each other in one order.
    sqlx::query("SELECT FROM portal.domain WHERE tenant_id = $1 OR name = ANY($2) ORDER BY name FOR UPDATE")
        .bind(tenant.as_str())
        .bind(&names)
        .execute(&mut *connection)
        .await
        .during("lock the domains")?;
    sqlx::query(include_str!("../sql/domain/take_away.sql"))
        .bind(tenant.as_str())
        .bind(&names)
        .execute(&mut *connection)
        .await
        .during("take domains away")?;
    let written = sqlx::query(include_str!("../sql/domain/put.sql"))
        .bind(tenant.as_str())
        .bind(&names)
        .bind(&alias_of)
        .execute(&mut *connection)
        .await
        .during("write the domains")?;
    if written.rows_affected() == names.len() as u64 {
        return Ok(());
    }
    // Those of others were not written, whether they had them before or got them just now.
    let owned: Option<String> = sqlx::query_scalar(
        "SELECT name FROM portal.domain WHERE name = ANY($1) AND tenant_id <> $2 ORDER BY name LIMIT 1",
    )
    .bind(&names)
    .bind(tenant.as_str())
    .fetch_optional(connection)
    .await
    .during("read which domain is another tenant's")?;
    Err(ReconcileError::DomainOwned {
        name: owned.unwrap_or_default(),
    })
}
