//! Requests for runs, and their cancellation.

mod judging;

use std::sync::Arc;

use rollcall_chassis::{
    amqp::Lane,
    audit::{Act, Record},
    fail_point::{self, FailPoint},
    status::ApiError,
    telemetry,
};
use rollcall_domain::RunId;
use rollcall_proto::v1::{
    ApproveRunRequest, PreviewUsersRequest, RevertRunRequest, RunKind, RunTrigger, SyncNowRequest,
};
use rollcall_terms::audit::Details;
use uuid::Uuid;

use crate::{
    metrics::Metrics,
    refusals::{no_domains, no_run, no_settings, parse_run, parse_tenant, run_finished, too_many_runs},
    store::{ManualRunLimit, NewRequest, RunFacts, Store, TenantLock},
    wakes::Wakes,
};

/// Takes requests for runs.
#[derive(Debug)]
pub(crate) struct RequestDesk {
    /// The store of the requests.
    pub(crate) store: Store,
    /// Wakes the publisher.
    pub(crate) wakes: Arc<Wakes>,
    /// The counters.
    pub(crate) metrics: Metrics,
    /// The limit of runs that a tenant may ask for.
    pub(crate) limit: ManualRunLimit,
}

/// Result of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Requested {
    /// The run.
    pub(crate) run_id: RunId,
    /// True if it was waiting already.
    pub(crate) already_queued: bool,
}

/// The run that is asked for.
#[derive(Debug, Clone, Copy)]
struct RunSpec {
    kind: RunKind,
    trigger: RunTrigger,
    acts_on: Option<RunId>,
    expects: Option<RunId>,
}

impl RunSpec {
    /// A run for a caller that waits, which acts on no other run.
    fn plain(kind: RunKind) -> Self {
        Self {
            kind,
            trigger: RunTrigger::Manual,
            acts_on: None,
            expects: None,
        }
    }
}

impl RequestDesk {
    /// Asks for a sync at once. One that would do the same and that no worker has begun to read is answered instead,
    /// and moves to the front.
    pub(crate) async fn sync_now(&self, act: &Act, request: &SyncNowRequest) -> Result<Requested, ApiError> {
        let tenant = parse_tenant(&request.tenant_id)?;
        let expects = match request.expect_preview_run_id.as_str() {
            "" => None,
            text => Some(parse_run("expect_preview_run_id", text)?),
        };
        let mut change = self.store.change(&tenant).await?;
        if let Some(preview) = expects {
            let facts = change.run_facts(preview).await?.ok_or_else(no_run)?;
            judging::expectable(&facts, change.now())?;
        }
        let spec = RunSpec {
            expects,
            ..RunSpec::plain(RunKind::Sync)
        };
        self.join_or_add(act, change, spec).await
    }

    /// Asks for a preview at once. One that no worker has begun to read is answered instead.
    pub(crate) async fn preview(
        &self,
        act: &Act,
        request: &PreviewUsersRequest,
    ) -> Result<Requested, ApiError> {
        let tenant = parse_tenant(&request.tenant_id)?;
        let change = self.store.change(&tenant).await?;
        self.join_or_add(act, change, RunSpec::plain(RunKind::Preview))
            .await
    }

    /// Asks for the sync that makes the removals of a HELD run.
    pub(crate) async fn approve(
        &self,
        act: &Act,
        request: &ApproveRunRequest,
    ) -> Result<Requested, ApiError> {
        let (mut change, run_id, facts) = self.acting(&request.tenant_id, &request.run_id).await?;
        judging::approvable(&facts, &change.periods().await?, change.now())?;
        if !change.has_domains().await? {
            return Err(no_domains());
        }
        let spec = RunSpec {
            trigger: RunTrigger::Approval,
            acts_on: Some(run_id),
            ..RunSpec::plain(RunKind::Sync)
        };
        let requested = self.add(act, &mut change, spec).await?;
        self.finish(act, change, spec, requested).await
    }

    /// Requests the run that reverts a sync, and pauses the schedule, which would do the same again.
    pub(crate) async fn revert(&self, act: &Act, request: &RevertRunRequest) -> Result<Requested, ApiError> {
        let (mut change, run_id, facts) = self.acting(&request.tenant_id, &request.run_id).await?;
        judging::revertible(&facts, &change.periods().await?, change.now())?;
        let spec = RunSpec {
            acts_on: Some(run_id),
            ..RunSpec::plain(RunKind::Revert)
        };
        change.pause_schedule().await?;
        change.cancel_scheduled().await?;
        let requested = self.add(act, &mut change, spec).await?;
        self.finish(act, change, spec, requested).await
    }

