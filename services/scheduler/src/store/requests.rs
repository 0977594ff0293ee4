//! Runs as they are asked for.

use std::time::Duration;

use jiff::Timestamp;
use rollcall_chassis::{amqp::Lane, audit::Act, pg::PgTimestamp};
use rollcall_domain::{RunId, failure::FailureCode};
use rollcall_proto::v1::{RunKind, RunTrigger};
use rollcall_terms::names;

use super::TenantLock;

/// A run that a caller asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRequest<'a> {
    /// Its id, which grows with time.
    pub(crate) run_id: RunId,
    /// Lane in which its job waits for a worker.
    pub(crate) lane: Lane,
    /// Kind of the run.
    pub(crate) kind: RunKind,
    /// Trigger of the run.
    pub(crate) trigger: RunTrigger,
    /// The run that it approves or reverts.
    pub(crate) acts_on: Option<RunId>,
    /// The preview that it is expected to equal.
    pub(crate) expects: Option<RunId>,
    /// Who asks for it.
    pub(crate) requested_by: &'a Act,
    /// The W3C trace context of the call.
    pub(crate) traceparent: Option<&'a str>,
}

/// Runs of all kinds that a tenant may ask for in a period.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ManualRunLimit {
    /// So many.
    pub(crate) runs: u32,
    /// In so long.
    pub(crate) period: Duration,
}

/// Facts of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestState {
    /// True if it was cancelled.
    pub(crate) cancel_requested: bool,
    /// True if a worker ever took it.
    pub(crate) taken: bool,
    /// True if its run has ended.
    pub(crate) ended: bool,
}

impl RequestState {
    /// True if nothing more can happen to it.
    pub(crate) fn is_finished(self) -> bool {
        self.ended || (self.cancel_requested && !self.taken)
    }
}

impl TenantLock {
    /// The tenant's run of this kind and with this expectation that no worker has begun to read.
    pub(crate) async fn waiting_request(
        &mut self,
        kind: RunKind,
        expects: Option<RunId>,
    ) -> sqlx::Result<Option<RunId>> {
        let id = sqlx::query_file_scalar!(
            "sql/run_request/waiting.sql",
            self.tenant.as_str(),
            names::to_sql(kind),
            expects.map(RunId::as_uuid)
        )
        .fetch_optional(self.tx.connection())
        .await?;
        Ok(id.map(RunId::from_uuid))
    }

    /// The lane of a run that reads for a caller that waits. A directory that could not be reached or read in time is
    /// not tried before those of other tenants.
    pub(crate) async fn lane_of_read(&mut self) -> sqlx::Result<Lane> {
        let last = sqlx::query_file_scalar!("sql/run_request/last_failure.sql", self.tenant.as_str())
            .fetch_optional(self.tx.connection())
            .await?;
        let failure = last.flatten().and_then(|code| FailureCode::parse(&code));
        Ok(if failure.is_some_and(FailureCode::is_slow) {
            Lane::Slow
        } else {
            Lane::Interactive
        })
    }

    /// Moves a waiting run to the front of a lane. A scheduled one is from here on the run of who asks.
    pub(crate) async fn promote_request(
        &mut self,
        run_id: RunId,
        lane: Lane,
        requested_by: &Act,
        traceparent: Option<&str>,
    ) -> sqlx::Result<()> {
        sqlx::query_file!(
            "sql/run_request/promote.sql",
            run_id.as_uuid(),
            traceparent,
            lane.as_str(),
            requested_by.caller(),
            requested_by.actor()
        )
        .execute(self.tx.connection())
        .await?;
        Ok(())
    }

    /// Adds a run for which a caller waits.
    pub(crate) async fn insert_request(&mut self, request: NewRequest<'_>) -> sqlx::Result<()> {
        sqlx::query_file!(
            "sql/run_request/insert.sql",
            request.run_id.as_uuid(),
            self.tenant.as_str(),
            names::to_sql(request.kind),
            names::to_sql(request.trigger),
            request.acts_on.map(RunId::as_uuid),
            request.expects.map(RunId::as_uuid),
            request.traceparent,
            PgTimestamp(self.now),
            request.lane.as_str(),
            request.requested_by.caller(),
            request.requested_by.actor()
        )
        .execute(self.tx.connection())
        .await?;
        Ok(())
    }

    /// Time at which the tenant may ask for another manual run; `None` if it may now.
    pub(crate) async fn manual_run_possible_time(
        &mut self,
        limit: ManualRunLimit,
    ) -> sqlx::Result<Option<Timestamp>> {
        let possible_time = sqlx::query_file_scalar!(
            "sql/run_request/manual_run_possible_time.sql",
            self.tenant.as_str(),
            PgTimestamp(self.now),
            i64::from(limit.runs),
            limit.period.as_secs_f64()
        )
        .fetch_optional(self.tx.connection())
        .await?;
        Ok(possible_time.map(Timestamp::from))
    }

    /// Facts of one of the tenant's requests.
    pub(crate) async fn request_state(&mut self, run_id: RunId) -> sqlx::Result<Option<RequestState>> {
        sqlx::query_file_as!(
            RequestState,
            "sql/run_request/state.sql",
            self.tenant.as_str(),
            run_id.as_uuid()
        )
        .fetch_optional(self.tx.connection())
        .await
    }

    /// Cancels the tenant's scheduled syncs that no worker has begun to read.
    pub(crate) async fn cancel_scheduled(&mut self) -> sqlx::Result<()> {
        sqlx::query_file!("sql/run_request/cancel_scheduled.sql", self.tenant.as_str())
            .execute(self.tx.connection())
            .await?;
        Ok(())
    }

    /// Cancels one of the tenant's runs.
    pub(crate) async fn cancel_request(&mut self, run_id: RunId) -> sqlx::Result<()> {
        sqlx::query_file!(
            "sql/run_request/cancel.sql",
            self.tenant.as_str(),
            run_id.as_uuid()
        )
        .execute(self.tx.connection())
        .await?;
        Ok(())
    }
}
