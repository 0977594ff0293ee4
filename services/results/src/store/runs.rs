//! Runs.

use rollcall_chassis::{
    names,
    pg::{PgTimestamp, to_proto},
    status::ApiError,
};
use rollcall_proto::v1::{Counts, Failure, ReadMode, Run, RunKind, RunState, RunTrigger};
use sqlx::{Executor, Postgres};
use uuid::Uuid;

use super::{RunKey, Store, no_run};

const ONE: &str = concat!(
    include_str!("run.sql"),
    "WHERE request.tenant_id = $1 AND request.run_id = $2"
);
/// Run ids grow with time: UUIDv7.
const NEWEST: &str = concat!(
    include_str!("run.sql"),
    "WHERE request.tenant_id = $1 AND ($2::uuid IS NULL OR request.run_id < $2) \
     ORDER BY request.run_id DESC LIMIT $3"
);

impl Store {
    /// A run as it is now.
    pub(crate) async fn run(&self, key: &RunKey) -> Result<Run, ApiError> {
        run(&self.pool, key).await
    }

    /// A tenant's runs, the newest first, from after this one on.
    pub(crate) async fn runs(
        &self,
        tenant_id: &str,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<Run>, ApiError> {
        let records: Vec<Record> = sqlx::query_as(NEWEST)
            .bind(tenant_id)
            .bind(after)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        Ok(records.into_iter().map(Run::from).collect())
    }
}

/// A run as it is in the snapshot of this connection.
pub(super) async fn run(
    executor: impl Executor<'_, Database = Postgres>,
    key: &RunKey,
) -> Result<Run, ApiError> {
    let record: Option<Record> = sqlx::query_as(ONE)
        .bind(&key.tenant_id)
        .bind(key.run_id)
        .fetch_optional(executor)
        .await?;
    record.map(Run::from).ok_or_else(|| no_run(key))
}

/// A request with its outcome: whatever is the outcome's is null until there is one.
#[derive(Debug, sqlx::FromRow)]
struct Record {
    run_id: Uuid,
    tenant_id: String,
    kind: String,
    trigger: String,
    state: String,
    create_time: PgTimestamp,
    read_mode: Option<String>,
    read_mode_reason: Option<String>,
    unchanged: Option<bool>,
    #[sqlx(flatten)]
    counts: CountsRecord,
    failure_code: Option<String>,
    failure_message: Option<String>,
    failure_advice: Option<String>,
    failure_detail: Option<String>,
    attempt: Option<i32>,
    next_attempt_time: Option<PgTimestamp>,
    start_time: Option<PgTimestamp>,
    end_time: Option<PgTimestamp>,
}

#[derive(Debug, sqlx::FromRow)]
struct CountsRecord {
    objects: Option<i64>,
    claims: Option<i64>,
    not_email: Option<i64>,
    references: Option<i64>,
    add: Option<i64>,
    keep: Option<i64>,
    update: Option<i64>,
    remove: Option<i64>,
    stale: Option<i64>,
    skip: Option<i64>,
    accounts: Option<i64>,
    welcomes: Option<i64>,
}

impl From<Record> for Run {
    fn from(record: Record) -> Self {
        let failure = record.failure();
        let time = |time: Option<PgTimestamp>| time.map(|time| to_proto(time.0));
        Self {
            run_id: record.run_id.to_string(),
            tenant_id: record.tenant_id,
            kind: names::from_nullable::<RunKind>(Some(&record.kind)).into(),
            trigger: names::from_nullable::<RunTrigger>(Some(&record.trigger)).into(),
            state: names::from_nullable::<RunState>(Some(&record.state)).into(),
            read_mode: names::from_nullable::<ReadMode>(record.read_mode.as_deref()).into(),
            read_mode_reason: record.read_mode_reason.unwrap_or_default(),
            unchanged: record.unchanged.unwrap_or_default(),
            counts: Some(record.counts.into()),
            failure,
            attempt: record
                .attempt
                .and_then(|attempt| u32::try_from(attempt).ok())
                .unwrap_or(1),
            next_attempt_time: time(record.next_attempt_time),
            create_time: time(Some(record.create_time)),
            start_time: time(record.start_time),
            end_time: time(record.end_time),
        }
    }
}

impl Record {
    fn failure(&self) -> Option<Failure> {
        Some(Failure {
            code: self.failure_code.clone()?,
            message: self.failure_message.clone().unwrap_or_default(),
            advice: self.failure_advice.clone().unwrap_or_default(),
            detail: self.failure_detail.clone().unwrap_or_default(),
        })
    }
}

impl From<CountsRecord> for Counts {
    fn from(record: CountsRecord) -> Self {
        let count = |count: Option<i64>| {
            count
                .and_then(|count| u64::try_from(count).ok())
                .unwrap_or_default()
        };
        Self {
            objects: count(record.objects),
            claims: count(record.claims),
            not_email: count(record.not_email),
            references: count(record.references),
            add: count(record.add),
            keep: count(record.keep),
            update: count(record.update),
            remove: count(record.remove),
            stale: count(record.stale),
            skip: count(record.skip),
            accounts: count(record.accounts),
            welcomes: count(record.welcomes),
        }
    }
}
