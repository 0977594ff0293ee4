//! PostgreSQL: pools with time-outs, a patient start, migrations, and times.

pub mod tenant_lock;
mod timestamp;

use std::{num::NonZeroU32, str::FromStr as _, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    config::DatabaseConfig,
    outage::{Cause, DATABASE},
};

pub use timestamp::{PgTimestamp, from_proto, to_proto};

/// A call that finds no free connection for this long is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection that nobody used for this long is closed.
const IDLE_TIMEOUT: Duration = Duration::from_mins(5);
/// How long a start waits for the database before it gives up, to be started again by whoever runs it.
const START_DEADLINE: Duration = Duration::from_mins(1);
/// The first and the longest pause between two tries at the start.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// What keeps a service from its database at the start.
#[derive(Debug, thiserror::Error)]
pub enum PgError {
    /// The URL is none. Its text is not shown: it holds the password.
    #[error("database.url is not a PostgreSQL URL")]
    Url,
    /// Nothing answered in time.
    #[error("the database did not answer within {} s", START_DEADLINE.as_secs())]
    Away(#[source] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migrate(#[source] sqlx::migrate::MigrateError),
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
    /// How many connections it holds at most.
    pub connections: NonZeroU32,
    /// How long a statement may take.
    pub statement: Duration,
    /// How long a transaction may do nothing: its locks hold up others meanwhile.
    pub idle_transaction: Duration,
}

impl Database {
    /// Waits until the database answers, for a minute at most.
    pub async fn reach(config: &DatabaseConfig, application_name: &str) -> Result<Self, PgError> {
        let options = PgConnectOptions::from_str(config.url.expose())
            .map_err(|_| PgError::Url)?
            .application_name(application_name)
            // PostgreSQL compiles what it takes for expensive. The services' statements never are, but their plans may look it.
            .options([("jit", "off")])
            // sqlx asks whether a statement would be logged without logging it, which makes the filters of two layers of
            // telemetry drop the thread's next span: calls would vanish from logs and traces at random.
            .disable_statement_logging();
        wait_for(&options).await?;
        Ok(Self {
            options,
            config: config.clone(),
        })
    }

    /// The pool for a service's calls, as it is configured.
    pub fn calls(&self) -> PgPool {
        self.pool(Sessions {
            connections: self.config.max_connections,
            statement: seconds(self.config.statement_seconds),
            idle_transaction: seconds(self.config.idle_transaction_seconds),
        })
    }

    /// A pool of its own, so that what is done with it never waits for a connection of another's.
    pub fn pool(&self, sessions: Sessions) -> PgPool {
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
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(IDLE_TIMEOUT)
            .connect_lazy_with(options)
    }

    /// Brings the service's own schema up to date. Several processes may do so at once: an advisory lock lets one at a
    /// time. The connection is its own, without time-outs: a migration takes as long as it takes.
    pub async fn migrate(&self, migrator: &Migrator) -> Result<(), PgError> {
        let mut connection = self.options.connect().await.map_err(PgError::Away)?;
        migrator.run(&mut connection).await.map_err(PgError::Migrate)?;
        connection.close().await.map_err(PgError::Away)
    }
}

fn seconds(seconds: NonZeroU32) -> Duration {
    Duration::from_secs(seconds.get().into())
}

/// A pool would try in silence; these tries are told.
async fn wait_for(options: &PgConnectOptions) -> Result<(), PgError> {
    let deadline = tokio::time::Instant::now() + START_DEADLINE;
    let mut pause = PAUSES.0;
    loop {
        let error = match tokio::time::timeout(ACQUIRE_TIMEOUT, options.connect()).await {
            Ok(Ok(connection)) => {
                DATABASE.answers();
                return connection.close().await.map_err(PgError::Away);
            }
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        if tokio::time::Instant::now() + pause >= deadline {
            return Err(PgError::Away(error));
        }
        DATABASE.is_away(&Cause::away(&error));
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}
