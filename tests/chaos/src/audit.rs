//! Watches the database from within, without a gap.

use anyhow::{Context as _, Result};
use sqlx::PgPool;

/// Begins to watch a stack's database, which has its tables already.
pub(crate) async fn begin(database: &PgPool) -> Result<()> {
    sqlx::raw_sql(include_str!("audit.sql"))
        .execute(database)
        .await
        .context("begin the audit")?;
    Ok(())
}
