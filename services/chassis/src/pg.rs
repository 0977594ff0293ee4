//! PostgreSQL: a pool with time-outs, a patient start, migrations, and times.

mod timestamp;

use std::{str::FromStr as _, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{config::DatabaseConfig, lifecycle::chain};

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

/// Opens a pool and waits until the database answers, for a minute at most.
pub async fn connect(config: &DatabaseConfig, application_name: &str) -> Result<PgPool, PgError> {
    let options = PgConnectOptions::from_str(config.url.expose())
        .map_err(|_| PgError::Url)?
        .application_name(application_name)
        // sqlx asks whether a statement would be logged without logging it, which makes the filters of two layers of
        // telemetry drop the thread's next span: calls would vanish from logs and traces at random.
        .disable_statement_logging();
    wait_for(&options).await?;
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections.get())
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT);
    Ok(pool.connect_lazy_with(options))
}

/// A pool would try in silence; these tries are told.
async fn wait_for(options: &PgConnectOptions) -> Result<(), PgError> {
    let deadline = tokio::time::Instant::now() + START_DEADLINE;
    let mut pause = PAUSES.0;
    loop {
        let error = match tokio::time::timeout(ACQUIRE_TIMEOUT, options.connect()).await {
            Ok(Ok(connection)) => return connection.close().await.map_err(PgError::Away),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        if tokio::time::Instant::now() + pause >= deadline {
            return Err(PgError::Away(error));
        }
        tracing::warn!(error = chain(&error), "the database does not answer yet");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// Brings the service's own schema up to date. Several processes may do so at once: an advisory lock lets one at a
/// time.
pub async fn migrate(pool: &PgPool, migrator: &Migrator) -> Result<(), PgError> {
    migrator.run(pool).await.map_err(PgError::Migrate)
}
