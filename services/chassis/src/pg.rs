//! PostgreSQL: pools with time-outs, a patient start, migrations, transactions that name their tenant, and times.

mod months;
mod schema;
mod scope;
pub mod tenant_lock;
mod timestamp;
mod wall;
mod whole;

use std::{error::Error, num::NonZeroU32, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool,
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::Instant;

use crate::{
    BoxError,
    config::DatabaseConfig,
    lifecycle::chain,
    outage::{Cause, DATABASE},
    pauses::Pauses,
};

pub use months::{Month, Monthly};
pub use schema::{Schema, View};
pub use scope::{Access, FleetRole, FleetTx, ScopedPool, TenantTx};
pub use timestamp::PgTimestamp;
pub use whole::whole;

/// A call that finds no free connection for this long is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that is unused for this long is closed.
const IDLE_TIMEOUT: Duration = Duration::from_mins(5);
/// Pauses between log lines at a start while the database does not answer: twice as long each time, from the first to
/// the second.
const FIRST_REMINDER: Duration = Duration::from_secs(10);
const MOST_REMINDER: Duration = Duration::from_mins(10);
/// Pauses between two tries at the start.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(200), Duration::from_secs(5));
/// Pauses between two tries of a migration.
const MIGRATION_PAUSES: Pauses = Pauses::new(Duration::from_millis(100), Duration::from_secs(2));

/// Reasons why a service cannot use its database at the start.
#[derive(Debug, thiserror::Error)]
pub enum PgError {
    /// The URL is not valid. Its text is not shown, because it contains the password.
    #[error("database.url is not a PostgreSQL URL")]
    Url,
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migrate(#[source] MigrateError),
    /// Row-level security does not hold for the role, and the record of acts may be open to it.
    #[error(
        "the database role {role} is a superuser or has BYPASSRLS, so no tenant's rows would be kept from another: name the \
         service's own role in database.url, as roles.sql makes it"
    )]
    Boundless {
        /// The role that the URL names.
        role: String,
    },
}

/// A database that answered: what a service opens its pools on.
#[derive(Debug, Clone)]
pub struct Database {
    options: PgConnectOptions,
    config: DatabaseConfig,
}

/// The size of a pool, and what its sessions may do to others.
#[derive(Debug, Clone, Copy)]
pub struct Sessions {
    /// Most connections.
    pub connections: NonZeroU32,
    /// Time that a statement may take.
    pub statement: Duration,
    /// Time that a transaction may be idle: its locks hold up others during it.
    pub idle_transaction: Duration,
}

impl Database {
    /// Waits until the database answers, however long that takes: a restart would not be faster.
    pub async fn reach(config: &DatabaseConfig, application_name: &str) -> Result<Self, PgError> {
        let options = Self::options(config, application_name)?;
        let mut pauses = PAUSES;
        loop {
            let mut connection = wait_for(&options).await;
            let boundless = boundless_role(&mut connection).await;
            close(connection).await;
            match boundless {
                Ok(Some(role)) => return Err(PgError::Boundless { role }),
                Ok(None) => {
                    return Ok(Self {
                        options,
                        config: config.clone(),
                    });
                }
                Err(error) => DATABASE.is_away(&Cause::away(&error)),
            }
            tokio::time::sleep(pauses.grow()).await;
        }
    }

    /// Connects once, and finds out if the role may use these schemas.
    pub(crate) async fn check(
        config: &DatabaseConfig,
        application_name: &str,
        schemas: &[&str],
    ) -> Result<(), BoxError> {
        let mut connection = Self::options(config, application_name)?.connect().await?;
        if let Some(role) = boundless_role(&mut connection).await? {
            close(connection).await;
            return Err(PgError::Boundless { role }.into());
        }
        for schema in schemas {
            // The schema's name is a value, which the compiler could not check.
            let may_use = sqlx::query_scalar("SELECT has_schema_privilege($1, 'USAGE')");
            if !may_use.bind(schema).fetch_one(&mut connection).await? {
                close(connection).await;
                return Err(format!("its role may not use the schema {schema}").into());
            }
        }
        close(connection).await;
        Ok(())
    }

    fn options(config: &DatabaseConfig, application_name: &str) -> Result<PgConnectOptions, PgError> {
        Ok(config
            .options()
            .ok_or(PgError::Url)?
            .application_name(application_name)
            // PostgreSQL compiles what it takes for expensive. The services' statements never are, but their plans may look it.
            .options([("jit", "off")])
            // A role may change its own settings. None that was left there by others takes the role for all tenants.
            .options([("role", "none")])
            // sqlx asks if a statement would be logged without logging it, which makes the filters of two layers of
            // telemetry drop the thread's next span: calls would vanish from logs and traces at random.
            .disable_statement_logging())
    }

