//! Runs that somebody asks for, or calls off.

use std::sync::Arc;

use rollcall_chassis::{status::ApiError, telemetry};
use rollcall_domain::RunId;
use rollcall_proto::v1::RunKind;
use uuid::Uuid;

use crate::{
    metrics::Metrics,
    refusals::{no_domains, no_settings, parse_run, parse_tenant},
    store::{NewRequest, Store},
    wakes::Wakes,
};

/// Takes requests for runs.
#[derive(Debug)]
pub(crate) struct RequestDesk {
    /// Where they are kept.
    pub(crate) store: Store,
    /// Wakes the publisher.
    pub(crate) wakes: Arc<Wakes>,
    /// What is counted.
    pub(crate) metrics: Metrics,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Requested {
    /// The run.
    pub(crate) run_id: RunId,
    /// Whether it was waiting already.
    pub(crate) already_queued: bool,
}

impl RequestDesk {
    /// Asks for a run at once. One of its kind that no worker has begun to read is answered instead, and moves to the
    /// front.
    pub(crate) async fn request(&self, tenant_id: &str, kind: RunKind) -> Result<Requested, ApiError> {
        let tenant = parse_tenant(tenant_id)?;
        let mut change = self.store.change(&tenant).await?;
        if !change.lock_settings().await? {
            return Err(no_settings());
        }
        if !change.has_domains().await? {
            return Err(no_domains());
        }
        let traceparent = telemetry::traceparent();
        let traceparent = traceparent.as_deref();
        let requested = if let Some(run_id) = change.waiting_request(kind).await? {
            change.promote_request(run_id, traceparent).await?;
            Requested {
                run_id,
                already_queued: true,
            }
        } else {
            let run_id = RunId::from_uuid(Uuid::now_v7());
            change
                .insert_request(NewRequest {
                    run_id,
                    kind,
                    traceparent,
                })
                .await?;
            Requested {
                run_id,
                already_queued: false,
            }
        };
        change.commit().await?;
        self.wakes.requests_added();
        self.metrics.asked();
        let Requested {
            run_id,
            already_queued,
        } = requested;
        tracing::info!(tenant.id = %tenant, run.id = %run_id, kind = kind.as_str_name(), already_queued, "run requested");
        Ok(requested)
    }

    /// Cancels a run that is not finished.
    pub(crate) async fn cancel(&self, tenant_id: &str, run_id: &str) -> Result<(), ApiError> {
        let tenant = parse_tenant(tenant_id)?;
        let run_id = parse_run(run_id)?;
        let mut change = self.store.change(&tenant).await?;
        let state = change
            .request_state(run_id)
            .await?
            .ok_or_else(|| ApiError::not_found("NO_RUN", "The tenant has no such run."))?;
        if state.is_finished() {
            return Err(ApiError::failed_precondition(
                "RUN_FINISHED",
                "The run is over: it cannot be cancelled.",
            ));
        }
        change.cancel_request(run_id).await?;
        change.commit().await?;
        tracing::info!(tenant.id = %tenant, run.id = %run_id, "run cancelled");
        Ok(())
    }
}
