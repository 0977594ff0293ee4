//! Runs.

use rollcall_chassis::{
    pg::{Access, PgTimestamp, TenantTx},
    status::ApiError,
};
use rollcall_domain::sentences::refusal;
use rollcall_proto::v1::{Failure, RequestedBy, Run, RunKind, RunState};
use rollcall_terms::{
    Refusal,
    left_out::StoredLeftOut,
    names,
    run::{RunCounts, RunRecord},
};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, no_run};
use crate::run_key::RunKey;

impl Store {
    /// A run as it is now.
    pub(crate) async fn run(&self, key: &RunKey) -> Result<Run, ApiError> {
        let mut tx = self.tenant(&key.tenant_id, Access::Read).await?;
        find(&mut tx, key).await?.ok_or_else(|| no_run(key))
    }

    /// A tenant's runs, the newest first, from after this one on.
    pub(crate) async fn runs(
        &self,
        tenant_id: &str,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<Run>, ApiError> {
        let query = RunQuery {
            before: after,
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
            ..RunQuery::default()
        };
        let mut tx = self.tenant(tenant_id, Access::Read).await?;
        let records = read(&mut tx, tenant_id, query).await?;
        Ok(records.into_iter().map(Run::from).collect())
    }
}

/// A run as it is in the snapshot of this connection, if there is one.
pub(super) async fn find(tx: &mut TenantTx, key: &RunKey) -> Result<Option<Run>, ApiError> {
    Ok(record(tx, key).await?.map(Run::from))
}

/// Source of the rows that are shown for a run.
#[derive(Debug)]
pub(super) struct RowSource {
    /// The run whose rows these are: itself, but for a HELD one that decided the same as the one before it.
    pub(super) rows_of: RunKey,
    /// True if they are looked at for the changes: a person must decide on it, or see what was reverted.
    pub(super) is_of_changes: bool,
}

/// Source of a run's rows, if it has any.
pub(super) async fn with_rows(tx: &mut TenantTx, key: &RunKey) -> Result<RowSource, ApiError> {
    let record = record(tx, key).await?.ok_or_else(|| no_run(key))?;
    record.has_rows()?;
    let kind = names::from_nullable::<RunKind>(Some(&record.kind));
    Ok(RowSource {
        rows_of: record.rows_key(),
        is_of_changes: record.state() == RunState::Held || kind == RunKind::Revert,
    })
}

/// The run that last read the directory to its end and whose rows are kept, and the run whose rows are shown for it.
pub(super) async fn last_read(tx: &mut TenantTx, tenant_id: &str) -> Result<Option<(Run, RunKey)>, ApiError> {
    let query = RunQuery {
        has_read: true,
        limit: 1,
        ..RunQuery::default()
    };
    let record = read(tx, tenant_id, query).await?.pop();
    Ok(record.map(|record| {
        let rows = record.rows_key();
        (record.into(), rows)
    }))
}

async fn record(tx: &mut TenantTx, key: &RunKey) -> Result<Option<Record>, ApiError> {
    let query = RunQuery {
        run: Some(key.run_id),
        limit: 1,
        ..RunQuery::default()
    };
    Ok(read(tx, &key.tenant_id, query).await?.pop())
}

/// The tenant's runs that are read.
#[derive(Debug, Clone, Copy, Default)]
struct RunQuery {
    /// Only this one.
    run: Option<Uuid>,
    /// Only those before this one.
    before: Option<Uuid>,
    /// Only those that read the directory to the end and whose rows are kept.
    has_read: bool,
    limit: i64,
}

/// Runs of a tenant, the newest first.
async fn read(tx: &mut TenantTx, tenant_id: &str, query: RunQuery) -> sqlx::Result<Vec<Record>> {
    sqlx::query_file_as!(
        Record,
        "sql/run/of_tenant.sql",
        tenant_id,
        query.run,
        query.before,
        query.has_read,
        query.limit
    )
    .fetch_all(tx.connection())
    .await
}

/// A request with its outcome: whatever is the outcome's is null until there is one.
#[derive(Debug)]
struct Record {
    run_id: Uuid,
    tenant_id: String,
    kind: String,
    trigger: String,
    state: String,
    create_time: PgTimestamp,
    acts_on_run_id: Option<Uuid>,
    expect_preview_run_id: Option<Uuid>,
    requested_by_caller: Option<String>,
    requested_by_actor: Option<String>,
    read_mode: Option<String>,
    read_mode_reason: Option<String>,
    server: Option<String>,
    server_reason: Option<String>,
    unchanged: Option<bool>,
    counts: Option<Json<RunCounts>>,
    left_out: Option<Json<StoredLeftOut>>,
    failure_code: Option<String>,
    failure_message: Option<String>,
    failure_advice: Option<String>,
    failure_detail: Option<String>,
    attempt: Option<i32>,
    takeovers: Option<i32>,
    next_attempt_time: Option<PgTimestamp>,
    start_time: Option<PgTimestamp>,
    end_time: Option<PgTimestamp>,
    held_reason: Option<String>,
    held_message: Option<String>,
    further_held_reasons: Option<Vec<String>>,
    would_hold: Option<bool>,
    rows_of_run_id: Option<Uuid>,
    rows_expire_time: Option<PgTimestamp>,
    /// By the database's clock, which set the time.
    rows_expired: bool,
    /// True if newer runs of its kind took its place before that.
    rows_superseded: bool,
    /// Its stage while it is RUNNING.
    stage: Option<String>,
}

impl From<Record> for Run {
    fn from(record: Record) -> Self {
        let time = |time: Option<PgTimestamp>| time.map(|PgTimestamp(time)| time);
        let (state, failure) = (record.state(), record.failure());
        RunRecord {
            run_id: record.run_id,
            tenant_id: record.tenant_id,
            kind: names::from_nullable(Some(&record.kind)),
            trigger: names::from_nullable(Some(&record.trigger)),
            state,
            stage: names::from_nullable(record.stage.as_deref()),
            held_reason: names::from_nullable(record.held_reason.as_deref()),
            held_message: record.held_message.unwrap_or_default(),
            further_held_reasons: record
                .further_held_reasons
                .unwrap_or_default()
                .iter()
                .map(|reason| names::from_nullable(Some(reason)))
                .collect(),
            would_hold: record.would_hold.unwrap_or_default(),
            read_mode: names::from_nullable(record.read_mode.as_deref()),
            read_mode_reason: record.read_mode_reason.unwrap_or_default(),
            server: record.server.unwrap_or_default(),
            server_reason: record.server_reason.unwrap_or_default(),
            unchanged: record.unchanged.unwrap_or_default(),
            rows_of_run_id: record.rows_of_run_id,
            counts: record.counts.map(|Json(counts)| counts).unwrap_or_default(),
            left_out: record.left_out.map(|Json(left_out)| left_out.into()),
            failure,
            attempt: record.attempt.unwrap_or(1),
            takeovers: record.takeovers.unwrap_or_default(),
            next_attempt_time: time(record.next_attempt_time),
            create_time: time(Some(record.create_time)),
            start_time: time(record.start_time),
            end_time: time(record.end_time),
            rows_expire_time: time(record.rows_expire_time),
            acts_on_run_id: record.acts_on_run_id,
            expect_preview_run_id: record.expect_preview_run_id,
            requested_by: record.requested_by_caller.map(|caller| RequestedBy {
                caller,
                actor: record.requested_by_actor.unwrap_or_default(),
            }),
        }
        .into()
    }
}

impl Record {
    fn state(&self) -> RunState {
        names::from_nullable(Some(&self.state))
    }

