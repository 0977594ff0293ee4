//! Time that passes: stored times are moved into the past, since no test waits for days. Only the stored times are
//! moved; the services do everything that follows.

use anyhow::{Result, ensure};
use rollcall_testbed::Endpoints;
use sqlx::{PgPool, postgres::PgPoolOptions};
use uuid::Uuid;

use crate::Tenant;

/// A stack's database, to make things older in.
#[derive(Clone, Debug)]
pub struct Past {
    database: PgPool,
}

impl Past {
    /// Opens the database of a stack.
    pub async fn connect(endpoints: &Endpoints) -> Result<Self> {
        let database = PgPoolOptions::new()
            .max_connections(1)
            .connect(&endpoints.database_url)
            .await?;
        Ok(Self { database })
    }

    /// The tenant's schedule became due a minute ago.
    pub async fn due(&self, tenant: &Tenant) -> Result<()> {
        let due = sqlx::query(
            "UPDATE scheduler.settings SET next_run_time = now() - interval '1 minute'
             WHERE tenant_id = $1 AND next_run_time IS NOT NULL",
        )
        .bind(&tenant.id)
        .execute(&self.database)
        .await?;
        ensure!(due.rows_affected() == 1, "the tenant has no schedule that runs");
        Ok(())
    }

    /// All that the tenant's runs did was done so many hours earlier.
    pub async fn runs(&self, tenant: &Tenant, hours: i32) -> Result<()> {
        let moved = sqlx::query(
            "UPDATE reconcile.run_outcome
             SET start_time = start_time - make_interval(hours => $2),
                 end_time = end_time - make_interval(hours => $2),
                 rows_expire_time = rows_expire_time - make_interval(hours => $2)
             WHERE tenant_id = $1",
        )
        .bind(&tenant.id)
        .bind(hours)
        .execute(&self.database)
        .await?;
        ensure!(moved.rows_affected() > 0, "the tenant has no run");
        Ok(())
    }

    /// The ids of runs that ended more than 400 days ago are as old: a run is kept with the others of its id's month.
    pub async fn ids(&self, tenant: &Tenant) -> Result<()> {
        let moved = sqlx::query(
            "UPDATE reconcile.run_outcome
             SET run_id = (lpad(to_hex((extract(epoch FROM end_time) * 1000)::bigint), 12, '0') || '70008'
                           || substr(md5(run_id::text), 1, 15))::uuid
             WHERE tenant_id = $1 AND end_time < now() - interval '400 days'",
        )
        .bind(&tenant.id)
        .execute(&self.database)
        .await?;
        ensure!(moved.rows_affected() > 0, "the tenant has no run that old");
        Ok(())
    }

    /// An account was removed so many days earlier.
    pub async fn removal(&self, tenant: &Tenant, account_id: &str, days: i32) -> Result<()> {
        let moved = sqlx::query(
            "UPDATE portal.account SET remove_time = remove_time - make_interval(days => $3)
             WHERE tenant_id = $1 AND account_id = $2 AND remove_time IS NOT NULL",
        )
        .bind(&tenant.id)
        .bind(Uuid::parse_str(account_id)?)
        .bind(days)
        .execute(&self.database)
        .await?;
        ensure!(moved.rows_affected() == 1, "there is no such removed account");
        Ok(())
    }

    /// The one number that a query about a tenant answers.
    pub async fn number(&self, query: &'static str, tenant: &Tenant) -> Result<i64> {
        Ok(sqlx::query_scalar(query)
            .bind(&tenant.id)
            .fetch_one(&self.database)
            .await?)
    }
}
