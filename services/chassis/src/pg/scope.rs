//! Transactions that say whose rows they are about.
//!
//! Row-level security shows a transaction the rows of the tenant that it names, and none if it names none. Work on all
//! tenants at once, such as the due tick, takes a role of its own, and says so by its type. A store's function that needs
//! a [`TenantTx`] cannot be called with anything else.

use rollcall_domain::TenantId;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction};

/// The setting that names a transaction's tenant. The policies of all tables compare with it.
const TENANT_SETTING: &str = "rollcall.tenant_id";

/// A role that may be taken for work on all tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetRole(&'static str);

/// What a transaction may do, and what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Changes rows.
    Write,
    /// Only reads.
    Read,
    /// Only reads, and all of its statements see one moment.
    Snapshot,
}

/// A service's connections, lent for work on one tenant's rows or on all tenants' rows.
#[derive(Debug, Clone)]
pub struct ScopedPool {
    pool: PgPool,
    fleet: FleetRole,
}

/// A transaction about one tenant. It sees no other tenant's rows, and cannot write any. One that only read may be dropped:
/// its end is sent behind the caller's back.
#[derive(Debug)]
pub struct TenantTx {
    transaction: Transaction<'static, Postgres>,
    fleet: FleetRole,
}

/// A transaction about all tenants. It may be dropped like a [`TenantTx`].
#[derive(Debug)]
pub struct FleetTx {
    transaction: Transaction<'static, Postgres>,
}

impl FleetRole {
    /// The role of this name: that of the service with `_fleet` behind it. The service's own role is a member of it.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The statement that takes it until the transaction ends.
    pub(super) fn taken(self) -> String {
        format!("SET LOCAL ROLE {}", self.identifier())
    }

    /// Its name, as an identifier of SQL.
    fn identifier(self) -> String {
        format!("\"{}\"", self.0.replace('"', "\"\""))
    }
}

impl Access {
    fn begin(self) -> &'static str {
        match self {
            Self::Write => "BEGIN",
            Self::Read => "BEGIN READ ONLY",
            Self::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

impl ScopedPool {
    /// Lends the connections of a service's own role.
    pub fn new(pool: PgPool, fleet: FleetRole) -> Self {
        Self { pool, fleet }
    }

    /// The connections themselves, for what belongs to no tenant. They show no tenant's rows.
    pub fn shared(&self) -> &PgPool {
        &self.pool
    }

    /// Begins a transaction about a tenant, in one round trip.
    pub async fn tenant(&self, tenant: &TenantId, access: Access) -> sqlx::Result<TenantTx> {
        let tenant = literal(tenant.as_str());
        let scope = format!("SET LOCAL {TENANT_SETTING} = {tenant}");
        let transaction = self.begin(access, &scope).await?;
        Ok(TenantTx {
            transaction,
            fleet: self.fleet,
        })
    }

    /// Begins a transaction about all tenants, in one round trip.
    pub async fn fleet(&self, access: Access) -> sqlx::Result<FleetTx> {
        let scope = self.fleet.taken();
        let transaction = self.begin(access, &scope).await?;
        Ok(FleetTx { transaction })
    }

    async fn begin(&self, access: Access, scope: &str) -> sqlx::Result<Transaction<'static, Postgres>> {
        let statements = format!("{}; {scope}", access.begin());
        self.pool.begin_with(AssertSqlSafe(statements)).await
    }
}

impl TenantTx {
    /// The connection, for statements of the transaction.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Makes what was done last.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.transaction.commit().await
    }

    /// Lets statements see and change the rows of all tenants until [`Self::narrow`]: for what the tenant's own
    /// transaction must ask of all.
    pub(super) async fn widen(&mut self) -> sqlx::Result<()> {
        self.run(&self.fleet.taken()).await
    }

    /// Lets statements see only the tenant's rows again.
    pub(super) async fn narrow(&mut self) -> sqlx::Result<()> {
        self.run("SET LOCAL ROLE NONE").await
    }

    async fn run(&mut self, statement: &str) -> sqlx::Result<()> {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Undoes what was done, and waits for it.
    pub(super) async fn rollback(self) -> sqlx::Result<()> {
        self.transaction.rollback().await
    }
}

impl FleetTx {
    /// The connection, for statements of the transaction.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Makes what was done last.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.transaction.commit().await
    }
}

/// A text as SQL writes it. Ids of tenants have no character that needs it; what reaches SQL as text goes through here all
/// the same.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_text_of_sql_does_not_end_it() {
        assert_eq!(literal("a'; RESET ROLE; --"), "'a''; RESET ROLE; --'");
        assert_eq!(FleetRole::new("a\"b").identifier(), "\"a\"\"b\"");
    }
}
