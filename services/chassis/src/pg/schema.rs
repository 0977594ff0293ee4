//! A service's own schema, brought up to date when a process starts: first the migrations, then the months of tables in
//! partitions, then the wall between tenants, then the views that it publishes.
//!
//! A migration is applied once and never edited. A view is a file of its own, applied when its text is new to the
//! database. A text that was applied before and has been replaced since then is an older release's: a process of that
//! release, started again during an upgrade, leaves the newer view as it is.

use std::time::Duration;

use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection,
    migrate::{MigrateError, Migrator},
};

use super::{FleetRole, Monthly, wall};

/// Time that a migration waits for a lock. Statements of all services queue behind it.
const LOCK_WAIT: Duration = Duration::from_secs(3);
/// PostgreSQL gave up waiting for a lock.
const LOCK_NOT_AVAILABLE: &str = "55P03";
/// PostgreSQL ended a statement, since others waited for it in a circle.
const DEADLOCK_DETECTED: &str = "40P01";
/// A view cannot be replaced: columns have gone or are others.
const INVALID_TABLE_DEFINITION: &str = "42P16";

/// One process at a time brings a schema up to date. The lock is tried, and never waited for: a session that waits has a
/// snapshot, and CREATE INDEX CONCURRENTLY waits for all of these.
const TRY_LOCK: &str =
    "SELECT pg_try_advisory_lock(hashtextextended('rollcall schema ' || current_schema(), 0))";

/// A migration takes as long as it takes. Its role's own bounds are for statements of calls.
const WITHOUT_BOUNDS: &str = "SELECT set_config('statement_timeout', '0', false),
    set_config('idle_in_transaction_session_timeout', '0', false)";

/// The texts of views that were applied, in the schema of their owner.
const REMEMBER_VIEWS: &str = "CREATE TABLE IF NOT EXISTS applied_view (
    name text,
    digest text,
    apply_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, digest)
)";
const IS_KNOWN: &str = "SELECT to_regclass($1) IS NOT NULL
    AND EXISTS (
        SELECT FROM applied_view WHERE name = $1 AND digest = encode(sha256(convert_to($2, 'UTF8')), 'hex')
    )";
const REMEMBER: &str = "INSERT INTO applied_view (name, digest)
    VALUES ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))
    ON CONFLICT (name, digest) DO UPDATE SET apply_time = now()";

/// A service's own schema.
#[derive(Debug)]
pub struct Schema {
    /// Tables and indexes, step by step.
    pub migrations: Migrator,
    /// Tables in partitions of a month. The present month and those ahead are made before the service begins.
    pub monthly: &'static [Monthly],
    /// The role for work on all tenants.
    pub fleet: FleetRole,
    /// Views that other services read, in an order in which each uses only earlier ones. They show the rows of the tenant
    /// that the reader's transaction names.
    pub views: &'static [View],
    /// The same, for the fleet's roles of other services: they show the rows of all tenants.
    pub fleet_views: &'static [View],
}

/// A view that a service publishes.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Its name, with that of its schema.
    pub name: &'static str,
    /// Statements that create or replace it, and grant it to its reader.
    pub sql: &'static str,
}

/// The views of a crate, by name: `views/<name>.sql` holds each.
#[macro_export]
macro_rules! views {
    ($($name:literal),+ $(,)?) => {
        &[$(
            $crate::pg::View {
                name: $name,
                sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/views/", $name, ".sql")),
            },
        )+]
    };
}

/// The views over all tenants of a crate, by name: `views/fleet/<name>.sql` holds each.
#[macro_export]
macro_rules! fleet_views {
    ($($name:literal),+ $(,)?) => {
        &[$(
            $crate::pg::View {
                name: $name,
                sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/views/fleet/", $name, ".sql")),
            },
        )+]
    };
}

