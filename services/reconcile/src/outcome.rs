//! The end of a run: the outcome, the lease given back and the event, all in one.

mod course;

use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::RunId;
use rollcall_proto::v1;
use rollcall_terms::names;
use rollcall_terms::time;
use uuid::Uuid;

use crate::{
    convert::to_bigint,
    error::{During, ReconcileError},
    outbox,
    tenant::TenantTx,
};

pub(crate) use course::{Beginning, begin, lose, note, requeue};

/// The outcome of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending {
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
    pub(crate) read: v1::ReadSummary,
    pub(crate) counts: v1::Counts,
    pub(crate) failure: Option<v1::Failure>,
    /// Number of rows that it added to the history.
    pub(crate) rows_written: u64,
}

impl Ending {
    /// The end of a run that was cancelled, or whose settings were deleted.
    pub(crate) fn cancelled() -> Self {
        Self {
            state: v1::RunState::Cancelled,
            ..Self::default()
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
    pub(crate) message: String,
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
struct EndedRow {
    kind: String,
    trigger: String,
    attempt: i32,
    takeovers: i32,
    start_time: Option<PgTimestamp>,
    end_time: Option<PgTimestamp>,
    create_time: Option<PgTimestamp>,
    acts_on_run_id: Option<Uuid>,
    expect_preview_run_id: Option<Uuid>,
}

/// Ends a run: its outcome, its event, and the lease if it has it.
pub(crate) async fn end(
    tenant: &mut TenantTx,
    run: RunId,
    ending: Ending,
) -> Result<v1::RunEnded, ReconcileError> {
    let has_lease = tenant.row.run_id == Some(run.as_uuid());
    let row = write(tenant, run, &ending, has_lease).await?;
    if has_lease {
        tenant.row.end_lease();
    }
    let ended = v1::RunEnded {
        state: ending.state.into(),
        counts: Some(ending.counts),
    };
    let run = finished(tenant, run, &row, ending);
    outbox::run_ended(tenant, run);
    Ok(ended)
}

async fn write(
    tenant: &mut TenantTx,
    run: RunId,
    ending: &Ending,
    has_lease: bool,
) -> Result<EndedRow, ReconcileError> {
    let (read, counts, failure) = (&ending.read, &ending.counts, ending.failure.as_ref());
    let held = &ending.held;
    sqlx::query_file_as!(
        EndedRow,
        "sql/run_outcome/end.sql",
        tenant.tenant.as_str(),
        run.as_uuid(),
        names::to_sql(ending.state),
        ending.history,
        ending.applied,
        ending.unchanged,
        names::to_sql(read.read_mode()),
        &read.read_mode_reason,
        &read.server,
        to_bigint(counts.objects),
        to_bigint(counts.claims),
        to_bigint(counts.not_email),
        to_bigint(counts.references),
        to_bigint(counts.add),
        to_bigint(counts.keep),
        to_bigint(counts.update),
        to_bigint(counts.remove),
        to_bigint(counts.stale),
        to_bigint(counts.skip),
        to_bigint(counts.accounts),
        to_bigint(counts.welcomes),
        failure.map(|failure| failure.code.as_str()),
        failure.map(|failure| failure.message.as_str()),
        failure.map(|failure| failure.advice.as_str()),
        failure.map(|failure| failure.detail.as_str()),
        held.would_hold,
        names::to_sql(held.reason),
        &held.message,
        held.content,
        held.rows_of,
        ending.decided_by.settings,
        ending.decided_by.domains,
        ending.decided_by.removal,
        to_bigint(counts.accounts_reduced),
        to_bigint(ending.accounts_changed),
        ending.account_version,
        ending.rows_expire.map(PgTimestamp),
        has_lease
    )
    .fetch_one(tenant.connection())
    .await
    .during("write the run's outcome")
}

/// The run as it ended, for the portal.
fn finished(tenant: &TenantTx, run: RunId, row: &EndedRow, ending: Ending) -> v1::Run {
    let time = |time: Option<PgTimestamp>| time.map(|time| time::to_proto(time.0));
    let run_id = |run: Option<Uuid>| run.map(|run| run.to_string()).unwrap_or_default();
    v1::Run {
        run_id: run.to_string(),
        tenant_id: tenant.tenant.to_string(),
        kind: names::from_nullable::<v1::RunKind>(Some(&row.kind)).into(),
        trigger: names::from_nullable::<v1::RunTrigger>(Some(&row.trigger)).into(),
        state: ending.state.into(),
        held_reason: ending.held.reason.into(),
        would_hold: ending.held.would_hold,
        read_mode: ending.read.read_mode,
        read_mode_reason: ending.read.read_mode_reason,
        unchanged: ending.unchanged,
        rows_of_run_id: run_id(ending.held.rows_of),
        counts: Some(ending.counts),
        failure: ending.failure,
        attempt: row.attempt,
        next_attempt_time: None,
        create_time: time(row.create_time),
        start_time: time(row.start_time),
        end_time: time(row.end_time),
        rows_expire_time: ending.rows_expire.map(time::to_proto),
        acts_on_run_id: run_id(row.acts_on_run_id),
        expect_preview_run_id: run_id(row.expect_preview_run_id),
        held_message: ending.held.message,
        takeovers: row.takeovers,
    }
}
