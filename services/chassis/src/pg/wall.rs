//! Row-level security of every table that holds tenants' rows.
//!
//! A wall is put around each of them when a process starts, after the migrations, and around each partition that is made, so
//! that no table is forgotten: its owner sees the rows of the tenant that the transaction names, and the fleet's role sees
//! all. It stops a statement that forgot its condition, one with a wrong id, and one that was injected. It does not stop
//! whoever has the service's password: that session may take the fleet's role.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// Puts the wall around the tables of this role that have none. One process at a time does.
pub(super) async fn build(connection: &mut PgConnection) -> sqlx::Result<()> {
    let mut transaction = connection.begin().await?;
    sqlx::query_file!("sql/wall/lock.sql")
        .fetch_one(&mut *transaction)
        .await?;
    let statements = sqlx::query_file_scalar!("sql/wall/missing.sql")
        .fetch_all(&mut *transaction)
        .await?;
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}