    fn rows_key(&self) -> RunKey {
        RunKey {
            tenant_id: self.tenant_id.clone(),
            run_id: self.rows_of_run_id.unwrap_or(self.run_id),
        }
    }

    /// Checks that there are rows to show.
    fn has_rows(&self) -> Result<(), ApiError> {
        if !matches!(self.state(), RunState::Succeeded | RunState::Held) {
            let message = refusal::no_rows(self.run_id, &self.state);
            return Err(ApiError::new(Refusal::RunHasNoRows, message));
        }
        if self.rows_superseded {
            let is_preview = names::from_nullable::<RunKind>(Some(&self.kind)) == RunKind::Preview;
            let message = refusal::rows_superseded(self.run_id, is_preview);
            return Err(ApiError::new(Refusal::SummaryOnly, message));
        }
        if self.rows_expired {
            let message = refusal::rows_expired(self.run_id);
            return Err(ApiError::new(Refusal::RowsExpired, message));
        }
        Ok(())
    }

    fn failure(&self) -> Option<Failure> {
        Some(Failure {
            code: self.failure_code.clone()?,
            message: self.failure_message.clone().unwrap_or_default(),
            advice: self.failure_advice.clone().unwrap_or_default(),
            detail: self.failure_detail.clone().unwrap_or_default(),
        })
    }
}
