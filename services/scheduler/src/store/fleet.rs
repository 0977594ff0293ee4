//! Pauses by the operator for all tenants.

use jiff::Timestamp;
use rollcall_chassis::{
    audit::Record,
    pg::{Access, PgTimestamp},
};

use super::Store;

/// The present pauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fleet {
    /// No scheduled sync begins.
    pub(crate) schedules_paused: bool,
    /// Nothing is removed.
    pub(crate) removals_paused: bool,
    /// Reason, in the operator's words.
    pub(crate) note: String,
    /// Time of the last change; `None` for never.
    pub(crate) update_time: Option<Timestamp>,
}

/// The operator's row, as it is stored.
struct FleetRow {
    schedules_paused: bool,
    removals_paused: bool,
    note: String,
    update_time: Option<PgTimestamp>,
}

impl From<FleetRow> for Fleet {
    fn from(row: FleetRow) -> Self {
        Self {
            schedules_paused: row.schedules_paused,
            removals_paused: row.removals_paused,
            note: row.note,
            update_time: row.update_time.map(Timestamp::from),
        }
    }
}

impl Store {
    /// Pauses what is named. With the schedules, scheduled syncs that wait are cancelled.
    pub(crate) async fn pause_fleet(
        &self,
        schedules: bool,
        removals: bool,
        note: &str,
        record: Record,
    ) -> sqlx::Result<Fleet> {
        let mut transaction = self.pool.shared().begin().await?;
        let fleet = sqlx::query_file_as!(FleetRow, "sql/fleet/pause.sql", schedules, removals, note)
            .fetch_one(&mut *transaction)
            .await?;
        record.write(&mut transaction).await?;
        transaction.commit().await?;
        // By itself and after the pause: a due tick that was first is seen, none comes after, and the pause holds
        // even if this fails.
        if schedules {
            let mut tx = self.pool.fleet(Access::Write).await?;
            sqlx::query_file!("sql/run_request/cancel_all_scheduled.sql")
                .execute(tx.connection())
                .await?;
            tx.commit().await?;
        }
        Ok(fleet.into())
    }

    /// Lets go on what is named.
    pub(crate) async fn resume_fleet(
        &self,
        schedules: bool,
        removals: bool,
        record: Record,
    ) -> sqlx::Result<Fleet> {
        let mut transaction = self.pool.shared().begin().await?;
        let fleet = sqlx::query_file_as!(FleetRow, "sql/fleet/resume.sql", schedules, removals)
            .fetch_one(&mut *transaction)
            .await?;
        record.write(&mut transaction).await?;
        transaction.commit().await?;
        Ok(fleet.into())
    }
}
