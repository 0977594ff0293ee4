//! Runs as they are asked for.

use rollcall_chassis::names;
use rollcall_domain::RunId;
use rollcall_proto::v1::{RunKind, RunTrigger};
use sqlx::{FromRow, types::Uuid};

use super::TenantChange;

/// A run that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRequest<'a> {
    /// Its id, which grows with time.
    pub(crate) run_id: RunId,
    /// What it is for.
    pub(crate) kind: RunKind,
    /// Who asked for it.
    pub(crate) trigger: RunTrigger,
    /// The run that it approves or takes back.
    pub(crate) acts_on: Option<RunId>,
    /// The preview that it is expected to equal.
    pub(crate) expects: Option<RunId>,
    /// The W3C trace context of the call.
    pub(crate) traceparent: Option<&'a str>,
}

/// What is known of a request.
#[derive(Debug, Clone, Copy, FromRow)]
pub(crate) struct RequestState {
    /// Whether it was cancelled.
    pub(crate) cancel_requested: bool,
    /// Whether a worker ever took it.
    pub(crate) taken: bool,
    /// Whether its run has ended.
    pub(crate) ended: bool,
}

impl RequestState {
    /// Whether nothing can happen to it any more.
    pub(crate) fn is_finished(self) -> bool {
        self.ended || (self.cancel_requested && !self.taken)
    }
}

impl TenantChange {
    /// The tenant's run of this kind and with this expectation that no worker has begun to read.
    pub(crate) async fn waiting_request(
        &mut self,
        kind: RunKind,
        expects: Option<RunId>,
    ) -> sqlx::Result<Option<RunId>> {
        let id: Option<Uuid> = sqlx::query_scalar(include_str!("sql/waiting_request.sql"))
            .bind(self.tenant.as_str())
            .bind(names::to_sql(kind))
            .bind(expects.map(RunId::as_uuid))
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(id.map(RunId::from_uuid))
    }

    /// Moves a waiting run to the front.
    pub(crate) async fn promote_request(
        &mut self,
        run_id: RunId,
        traceparent: Option<&str>,
    ) -> sqlx::Result<()> {
        sqlx::query(include_str!("sql/promote_request.sql"))
            .bind(run_id.as_uuid())
            .bind(traceparent)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Adds a run that somebody waits for.
    pub(crate) async fn insert_request(&mut self, request: NewRequest<'_>) -> sqlx::Result<()> {
        sqlx::query(include_str!("sql/insert_request.sql"))
            .bind(request.run_id.as_uuid())
            .bind(self.tenant.as_str())
            .bind(names::to_sql(request.kind))
            .bind(names::to_sql(request.trigger))
            .bind(request.acts_on.map(RunId::as_uuid))
            .bind(request.expects.map(RunId::as_uuid))
            .bind(request.traceparent)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// What is known of one of the tenant's runs.
    pub(crate) async fn request_state(&mut self, run_id: RunId) -> sqlx::Result<Option<RequestState>> {
        sqlx::query_as(include_str!("sql/request_state.sql"))
            .bind(self.tenant.as_str())
            .bind(run_id.as_uuid())
            .fetch_optional(&mut *self.tx)
            .await
    }

    /// Cancels the tenant's scheduled syncs that no worker has begun to read.
    pub(crate) async fn cancel_scheduled(&mut self) -> sqlx::Result<()> {
        sqlx::query(include_str!("sql/cancel_scheduled.sql"))
            .bind(Some(self.tenant.as_str()))
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Cancels one of the tenant's runs.
    pub(crate) async fn cancel_request(&mut self, run_id: RunId) -> sqlx::Result<()> {
        sqlx::query(include_str!("sql/cancel_request.sql"))
            .bind(self.tenant.as_str())
            .bind(run_id.as_uuid())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }
}
