//! The sweeper's statements.

use std::time::Duration;

use rollcall_chassis::pg::Access;
use sqlx::types::Uuid;

use super::Store;

/// After how long without a sign a job is taken for lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For a caller that waits.
    pub(crate) interactive: Duration,
    /// For the other lanes.
    pub(crate) scheduled: Duration,
    /// Once a worker reads, which is heard of every few seconds.
    pub(crate) silent: Duration,
}

impl Store {
    /// Closes up to `limit` requests whose run is over. Answers how many.
    pub(crate) async fn close_ended(&self, limit: u32) -> sqlx::Result<u64> {
        let mut tx = self.pool.fleet(Access::Write).await?;
        let closed = sqlx::query_file!("sql/run_request/close_ended.sql", i64::from(limit))
            .execute(tx.connection())
            .await?;
        tx.commit().await?;
        Ok(closed.rows_affected())
    }

    /// Has up to `limit` requests published again whose jobs seem lost before a worker took them. Answers how many.
    pub(crate) async fn unpublish_lost(&self, patience: Patience, limit: u32) -> sqlx::Result<u64> {
        let mut tx = self.pool.fleet(Access::Write).await?;
        let lost = sqlx::query_file!(
            "sql/run_request/unpublish_lost.sql",
            patience.interactive.as_secs_f64(),
            patience.scheduled.as_secs_f64(),
            i64::from(limit)
        )
        .execute(tx.connection())
        .await?;
        tx.commit().await?;
        Ok(lost.rows_affected())
    }

    /// Has up to `limit` requests published again whose runs are no longer heard of. Answers how many.
    pub(crate) async fn unpublish_silent(&self, patience: Patience, limit: u32) -> sqlx::Result<u64> {
        let mut tx = self.pool.fleet(Access::Write).await?;
        let silent = sqlx::query_file!(
            "sql/run_request/unpublish_silent.sql",
            patience.silent.as_secs_f64(),
            i64::from(limit)
        )
        .execute(tx.connection())
        .await?;
        tx.commit().await?;
        Ok(silent.rows_affected())
    }

    /// Puts up to `limit` renewed seals in the place of the stored ones. Answers how many.
    pub(crate) async fn take_renewed_seals(&self, limit: u32) -> sqlx::Result<u64> {
        let mut tx = self.pool.fleet(Access::Write).await?;
        let taken = sqlx::query_file!("sql/settings/take_renewed_seals.sql", i64::from(limit))
            .execute(tx.connection())
            .await?;
        tx.commit().await?;
        Ok(taken.rows_affected())
    }

    /// Deletes up to `limit` finished requests with an id before this one. Answers how many.
    pub(crate) async fn delete_before(&self, run_id: Uuid, limit: u32) -> sqlx::Result<u64> {
        let mut tx = self.pool.fleet(Access::Write).await?;
        let deleted = sqlx::query_file!("sql/run_request/delete_old.sql", run_id, i64::from(limit))
            .execute(tx.connection())
            .await?;
        tx.commit().await?;
        Ok(deleted.rows_affected())
    }
}
