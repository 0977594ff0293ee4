//! What the operator pauses for all tenants.

use jiff::Timestamp;
use rollcall_chassis::pg::PgTimestamp;
use sqlx::{FromRow, Row, postgres::PgRow};

use super::Store;

/// What is paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fleet {
    /// No scheduled sync begins.
    pub(crate) schedules_paused: bool,
    /// Nothing is removed.
    pub(crate) removals_paused: bool,
    /// Why, in the operator's words.
    pub(crate) note: String,
    /// When it was last changed; None for never.
    pub(crate) update_time: Option<Timestamp>,
}

impl FromRow<'_, PgRow> for Fleet {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let update_time: Option<PgTimestamp> = row.try_get("update_time")?;
        Ok(Self {
            schedules_paused: row.try_get("schedules_paused")?,
            removals_paused: row.try_get("removals_paused")?,
            note: row.try_get("note")?,
            update_time: update_time.map(Timestamp::from),
        })
    }
}

impl Store {
    /// Pauses what is named. With the schedules, scheduled syncs that wait are cancelled.
    pub(crate) async fn pause_fleet(
        &self,
        schedules: bool,
        removals: bool,
        note: &str,
    ) -> sqlx::Result<Fleet> {
        let fleet = sqlx::query_as(include_str!("../../sql/fleet/pause.sql"))
            .bind(schedules)
            .bind(removals)
            .bind(note)
            .fetch_one(&self.pool)
            .await?;
        // By itself and after the pause: a due tick that was first is seen, none comes after, and the pause holds even if
        // this fails.
        if schedules {
            sqlx::query(include_str!("../../sql/run_request/cancel_scheduled.sql"))
                .bind(None::<&str>)
                .execute(&self.pool)
                .await?;
        }
        Ok(fleet)
    }

    /// Lets go on what is named.
    pub(crate) async fn resume_fleet(&self, schedules: bool, removals: bool) -> sqlx::Result<Fleet> {
        sqlx::query_as(include_str!("../../sql/fleet/resume.sql"))
            .bind(schedules)
            .bind(removals)
            .fetch_one(&self.pool)
            .await
    }
}
