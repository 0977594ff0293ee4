//! A database for each test of a store: a copy of the bed's schemas, without a row.
//!
//! `rollcall-testbed run --only postgres,schemas` starts the server and names the schemas in the environment. A store is
//! tested on connections of its service's own role, so that missing grants are found as well. The bed takes the copies
//! with it when it ends.

mod plan;
mod wall;

use anyhow::{Context as _, Result};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use uuid::Uuid;

pub use plan::{Plan, Planned};
pub use wall::Statements;

/// The services that have a role in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The scheduler's.
    Scheduler,
    /// Reconcile's.
    Reconcile,
    /// That of results, which may only read.
    Results,
}

impl Role {
    /// The variable in which the bed names the schemas for this role.
    fn variable(self) -> &'static str {
        match self {
            Self::Scheduler => "SCHEMAS_SCHEDULER_URL",
            Self::Reconcile => "SCHEMAS_RECONCILE_URL",
            Self::Results => "SCHEMAS_RESULTS_URL",
        }
    }

    /// Name of its role for work on all tenants.
    fn fleet(self) -> &'static str {
        match self {
            Self::Scheduler => "rollcall_scheduler_fleet",
            Self::Reconcile => "rollcall_reconcile_fleet",
            Self::Results => "rollcall_results_fleet",
        }
    }
}

/// The rows that a session sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Those of one tenant.
    Tenant(&'a str),
    /// Those of all tenants, as the role for such work.
    Fleet,
}

impl Scope<'_> {
    fn statement(self, role: Role) -> String {
        match self {
            Self::Tenant(tenant) => format!("SET rollcall.tenant_id = '{tenant}'"),
            Self::Fleet => format!("SET ROLE {}", role.fleet()),
        }
    }
}

/// The database of one test.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// A copy that no other test uses.
    pub async fn create() -> Result<Self> {
        let schemas = variable("SCHEMAS_DATABASE_URL")?;
        let Place { template, .. } = place(&schemas)?;
        let name = format!("test_{}", Uuid::new_v4().simple());
        // A session that is connected to the schemas themselves keeps others from copying them.
        let mut connection = PgConnection::connect(&elsewhere(&schemas, "postgres")?).await?;
        let create = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {template}"));
        sqlx::raw_sql(create)
            .execute(&mut connection)
            .await
            .context("copy the schemas")?;
        connection.close().await?;
        Ok(Self { name })
    }

    /// Address at which a service's role finds it.
    pub fn url(&self, role: Role) -> Result<String> {
        elsewhere(&variable(role.variable())?, &self.name)
    }

    /// Connections of a service's role.
    pub async fn pool(&self, role: Role) -> Result<PgPool> {
        Ok(PgPool::connect(&self.url(role)?).await?)
    }

    /// Runs statements as a service's role for all tenants, for rows that its code is not there to write. What begins with
    /// `ANALYZE` stands last, and is run by the owner.
    pub async fn run(&self, role: Role, statements: &str) -> Result<()> {
        let (rows, statistics) = match statements.find("ANALYZE") {
            Some(place) => statements.split_at(place),
            None => (statements, ""),
        };
        let mut connection = self.connect(role, Scope::Fleet).await?;
        self.finish(&mut connection, rows).await?;
        self.finish(&mut connection, "RESET ROLE").await?;
        self.finish(&mut connection, statistics).await?;
        Ok(connection.close().await?)
    }

    /// Runs statements as a service's own role, which owns its tables and sees no tenant's rows.
    pub async fn run_as_owner(&self, role: Role, statements: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url(role)?).await?;
        self.finish(&mut connection, statements).await?;
        Ok(connection.close().await?)
    }

    /// A session of the superuser, who sees everything.
    pub async fn superuser(&self) -> Result<PgConnection> {
        Ok(PgConnection::connect(&self.superusers_url()?).await?)
    }

    /// Address at which the superuser finds it.
    pub fn superusers_url(&self) -> Result<String> {
        elsewhere(&variable("SCHEMAS_DATABASE_URL")?, &self.name)
    }

    /// A session of a service's role that sees so much until it ends.
    pub async fn connect(&self, role: Role, scope: Scope<'_>) -> Result<PgConnection> {
        let mut connection = PgConnection::connect(&self.url(role)?).await?;
        let scope = AssertSqlSafe(scope.statement(role));
        sqlx::raw_sql(scope).execute(&mut connection).await?;
        Ok(connection)
    }

    async fn finish(&self, connection: &mut PgConnection, statements: &str) -> Result<()> {
        sqlx::raw_sql(AssertSqlSafe(statements))
            .execute(connection)
            .await
            .with_context(|| format!("run {statements}"))?;
        Ok(())
    }

    /// Runs statements as the superuser, for rows that no service may write.
    pub async fn run_as_superuser(&self, statements: &str) -> Result<()> {
        let schemas = variable("SCHEMAS_DATABASE_URL")?;
        let mut connection = PgConnection::connect(&elsewhere(&schemas, &self.name)?).await?;
        sqlx::raw_sql(AssertSqlSafe(statements))
            .execute(&mut connection)
            .await
            .with_context(|| format!("run {statements}"))?;
        Ok(connection.close().await?)
    }

    /// The value of an expression as a literal, for an argument of [`Self::explain`].
    pub async fn literal(&self, role: Role, expression: &str) -> Result<String> {
        let mut connection = self.connect(role, Scope::Fleet).await?;
        let literal = AssertSqlSafe(format!("SELECT quote_literal(({expression})::text)"));
        let literal = sqlx::query_scalar(literal)
            .fetch_one(&mut connection)
            .await
            .with_context(|| format!("evaluate {expression}"))?;
        connection.close().await?;
        Ok(literal)
    }

    /// Runs a statement as a service's role, with arguments as SQL writes them, and answers how PostgreSQL ran it.
    /// Nothing of it stays.
    pub async fn explain(
        &self,
        role: Role,
        scope: Scope<'_>,
        planned: Planned,
        statement: &str,
        arguments: &str,
    ) -> Result<Plan> {
        let mut connection = self.connect(role, scope).await?;
        let plan = Plan::of(&mut connection, planned, statement, arguments)
            .await
            .with_context(|| format!("explain {statement}"))?;
        connection.close().await?;
        Ok(plan)
    }
}

fn variable(name: &str) -> Result<String> {
    let value =
        std::env::var_os(name).with_context(|| format!("{name} is not set: run `make test-store`"))?;
    value
        .into_string()
        .ok()
        .with_context(|| format!("{name} is no text"))
}

/// The parts of a database's address.
struct Place<'a> {
    server: &'a str,
    template: &'a str,
    /// How the connection is secured.
    options: &'a str,
}

fn place(url: &str) -> Result<Place<'_>> {
    let (place, options) = url.split_once('?').unwrap_or((url, ""));
    let (server, template) = place
        .rsplit_once('/')
        .with_context(|| format!("{place} names no database"))?;
    Ok(Place {
        server,
        template,
        options,
    })
}

/// The address of another database of the same server.
fn elsewhere(url: &str, database: &str) -> Result<String> {
    let Place { server, options, .. } = place(url)?;
    Ok(format!("{server}/{database}?{options}"))
}
