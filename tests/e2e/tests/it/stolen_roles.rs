//! What a service's role of the database opens to who has its password: its own schemas, and no session without bounds.

use anyhow::{Context, Result, ensure};
use rollcall_testbed::{Bed, Kind};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgDatabaseError};

use crate::schema::{INSUFFICIENT_PRIVILEGE, OWNERS, connect_as};

/// A statement would write in a transaction that only reads.
const READ_ONLY: &str = "25006";
/// The schemas of other owners, and the one of nobody. Owners publish their views in `results`.
const SCHEMAS: [&str; 5] = ["scheduler", "portal", "reconcile", "audit", "public"];

/// The code of the refusal.
async fn refusal(connection: &mut PgConnection, statement: String) -> Result<String> {
    let answer = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
        .execute(connection)
        .await;
    let Err(error) = answer else {
        anyhow::bail!("{statement} is allowed")
    };
    let error = error
        .as_database_error()
        .with_context(|| format!("{statement}: {error}"))?;
    Ok(error.downcast_ref::<PgDatabaseError>().code().to_owned())
}

/// The schemas in which a role makes its tables and views.
fn own(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Scheduler => &["scheduler"],
        Kind::Reconcile => &["portal", "reconcile"],
        Kind::Results | Kind::Worker => &[],
    }
}

#[tokio::test]
async fn no_role_makes_anything_in_the_schemas_of_others() -> Result<()> {
    let bed = Bed::attach()?;
    for kind in OWNERS {
        let mut connection = connect_as(&bed, kind).await?;
        sqlx::raw_sql("SET default_transaction_read_only = off")
            .execute(&mut connection)
            .await?;
        for schema in SCHEMAS.into_iter().filter(|schema| !own(kind).contains(schema)) {
            for what in ["TABLE {}.stolen (a int)", "VIEW {}.stolen AS SELECT 1 AS a"] {
                let statement = format!("CREATE {}", what.replace("{}", schema));
                let code = refusal(&mut connection, statement.clone()).await?;
                assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{kind:?}: {statement}");
            }
        }
        for statement in [
            "CREATE SCHEMA stolen",
            "CREATE TEMPORARY TABLE stolen (a int)",
            "CREATE ROLE stolen",
            "ALTER ROLE CURRENT_USER SUPERUSER",
            "SET ROLE postgres",
            "SELECT pg_read_file('/etc/passwd')",
            "COPY (SELECT 1) TO PROGRAM 'true'",
        ] {
            let code = refusal(&mut connection, statement.to_owned()).await?;
            assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{kind:?}: {statement}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn results_reads_and_does_not_write() -> Result<()> {
    let bed = Bed::attach()?;
    let mut connection = connect_as(&bed, Kind::Results).await?;
    let statement = "CREATE TEMPORARY SEQUENCE stolen".to_owned();
    let code = refusal(&mut connection, statement).await?;
    ensure!(
        [READ_ONLY, INSUFFICIENT_PRIVILEGE].contains(&code.as_str()),
        "{code}"
    );
    let read_only: String = sqlx::query_scalar("SHOW default_transaction_read_only")
        .fetch_one(&mut connection)
        .await?;
    assert_eq!(read_only, "on");
    Ok(())
}

#[tokio::test]
async fn a_session_of_a_role_has_bounds_before_its_client_says_any() -> Result<()> {
    let bed = Bed::attach()?;
    for kind in OWNERS {
        let mut connection = connect_as(&bed, kind).await?;
        for setting in [
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
        ] {
            let value: String = sqlx::query_scalar("SELECT current_setting($1)")
                .bind(setting)
                .fetch_one(&mut connection)
                .await?;
            ensure!(value != "0", "{kind:?} has no {setting}");
        }
        let most: i32 = sqlx::query_scalar("SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user")
            .fetch_one(&mut connection)
            .await?;
        ensure!(most > 0, "{kind:?} may take every connection");
        connection.close().await?;
    }
    Ok(())
}