impl Schema {
    /// Applies what the database does not have yet. False if another process is at it.
    pub(super) async fn apply(&self, connection: &mut PgConnection) -> Result<bool, MigrateError> {
        sqlx::query(WITHOUT_BOUNDS).execute(&mut *connection).await?;
        if !sqlx::query_scalar(TRY_LOCK).fetch_one(&mut *connection).await? {
            return Ok(false);
        }
        self.migrate(connection).await?;
        bound_waits(connection, LOCK_WAIT).await?;
        for table in self.monthly {
            table.make_ahead_on(connection).await?;
        }
        wall::build(connection).await?;
        publish(connection, self.views, None).await?;
        publish(connection, self.fleet_views, Some(self.fleet)).await?;
        Ok(true)
    }

    async fn migrate(&self, connection: &mut PgConnection) -> Result<(), MigrateError> {
        let mut migrator = Migrator::with_migrations(self.migrations.iter().cloned().collect());
        migrator.set_locking(false);
        // One of a later release may have been here: this process goes on until it is replaced.
        migrator.set_ignore_missing(true);
        for migration in migrator.iter() {
            // Without a transaction an index is made beside all others' work, and waits for it without holding it up.
            let wait = if migration.no_tx {
                Duration::ZERO
            } else {
                LOCK_WAIT
            };
            bound_waits(connection, wait).await?;
            migrator.run_to(migration.version, &mut *connection).await?;
        }
        Ok(())
    }
}

/// True if a migration gave up waiting for a lock, or was given up for others, so that it may be tried again.
pub(super) fn is_held_up(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else {
        return false;
    };
    has_code(error, LOCK_NOT_AVAILABLE) || has_code(error, DEADLOCK_DETECTED)
}

fn has_code(error: &sqlx::Error, code: &str) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.code().as_deref() == Some(code))
}

async fn bound_waits(connection: &mut PgConnection, wait: Duration) -> sqlx::Result<()> {
    sqlx::query("SELECT set_config('lock_timeout', $1, false)")
        .bind(format!("{}ms", wait.as_millis()))
        .execute(connection)
        .await?;
    Ok(())
}

/// All of the views, or none of them. They belong to the service's own role, or to the fleet's: a view shows what its owner
/// may see.
async fn publish(
    connection: &mut PgConnection,
    views: &[View],
    owner: Option<FleetRole>,
) -> sqlx::Result<()> {
    sqlx::query(REMEMBER_VIEWS).execute(&mut *connection).await?;
    let mut transaction = connection.begin().await?;
    for view in views {
        let known: bool = sqlx::query_scalar(IS_KNOWN)
            .bind(view.name)
            .bind(view.sql)
            .fetch_one(&mut *transaction)
            .await?;
        if known {
            continue;
        }
        if let Some(owner) = owner {
            sqlx::raw_sql(AssertSqlSafe(owner.taken()))
                .execute(&mut *transaction)
                .await?;
        }
        replace(&mut transaction, view).await?;
        sqlx::raw_sql("RESET ROLE").execute(&mut *transaction).await?;
        sqlx::query(REMEMBER)
            .bind(view.name)
            .bind(view.sql)
            .execute(&mut *transaction)
            .await?;
        tracing::info!(view = view.name, "published a view");
    }
    transaction.commit().await
}

/// Replaces a view in its place, where its new columns come after those that it has. Otherwise it is dropped, with the
/// views that use it: these come after it, and are made again as well.
async fn replace(connection: &mut PgConnection, view: &View) -> sqlx::Result<()> {
    let mut attempt = connection.begin().await?;
    match sqlx::raw_sql(view.sql).execute(&mut *attempt).await {
        Ok(_) => return attempt.commit().await,
        Err(error) if has_code(&error, INVALID_TABLE_DEFINITION) => attempt.rollback().await?,
        Err(error) => return Err(error),
    }
    let drop = AssertSqlSafe(format!("DROP VIEW {} CASCADE", view.name));
    sqlx::raw_sql(drop).execute(&mut *connection).await?;
    sqlx::raw_sql(view.sql).execute(connection).await?;
    Ok(())
}
