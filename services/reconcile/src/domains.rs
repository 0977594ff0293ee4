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
    /// Replaces a tenant's domains. Runs that read at the time are decided with the new ones.
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

async fn replace(
    connection: &mut PgConnection,
    tenant: &TenantId,
    list: &DomainList,
) -> Result<(), ReconcileError> {
    let (names, alias_of) = list.columns();
    // All that will be touched, by name: two tenants who want each other's domains wait for each other in one order.
    sqlx::query_file!("sql/domain/lock.sql", tenant.as_str(), &names)
        .execute(&mut *connection)
        .await
        .during("lock the domains")?;
    sqlx::query_file!("sql/domain/take_away.sql", tenant.as_str(), &names)
        .execute(&mut *connection)
        .await
        .during("take domains away")?;
    let written = sqlx::query_file!(
        "sql/domain/put.sql",
        tenant.as_str(),
        &names,
        &alias_of as &[Option<&str>]
    )
    .execute(&mut *connection)
    .await
    .during("write the domains")?;
    if written.rows_affected() == names.len() as u64 {
        return Ok(());
    }
    // Those of others were not written, no matter if they had them before or got them just now.
    let owned = sqlx::query_file_scalar!("sql/domain/owned_by_other.sql", &names, tenant.as_str())
        .fetch_optional(connection)
        .await
        .during("read which domain is another tenant's")?;
    Err(ReconcileError::DomainOwned {
        name: owned.unwrap_or_default(),
    })
}
