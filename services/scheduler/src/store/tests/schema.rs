//! A schema that is brought up to date, by one process at a time.

use rollcall_chassis::{
    config,
    pg::{Database, PgError, Schema, View},
};
use sqlx::{Connection as _, PgConnection};

use super::*;
use crate::{
    config::Config,
    store::{FLEET, SCHEMA},
};

/// The lock of the process that brings the schema up to date.
const LOCK: &str = "SELECT pg_advisory_lock(hashtextextended('rollcall schema ' || current_schema(), 0))";
/// Sessions that try for it, and sessions that keep a snapshot, for which an index that is made concurrently waits. A try
/// has one for a moment.
const TRYING: &str = "SELECT count(*) FILTER (WHERE query LIKE '%pg_try_advisory_lock%'),
        count(backend_xmin) FILTER (WHERE query_start < clock_timestamp() - interval '1 second')
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// A schema that has only this view.
fn schema(sql: &'static str) -> Schema {
    let name = "scheduler.answer";
    let views = Box::leak(Box::new([View { name, sql }]));
    Schema {
        migrations: sqlx::migrate!(),
        monthly: &[],
        fleet: FLEET,
        views,
        fleet_views: &[],
    }
}

/// Reaches a database as the service does when it starts.
async fn reach(url: String) -> Result<Result<Database, PgError>> {
    let variables = [
        ("ROLLCALL_DATABASE__URL", url),
        ("ROLLCALL_AMQP__URL", "amqp://127.0.0.1:1".to_owned()),
        ("ROLLCALL_CREDENTIALS__PUBLIC_KEY_FILE", "none".to_owned()),
        ("ROLLCALL_SIGNING__KEY_FILE", "none".to_owned()),
        ("ROLLCALL_SERVER__LISTEN", "127.0.0.1:0".to_owned()),
        ("ROLLCALL_SERVER__INSECURE_LOOPBACK", "true".to_owned()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let config: Config = config::parse("", variables)?;
    Ok(Database::reach(&config.database, "store-tests").await)
}

impl Ground {
    async fn reach(&self) -> Result<Database> {
        Ok(reach(self.database.url(Role::Scheduler)?).await??)
    }

    /// The view's columns, by which two texts are distinguished.
    async fn columns(&self) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass('scheduler.answer') ORDER BY attnum",
        )
        .fetch_all(self.store.pool.shared())
        .await?)
    }
}

#[tokio::test]
async fn a_role_that_row_level_security_does_not_hold_for_stops_the_start() -> Result<()> {
    let ground = Ground::new().await?;
    let refused = reach(ground.database.superusers_url()?).await?;
    let Err(PgError::Boundless { role }) = refused else {
        anyhow::bail!("the superuser was accepted");
    };
    assert_eq!(role, "postgres");
    ground.reach().await?;
    Ok(())
}

#[tokio::test]
async fn a_role_that_was_left_in_the_settings_of_a_role_is_not_taken() -> Result<()> {
    let ground = Ground::new().await?;
    let left = "DO $$ BEGIN
        EXECUTE format(
            'ALTER ROLE rollcall_scheduler IN DATABASE %I SET role = rollcall_scheduler_fleet',
            current_database()
        );
    END $$";
    ground.database.run_as_superuser(left).await?;
    let whoever = "SELECT current_user::text";
    let mut plain = PgConnection::connect(&ground.database.url(Role::Scheduler)?).await?;
    let taken: String = sqlx::query_scalar(whoever).fetch_one(&mut plain).await?;
    assert_eq!(taken, "rollcall_scheduler_fleet");
    let calls = ground.reach().await?.calls();
    let own: String = sqlx::query_scalar(whoever).fetch_one(&calls).await?;
    assert_eq!(own, "rollcall_scheduler");
    Ok(())
}

#[tokio::test]
async fn a_schema_that_is_up_to_date_stays_as_it_is() -> Result<()> {
    let ground = Ground::new().await?;
    let database = ground.reach().await?;
    database.migrate(&SCHEMA).await?;
    let applied = "SELECT max(apply_time)::text FROM scheduler.applied_view";
    let first: Option<String> = sqlx::query_scalar(applied)
        .fetch_one(ground.store.pool.shared())
        .await?;
    database.migrate(&SCHEMA).await?;
    let second: Option<String> = sqlx::query_scalar(applied)
        .fetch_one(ground.store.pool.shared())
        .await?;
    assert!(first.is_some());
    assert_eq!(first, second);
    Ok(())
}

