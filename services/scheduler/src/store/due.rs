//! The due tick's statements.

use jiff::Timestamp;
use rollcall_chassis::pg::{Access, FleetTx, PgTimestamp};
use rollcall_domain::RunId;
use sqlx::types::Uuid;

use super::Store;

/// Tenants that are due, taken from every other scheduler until this is committed or dropped.
#[derive(Debug)]
pub(crate) struct DueTick {
    tx: FleetTx,
}

/// A tenant that is due.
#[derive(Debug)]
pub(crate) struct DueTenant {
    /// The tenant of the schedule.
    pub(crate) tenant_id: String,
    /// 1 to 24.
    pub(crate) every_hours: i16,
    /// The IANA name of a time zone.
    pub(crate) time_zone: String,
    /// The database's time.
    pub(crate) now: Timestamp,
    /// True if a run must follow; else only the schedule goes on.
    pub(crate) runs: bool,
}

/// Next time of a due tenant, and its run.
#[derive(Debug)]
pub(crate) struct DueRun {
    /// The tenant of the run.
    pub(crate) tenant_id: String,
    /// The run's id, if there must be one.
    pub(crate) run_id: Option<RunId>,
    /// Time at which the tenant is due next.
    pub(crate) next_run_time: Timestamp,
}

impl Store {
    /// Takes up to `limit` tenants that are due and that no other scheduler has in hand.
    pub(crate) async fn take_due(&self, limit: u32) -> sqlx::Result<(DueTick, Vec<DueTenant>)> {
        let mut tx = self.pool.fleet(Access::Write).await?;
        let due = sqlx::query_file_as!(DueTenant, "sql/settings/take_due.sql", i64::from(limit))
            .fetch_all(tx.connection())
            .await?;
        Ok((DueTick { tx }, due))
    }

    /// Seconds from now until a tenant is due next; negative if one is due already.
    pub(crate) async fn seconds_to_next_due(&self) -> sqlx::Result<Option<f64>> {
        let mut tx = self.pool.fleet(Access::Read).await?;
        sqlx::query_file_scalar!("sql/settings/next_due.sql")
            .fetch_one(tx.connection())
            .await
    }
}

impl DueTick {
    /// Advances the tenants' schedules and asks for their runs, except where a sync still waits. Returns the number
    /// of runs asked for.
    pub(crate) async fn finish(mut self, due: &[DueRun], slow_codes: &[&str]) -> sqlx::Result<u64> {
        let tenants: Vec<&str> = due.iter().map(|run| run.tenant_id.as_str()).collect();
        let times: Vec<PgTimestamp> = due.iter().map(|run| PgTimestamp(run.next_run_time)).collect();
        let (ids, running): (Vec<Uuid>, Vec<&str>) = due
            .iter()
            .filter_map(|run| Some((run.run_id?.as_uuid(), run.tenant_id.as_str())))
            .unzip();
        sqlx::query_file!("sql/settings/advance.sql", &tenants, &times)
            .execute(self.tx.connection())
            .await?;
        let inserted = sqlx::query_file!("sql/run_request/insert_due.sql", &ids, &running, slow_codes)
            .execute(self.tx.connection())
            .await?;
        self.tx.commit().await?;
        Ok(inserted.rows_affected())
    }
}
