//! The record of a run: its course and its outcome.

mod course;

use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::{Hints, RunId, Skipped, TenantId};
use rollcall_proto::{internal, v1};
use rollcall_terms::{
    left_out::StoredLeftOut,
    names,
    run::{RunCounts, RunRecord},
    skipped::StoredSkipped,
};
use sqlx::types::Json;
use uuid::Uuid;

use super::{hints, tenant_lock::TenantLock, to_bigint};
use crate::error::{During, ReconcileError};

pub(crate) use course::{Beginning, begin, lose, note, requeue};

/// The outcome of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) state: v1::RunState,
    pub(crate) held: Held,
    /// The inputs of its decisions: an approval holds only for these.
    pub(crate) decided_by: DecidedBy,
    /// Number of accounts that it changed, and the version that it gave them.
    pub(crate) accounts_changed: u64,
    pub(crate) account_version: Option<i64>,
    /// Time until which its rows are kept; `None` for a run without rows of its own.
    pub(crate) rows_expire: Option<jiff::Timestamp>,
    /// The state of the history that its rows are a view of.
    pub(crate) history: Option<i64>,
    /// True if it made that state.
    pub(crate) applied: bool,
    pub(crate) unchanged: bool,
    pub(crate) read: internal::v1::ReadSummary,
    pub(crate) counts: v1::Counts,
    /// Accounts that it reduced without approval.
    pub(crate) reduced: u64,
    /// The skipped claims by reason.
    pub(crate) skipped: Skipped,
    pub(crate) failure: Option<v1::Failure>,
}

impl Outcome {
    /// The end of a run that was cancelled, or whose settings were deleted.
    pub(crate) fn cancelled() -> Self {
        Self {
            state: v1::RunState::Cancelled,
            ..Self::default()
        }
    }

    /// Its numbers as they are stored.
    fn stored_counts(&self) -> RunCounts {
        RunCounts {
            skipped: StoredSkipped(self.skipped),
            ..self.counts.into()
        }
    }

    /// The end of a run that failed for good.
    pub(crate) fn failed(failure: v1::Failure) -> Self {
        Self {
            state: v1::RunState::Failed,
            failure: Some(failure),
            ..Self::default()
        }
    }
}

/// Reason why a run is HELD, or for a preview, why the sync would be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    pub(crate) would_hold: bool,
    pub(crate) reason: v1::HeldReason,
    /// Further reasons for that.
    pub(crate) further_reasons: Vec<v1::HeldReason>,
    pub(crate) message: String,
    /// Hints that had vanished.
    pub(crate) hints: Hints,
    /// A hash of all its rows.
    pub(crate) content: Option<Uuid>,
    /// The HELD run before it whose rows are also this one's.
    pub(crate) rows_of: Option<Uuid>,
}

/// The generations that a run was decided by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DecidedBy {
    pub(crate) settings: Option<i64>,
    pub(crate) domains: Option<i64>,
    pub(crate) removal: Option<i64>,
}

/// The facts of a run in its row, besides its outcome.
pub(crate) struct RunRow {
    kind: String,
    trigger: String,
    attempt: i32,
    takeovers: i32,
    start_time: Option<PgTimestamp>,
    end_time: Option<PgTimestamp>,
    create_time: Option<PgTimestamp>,
    acts_on_run_id: Option<Uuid>,
    expect_preview_run_id: Option<Uuid>,
    /// Of the rows that it shows, its own or those of an earlier run.
    rows_expire_time: Option<PgTimestamp>,
}

/// Writes the outcome of a run; `has_lease` says that it still has the tenant's lease.
pub(crate) async fn end(
    tenant: &mut TenantLock,
    run: RunId,
    outcome: &Outcome,
    has_lease: bool,
) -> Result<RunRow, ReconcileError> {
    let (read, failure) = (&outcome.read, outcome.failure.as_ref());
    let held = &outcome.held;
    let further_reasons: Vec<&str> = held
        .further_reasons
        .iter()
        .filter_map(|reason| names::to_sql(*reason))
        .collect();
    sqlx::query_file_as!(
        RunRow,
        "sql/run_outcome/end.sql",
        tenant.tenant.as_str(),
        run.as_uuid(),
        names::to_sql(outcome.state),
        outcome.history,
        outcome.applied,
        outcome.unchanged,
        names::to_sql(read.read_mode()),
        &read.read_mode_reason,
        &read.server,
        Json(outcome.stored_counts()) as _,
        failure.map(|failure| failure.code.as_str()),
        failure.map(|failure| failure.message.as_str()),
        failure.map(|failure| failure.advice.as_str()),
        failure.map(|failure| failure.detail.as_str()),
        held.would_hold,
        names::to_sql(held.reason),
        &held.message,
        &further_reasons as &[&str],
        held.content,
        held.rows_of,
        outcome.decided_by.settings,
        outcome.decided_by.domains,
        outcome.decided_by.removal,
        to_bigint(outcome.reduced),
        to_bigint(outcome.accounts_changed),
        outcome.account_version,
        outcome.rows_expire.map(PgTimestamp),
        has_lease,
        read.left_out.clone().map(StoredLeftOut::from).map(Json) as _,
        &read.server_reason,
        hints::to_sql(held.hints)
    )
    .fetch_one(tenant.connection())
    .await
    .during("write the run's outcome")
}

impl RunRow {
    /// The run as it ended, for the portal.
    pub(crate) fn finished(&self, tenant: &TenantId, run: RunId, outcome: Outcome) -> v1::Run {
        let time = |time: Option<PgTimestamp>| time.map(|PgTimestamp(time)| time);
        let counts = outcome.stored_counts();
        RunRecord {
            run_id: run.as_uuid(),
            tenant_id: tenant.to_string(),
            kind: names::from_nullable(Some(&self.kind)),
            trigger: names::from_nullable(Some(&self.trigger)),
            state: outcome.state,
            stage: v1::RunStage::Unspecified,
            held_reason: outcome.held.reason,
            further_held_reasons: outcome.held.further_reasons,
            held_message: outcome.held.message,
            would_hold: outcome.held.would_hold,
            read_mode: outcome.read.read_mode(),
            read_mode_reason: outcome.read.read_mode_reason,
            server: outcome.read.server,
            server_reason: outcome.read.server_reason,
            unchanged: outcome.unchanged,
            rows_of_run_id: outcome.held.rows_of,
            counts,
            left_out: outcome.read.left_out,
            failure: outcome.failure,
            attempt: self.attempt,
            takeovers: self.takeovers,
            next_attempt_time: None,
            create_time: time(self.create_time),
            start_time: time(self.start_time),
            end_time: time(self.end_time),
            rows_expire_time: time(self.rows_expire_time),
            acts_on_run_id: self.acts_on_run_id,
            expect_preview_run_id: self.expect_preview_run_id,
            // The portal's own requests are no news to it.
            requested_by: None,
        }
        .into()
    }
}
