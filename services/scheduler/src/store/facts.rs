//! Facts of a run on which a caller wants to act.

use jiff::Timestamp;
use rollcall_domain::RunId;
use rollcall_proto::v1::{HeldReason, RunKind, RunState};
use rollcall_terms::names;

use super::TenantLock;

/// Facts that decide if a run can be approved, reverted, or expected.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own to the database"
)]
pub(crate) struct RunFacts {
    /// Kind of the run.
    pub(crate) kind: RunKind,
    /// State of the run; UNSPECIFIED before a worker took it.
    pub(crate) state: RunState,
    /// Reason why it is HELD.
    pub(crate) held_reason: HeldReason,
    /// Time of its end.
    pub(crate) end_time: Option<Timestamp>,
    /// Accounts that it changed.
    pub(crate) accounts_changed: i64,
    /// True if it was reverted.
    pub(crate) reverted: bool,
    /// Time until which its rows are kept.
    pub(crate) rows_expire_time: Option<Timestamp>,
    /// True if its rows went before their time, since newer previews took its place.
    pub(crate) rows_superseded: bool,
    /// True if the settings are as they were.
    pub(crate) same_settings: bool,
    /// True if the domains are as they were.
    pub(crate) same_domains: bool,
    /// True if no later run of the tenant is HELD.
    pub(crate) newest_held: bool,
    /// The run that acts on it, if one waits, runs or has succeeded.
    pub(crate) acted_on_by: Option<RunId>,
}

impl TenantLock {
    /// Facts of one of the tenant's runs.
    pub(crate) async fn run_facts(&mut self, run_id: RunId) -> sqlx::Result<Option<RunFacts>> {
        let tenant = self.tenant.as_str();
        let row = sqlx::query_file!("sql/run_request/facts.sql", tenant, run_id.as_uuid())
            .fetch_optional(self.tx.connection())
            .await?;
        Ok(row.map(|row| RunFacts {
            kind: names::from_nullable(Some(&row.kind)),
            state: names::from_nullable(row.state.as_deref()),
            held_reason: names::from_nullable(row.held_reason.as_deref()),
            end_time: row.end_time.map(Timestamp::from),
            accounts_changed: row.accounts_changed.unwrap_or_default(),
            reverted: row.reverted.unwrap_or_default(),
            rows_expire_time: row.rows_expire_time.map(Timestamp::from),
            rows_superseded: row.rows_superseded,
            same_settings: row.same_settings,
            same_domains: row.same_domains,
            newest_held: row.newest_held,
            acted_on_by: row.acted_on_by.map(RunId::from_uuid),
        }))
    }
}
