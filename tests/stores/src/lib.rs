//! A database for each test of a store: a copy of the bed's schemas, without a row.
//!
//! `rollcall-testbed run --only postgres,schemas` starts the server and names the schemas in the environment. A store is
//! tested on connections of its service's own role, so that missing grants are found as well. The bed takes the copies
//! with it when it ends.

mod plan;

use anyhow::{Context as _, Result};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use uuid::Uuid;

pub use plan::{Plan, Planned};

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

    /// Runs statements as a service's role, for rows that its code is not there to write.
    pub async fn run(&self, role: Role, statements: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url(role)?).await?;
        sqlx::raw_sql(AssertSqlSafe(statements))
            .execute(&mut connection)
            .await
            .with_context(|| format!("run {statements}"))?;
        Ok(connection.close().await?)
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
        let mut connection = PgConnection::connect(&self.url(role)?).await?;
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
        planned: Planned,
        statement: &str,
        arguments: &str,
    ) -> Result<Plan> {
        let mut connection = PgConnection::connect(&self.url(role)?).await?;
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