    /// The pool for a service's calls, as it is configured.
    pub fn calls(&self) -> PgPool {
        self.pool(Sessions {
            connections: self.config.max_connections,
            statement: seconds(self.config.statement_seconds),
            idle_transaction: seconds(self.config.idle_transaction_seconds),
        })
    }

    /// A pool of one connection, for work beside the calls.
    pub(crate) fn single(&self) -> PgPool {
        self.pool(Sessions {
            connections: NonZeroU32::MIN,
            statement: seconds(self.config.statement_seconds),
            idle_transaction: seconds(self.config.idle_transaction_seconds),
        })
    }

    /// A pool of its own, so that its work never waits for a connection of another's.
    pub fn pool(&self, sessions: Sessions) -> PgPool {
        self.pool_that_waits(sessions, ACQUIRE_TIMEOUT)
    }

    /// The same, where a connection is waited for so long. That also bounds the pauses between tries to connect, to a fifth
    /// of it, and so how soon it is seen that the database is back.
    pub(crate) fn pool_that_waits(&self, sessions: Sessions, wait: Duration) -> PgPool {
        let bound = |time: Duration| format!("{}ms", time.as_millis());
        let options = self.options.clone().options([
            ("lock_timeout", bound(seconds(self.config.lock_seconds))),
            ("statement_timeout", bound(sessions.statement)),
            (
                "idle_in_transaction_session_timeout",
                bound(sessions.idle_transaction),
            ),
        ]);
        PgPoolOptions::new()
            .max_connections(sessions.connections.get())
            .acquire_timeout(wait)
            .idle_timeout(IDLE_TIMEOUT)
            .connect_lazy_with(options)
    }

    /// Brings the service's own schema up to date. Several processes may try at once: one at a time does. The connection
    /// is its own, and its statements have no time-out: a migration takes as long as it takes. Only its waits for locks
    /// are bounded, and repeated.
    pub async fn migrate(&self, schema: &Schema) -> Result<(), PgError> {
        let mut pauses = MIGRATION_PAUSES;
        loop {
            let mut connection = wait_for(&self.options).await;
            let applied = schema.apply(&mut connection).await;
            // The lock of a migration ends with its connection.
            close(connection).await;
            match applied {
                Ok(true) => return Ok(()),
                Ok(false) => tracing::info!("another process brings the schema up to date: waiting for it"),
                Err(error) if schema::is_held_up(&error) => {
                    tracing::warn!(
                        cause = chain(&error),
                        "a migration did not get its lock in time: it is tried again"
                    );
                }
                Err(error) if is_away(&error) => {
                    tracing::warn!(
                        cause = chain(&error),
                        "the database went away during a migration: it is tried again"
                    );
                }
                Err(error) => return Err(PgError::Migrate(error)),
            }
            tokio::time::sleep(pauses.grow()).await;
        }
    }
}

/// Its work is done: that its goodbye is lost is no matter.
async fn close(connection: PgConnection) {
    let _ = connection.close().await;
}

/// The session's own role, if the wall between tenants does not stand for it.
async fn boundless_role(connection: &mut PgConnection) -> sqlx::Result<Option<String>> {
    sqlx::query_file_scalar!("sql/wall/boundless.sql")
        .fetch_optional(connection)
        .await
}

/// True if the database ended the connection, and not the migration.
fn is_away(error: &MigrateError) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<sqlx::Error>().is_some_and(is_outage) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => true,
        // It is shut down, or starts.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

fn seconds(seconds: NonZeroU32) -> Duration {
    Duration::from_secs(seconds.get().into())
}

/// A pool would try in silence. These tries are logged: the first, then ever more seldom.
async fn wait_for(options: &PgConnectOptions) -> PgConnection {
    let begin = Instant::now();
    let mut pauses = PAUSES;
    let mut reminder = FIRST_REMINDER;
    loop {
        let error = match tokio::time::timeout(ACQUIRE_TIMEOUT, options.connect()).await {
            Ok(Ok(connection)) => {
                DATABASE.answers();
                return connection;
            }
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        DATABASE.is_away(&Cause::away(&error));
        let waited = begin.elapsed();
        if waited >= reminder {
            let waited_s = waited.as_secs();
            tracing::warn!(
                cause = chain(&error),
                waited_s,
                "the database does not answer yet: the start waits for it"
            );
            reminder = waited + waited.min(MOST_REMINDER);
        }
        tokio::time::sleep(pauses.grow()).await;
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_start_waits_for_the_database_however_long_that_takes() {
        // Taken and given back: nothing listens there.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("a port").port();
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port);
        let waited = tokio::time::timeout(Duration::from_hours(2), wait_for(&options)).await;
        assert!(waited.is_err(), "it gave up");
    }
}