#[tokio::test]
async fn a_view_whose_text_is_new_replaces_the_one_before_and_an_older_text_does_not_come_back() -> Result<()>
{
    let ground = Ground::new().await?;
    let database = ground.reach().await?;
    let older = schema("CREATE OR REPLACE VIEW scheduler.answer AS SELECT 1 AS one");
    let newer = schema("CREATE OR REPLACE VIEW scheduler.answer AS SELECT 1 AS one, 2 AS two");
    database.migrate(&older).await?;
    assert_eq!(ground.columns().await?, ["one"]);
    database.migrate(&newer).await?;
    assert_eq!(ground.columns().await?, ["one", "two"]);
    database.migrate(&older).await?;
    assert_eq!(
        ground.columns().await?,
        ["one", "two"],
        "an older process was started again"
    );
    Ok(())
}

#[tokio::test]
async fn a_view_that_is_missing_is_made_again() -> Result<()> {
    let ground = Ground::new().await?;
    let database = ground.reach().await?;
    let schema = schema("CREATE OR REPLACE VIEW scheduler.answer AS SELECT 1 AS one");
    database.migrate(&schema).await?;
    ground
        .database
        .run_as_owner(Role::Scheduler, "DROP VIEW scheduler.answer")
        .await?;
    database.migrate(&schema).await?;
    assert_eq!(ground.columns().await?, ["one"]);
    Ok(())
}

#[tokio::test]
async fn a_view_whose_columns_are_others_is_dropped_and_granted_again() -> Result<()> {
    let ground = Ground::new().await?;
    let database = ground.reach().await?;
    database
        .migrate(&schema(
            "CREATE OR REPLACE VIEW scheduler.answer AS SELECT 1 AS one",
        ))
        .await?;
    database
        .migrate(&schema(
            "CREATE OR REPLACE VIEW scheduler.answer AS SELECT 'two' AS two;
             GRANT SELECT ON scheduler.answer TO rollcall_reconcile",
        ))
        .await?;
    assert_eq!(ground.columns().await?, ["two"]);
    let granted = "SELECT has_table_privilege('rollcall_reconcile', 'scheduler.answer', 'SELECT')";
    assert!(
        sqlx::query_scalar::<_, bool>(granted)
            .fetch_one(ground.store.pool.shared())
            .await?
    );
    Ok(())
}

#[tokio::test]
async fn a_migration_takes_as_long_as_it_takes_whatever_the_bounds_of_its_role_are() -> Result<()> {
    let ground = Ground::new().await?;
    let bound = "DO $$ BEGIN
        EXECUTE format('ALTER ROLE rollcall_scheduler IN DATABASE %I SET statement_timeout = ''200ms''', current_database());
    END $$";
    ground.database.run_as_superuser(bound).await?;
    let slow = "SELECT pg_sleep(0.6); CREATE OR REPLACE VIEW scheduler.answer AS SELECT 1 AS one";
    assert!(
        ground.database.run_as_owner(Role::Scheduler, slow).await.is_err(),
        "the bound holds"
    );
    ground.reach().await?.migrate(&schema(slow)).await?;
    assert_eq!(ground.columns().await?, ["one"]);
    Ok(())
}

#[tokio::test]
async fn a_process_that_waits_for_another_ones_migration_has_no_snapshot() -> Result<()> {
    let ground = Ground::new().await?;
    let database = ground.reach().await?;
    let mut other = PgConnection::connect(&ground.database.url(Role::Scheduler)?).await?;
    sqlx::query(LOCK).execute(&mut other).await?;
    let seen = async {
        let mut seen = 0;
        // It connects for each try, and is met in one only by chance.
        while seen < 3 {
            let (trying, snapshots): (i64, i64) = sqlx::query_as(TRYING).fetch_one(&mut other).await?;
            assert_eq!(snapshots, 0);
            seen += trying;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok::<_, sqlx::Error>(())
    };
    tokio::select! {
        migrated = database.migrate(&SCHEMA) => anyhow::bail!("it did not wait: {migrated:?}"),
        seen = seen => seen?,
    }
    other.close().await?;
    Ok(database.migrate(&SCHEMA).await?)
}