    /// Cancels a run that is not finished.
    pub(crate) async fn cancel(&self, act: &Act, tenant_id: &str, run_id: &str) -> Result<(), ApiError> {
        let tenant = parse_tenant(tenant_id)?;
        let run_id = parse_run("run_id", run_id)?;
        let mut change = self.store.change(&tenant).await?;
        let state = change.request_state(run_id).await?.ok_or_else(no_run)?;
        if state.is_finished() {
            return Err(run_finished());
        }
        change.cancel_request(run_id).await?;
        change.record(Record::of(act).run(run_id)).await?;
        change.commit().await?;
        tracing::info!(tenant.id = %tenant, run.id = %run_id, "run cancelled");
        Ok(())
    }

    /// Begins a change that acts on a run. The tenant's lock makes the second of two equal calls see the first.
    async fn acting(&self, tenant_id: &str, run_id: &str) -> Result<(TenantLock, RunId, RunFacts), ApiError> {
        let tenant = parse_tenant(tenant_id)?;
        let run_id = parse_run("run_id", run_id)?;
        let mut change = self.store.change(&tenant).await?;
        let facts = change.run_facts(run_id).await?.ok_or_else(no_run)?;
        if !change.lock_settings().await? {
            return Err(no_settings());
        }
        Ok((change, run_id, facts))
    }

    async fn join_or_add(
        &self,
        act: &Act,
        mut change: TenantLock,
        spec: RunSpec,
    ) -> Result<Requested, ApiError> {
        if !change.lock_settings().await? {
            return Err(no_settings());
        }
        if !change.has_domains().await? {
            return Err(no_domains());
        }
        let waiting = change.waiting_request(spec.kind, spec.expects).await?;
        let requested = if let Some(run_id) = waiting {
            let traceparent = telemetry::traceparent();
            let lane = change.lane_of_read().await?;
            change
                .promote_request(run_id, lane, act, traceparent.as_deref())
                .await?;
            Requested {
                run_id,
                already_queued: true,
            }
        } else {
            self.add(act, &mut change, spec).await?
        };
        self.finish(act, change, spec, requested).await
    }

    async fn finish(
        &self,
        act: &Act,
        mut change: TenantLock,
        spec: RunSpec,
        requested: Requested,
    ) -> Result<Requested, ApiError> {
        let tenant = change.tenant().clone();
        change.record(record(act, spec, requested)).await?;
        change.commit().await?;
        fail_point::pass(FailPoint::RequestInserted, tenant.as_str()).await;
        self.wakes.requests_added();
        self.metrics.asked(spec.trigger);
        let Requested {
            run_id,
            already_queued,
        } = requested;
        let kind = spec.kind.as_str_name();
        tracing::info!(tenant.id = %tenant, run.id = %run_id, kind, already_queued, "run requested");
        Ok(requested)
    }

    /// Adds a run, unless the tenant had its share of them lately.
    async fn add(&self, act: &Act, change: &mut TenantLock, spec: RunSpec) -> Result<Requested, ApiError> {
        if let Some(possible_time) = change.manual_run_possible_time(self.limit).await? {
            let wait = possible_time.duration_since(change.now()).unsigned_abs();
            return Err(too_many_runs(self.limit, wait));
        }
        let run_id = RunId::from_uuid(Uuid::now_v7());
        let traceparent = telemetry::traceparent();
        // A REVERT reads nothing.
        let lane = match spec.kind {
            RunKind::Revert => Lane::Interactive,
            _ => change.lane_of_read().await?,
        };
        let request = NewRequest {
            run_id,
            lane,
            kind: spec.kind,
            trigger: spec.trigger,
            acts_on: spec.acts_on,
            expects: spec.expects,
            requested_by: act,
            traceparent: traceparent.as_deref(),
        };
        change.insert_request(request).await?;
        Ok(Requested {
            run_id,
            already_queued: false,
        })
    }
}

/// The record of a request: of the run that it acts on, otherwise of the one that it asks for.
fn record(act: &Act, spec: RunSpec, requested: Requested) -> Record {
    let run_id = requested.run_id.to_string();
    let details = match spec.acts_on {
        Some(_) => Details::default().with("started_run_id", run_id),
        None if requested.already_queued => Details::default().with("already_queued", "true"),
        None => Details::default(),
    };
    let expects = spec
        .expects
        .map(|preview| preview.to_string())
        .unwrap_or_default();
    Record::of(act)
        .run(spec.acts_on.unwrap_or(requested.run_id))
        .details(details.with_any("expect_preview_run_id", expects))
}
