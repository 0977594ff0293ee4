//! The workers' side of a run.

use std::{convert::Infallible, sync::Arc};

use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use rollcall_chassis::status::ApiError;
use rollcall_domain::Fence;
use rollcall_proto::internal::v1::{
    BeginRunRequest, BeginRunResponse, BeginStatus, BeginTestRequest, BeginTestResponse, BeginTestStatus,
    CheckWorkerRequest, CheckWorkerResponse, FailRunRequest, FailRunResponse, FinishUnchangedRequest,
    FinishUnchangedResponse, HeartbeatRequest, HeartbeatResponse, JudgeSealRequest, JudgeSealResponse,
    NoteBindRequest, NoteBindResponse, PermitBindRequest, PermitBindResponse, RenewSealRequest,
    RenewSealResponse, SettleBindRequest, SettleBindResponse, SubmitRunRequest, SubmitRunResponse,
    reconcile_service_server::ReconcileService, submit_run_response::Part,
};
use rollcall_terms::Refusal;
use rollcall_terms::time;
use tokio::sync::{mpsc, watch};
use tonic::{Request, Response, Status, Streaming};
use tracing::Instrument as _;

use super::{bind, seal, test_request};
use crate::{
    error::ReconcileError,
    ids::{self, LeaseKey},
    progress::Progress,
    resources::Resources,
    runs::{
        asking::{Begin, Begun, Started},
        begin,
        binds::{self, Bind},
        connection_test::{self, BegunTest},
        fail,
        heartbeat::{self, Pulse},
        seals,
        submit::{self, SubmitAnswer},
        unchanged,
    },
};

/// Messages with missing objects that may wait for a worker to take them.
const ANSWERS: usize = 4;

/// ReconcileService, for workers only.
pub(crate) struct RunCalls {
    pub(crate) resources: Arc<Resources>,
    /// True while the database answers.
    pub(crate) database: watch::Receiver<bool>,
}

#[tonic::async_trait]
impl ReconcileService for RunCalls {
    type SubmitRunStream = BoxStream<'static, Result<SubmitRunResponse, Status>>;

    async fn check_worker(
        &self,
        _: Request<CheckWorkerRequest>,
    ) -> Result<Response<CheckWorkerResponse>, Status> {
        if *self.database.borrow() {
            return Ok(Response::new(CheckWorkerResponse {}));
        }
        let away = "Reconcile's database is not answering. Try again.";
        Err(ApiError::new(Refusal::Unavailable, away).into())
    }

    async fn begin_run(
        &self,
        request: Request<BeginRunRequest>,
    ) -> Result<Response<BeginRunResponse>, Status> {
        let request = request.into_inner();
        let (tenant, run) = ids::run(&request.tenant_id, &request.run_id)?;
        let begin = Begin {
            tenant,
            run,
            worker: request.worker_id,
            attempt: request.attempt.max(1),
            given_up: (request.given_up_fence != 0).then_some(Fence(request.given_up_fence)),
            alone: request.alone,
        };
        Ok(Response::new(
            match begin::begin(&self.resources, begin).await? {
                Begun::Started(started) => response(*started),
                Begun::Finished => without_lease(BeginStatus::Finished),
                Begun::Busy => without_lease(BeginStatus::Busy),
                Begun::Taken => without_lease(BeginStatus::Taken),
                Begun::RunningHere => without_lease(BeginStatus::RunningHere),
                Begun::NeedsProcess => without_lease(BeginStatus::NeedsProcess),
            },
        ))
    }

    /// The work is a task of its own: a worker that goes away in the middle of a commit does not break it off, and one
    /// that waits for the answer's headers before it sends gets them at once.
    async fn submit_run(
        &self,
        request: Request<Streaming<SubmitRunRequest>>,
    ) -> Result<Response<Self::SubmitRunStream>, Status> {
        let parts = request.into_inner();
        let resources = Arc::clone(&self.resources);
        let (sender, receiver) = mpsc::channel(ANSWERS);
        let work = async move {
            let ended = submit::submit(&resources, parts, &sender).await;
            // The caller may no longer wait for the answer.
            let _ = sender.send(ended.map(Part::Outcome)).await;
            Ok::<_, Infallible>(())
        };
        self.resources
            .lifecycle
            .spawn("submission", work.in_current_span());
        Ok(Response::new(answers(receiver)))
    }

    async fn finish_unchanged(
        &self,
        request: Request<FinishUnchangedRequest>,
    ) -> Result<Response<FinishUnchangedResponse>, Status> {
        let request = request.into_inner();
        let key = LeaseKey::parse(&request.tenant_id, &request.run_id, request.fence)?;
        let summary = request
            .summary
            .ok_or(ReconcileError::Submission("it has no summary"))?;
        let outcome = unchanged::finish_unchanged(&self.resources, &key, summary).await?;
        Ok(Response::new(FinishUnchangedResponse {
            outcome: Some(outcome),
        }))
    }

    async fn heartbeat(
        &self,
        request: Request<HeartbeatRequest>,
    ) -> Result<Response<HeartbeatResponse>, Status> {
        let request = request.into_inner();
        let key = LeaseKey::parse(&request.tenant_id, &request.run_id, request.fence)?;
        let progress = Progress {
            stage: request.stage(),
            objects: request.objects,
            claims: request.claims,
        };
        let pulse = heartbeat::heartbeat(&self.resources, &key, progress).await?;
        Ok(Response::new(HeartbeatResponse {
            cancelled: pulse == Pulse::Cancelled,
            over: pulse == Pulse::Over,
        }))
    }

    async fn renew_seal(
        &self,
        request: Request<RenewSealRequest>,
    ) -> Result<Response<RenewSealResponse>, Status> {
        let request = request.into_inner();
        let key = LeaseKey::parse(&request.tenant_id, &request.run_id, request.fence)?;
        let seal = seal::read(request.credential)?;
        seals::renew(&self.resources, &key, request.credential_generation, &seal).await?;
        Ok(Response::new(RenewSealResponse {}))
    }

    async fn judge_seal(
        &self,
        request: Request<JudgeSealRequest>,
    ) -> Result<Response<JudgeSealResponse>, Status> {
        let request = request.into_inner();
        let key = LeaseKey::parse(&request.tenant_id, &request.run_id, request.fence)?;
        seals::judge(
            &self.resources,
            &key,
            request.credential_generation,
            request.is_right,
        )
        .await?;
        Ok(Response::new(JudgeSealResponse {}))
    }

    async fn fail_run(&self, request: Request<FailRunRequest>) -> Result<Response<FailRunResponse>, Status> {
        let request = request.into_inner();
        let key = LeaseKey::parse(&request.tenant_id, &request.run_id, request.fence)?;
        let next_attempt = request.next_attempt_time.as_ref().and_then(time::from_proto);
        fail::fail(&self.resources, &key, request.failure, next_attempt).await?;
        Ok(Response::new(FailRunResponse {}))
    }

    async fn begin_test(
        &self,
        request: Request<BeginTestRequest>,
    ) -> Result<Response<BeginTestResponse>, Status> {
        let test = test_request::read(request.get_ref())?;
        let (status, current) = match connection_test::begin(&self.resources, test).await? {
            BegunTest::Started(current) => (BeginTestStatus::Started, current),
            BegunTest::Repeated => (BeginTestStatus::Repeated, None),
            BegunTest::Expired => (BeginTestStatus::Expired, None),
        };
        let (credential, renewed_credential) = match current {
            Some(current) => (Some(current.stored), current.renewed),
            None => (None, None),
        };
        Ok(Response::new(BeginTestResponse {
            status: status.into(),
            credential,
            renewed_credential,
        }))
    }

    async fn note_bind(
        &self,
        request: Request<NoteBindRequest>,
    ) -> Result<Response<NoteBindResponse>, Status> {
        let request = request.into_inner();
        let tenant = ids::tenant(&request.tenant_id)?;
        let bind = if request.refused {
            Bind::Refused
        } else {
            Bind::Accepted
        };
        let Resources { store, reports, .. } = &*self.resources;
        binds::note_bind(store, reports, &tenant, request.credential_generation, bind).await?;
        Ok(Response::new(NoteBindResponse {}))
    }

    async fn permit_bind(
        &self,
        request: Request<PermitBindRequest>,
    ) -> Result<Response<PermitBindResponse>, Status> {
        bind::permit(&self.resources, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn settle_bind(
        &self,
        request: Request<SettleBindRequest>,
    ) -> Result<Response<SettleBindResponse>, Status> {
        bind::settle(&self.resources, &request.into_inner())
            .await
            .map(Response::new)
    }
}

/// The answers while a run is submitted, up to its outcome or an error.
fn answers(receiver: mpsc::Receiver<SubmitAnswer>) -> BoxStream<'static, Result<SubmitRunResponse, Status>> {
    stream::unfold(Some(receiver), async |receiver| {
        let mut receiver = receiver?;
        // A sender that is gone before it reported the end was cut off.
        let answer = receiver.recv().await.unwrap_or(Err(ReconcileError::CutOff));
        let more = matches!(answer, Ok(Part::Missing(_)));
        let answer = answer.map(|part| SubmitRunResponse { part: Some(part) });
        Some((answer.map_err(Status::from), more.then_some(receiver)))
    })
    .boxed()
}

fn without_lease(status: BeginStatus) -> BeginRunResponse {
    BeginRunResponse {
        status: status.into(),
        ..BeginRunResponse::default()
    }
}

fn response(started: Started) -> BeginRunResponse {
    BeginRunResponse {
        status: BeginStatus::Started.into(),
        kind: started.kind.into(),
        trigger: started.trigger.into(),
        fence: started.fence.0,
        settings: Some(started.current.settings),
        credential: Some(started.current.credential),
        renewed_credential: started.current.renewed_credential,
        last_digest: started.last_digest,
        last_server: started.last_server,
        deadline: Some(time::to_proto(started.deadline)),
        now: Some(time::to_proto(started.now)),
        credential_generation: started.current.credential_generation,
        credential_proven: started.is_proven,
    }
}

#[cfg(test)]
mod tests {
    use rollcall_proto::internal::v1::{MissingObjects, RunEnded};

    use tonic::Code;

    use super::*;

    async fn received(sent: Vec<SubmitAnswer>) -> Vec<Result<Option<Part>, Code>> {
        let (sender, receiver) = mpsc::channel(ANSWERS);
        for answer in sent {
            sender.send(answer).await.unwrap();
        }
        drop(sender);
        let part = |answer: Result<SubmitRunResponse, Status>| answer.map(|answer| answer.part);
        let answers = answers(receiver).map(|answer| part(answer).map_err(|status| status.code()));
        answers.collect().await
    }

    #[tokio::test]
    async fn missing_objects_come_before_the_outcome_which_ends_the_answer() {
        let missing = Part::Missing(MissingObjects::default());
        let outcome = Part::Outcome(RunEnded::default());
        let parts = received(vec![Ok(missing.clone()), Ok(outcome.clone())]).await;
        assert_eq!(parts, [Ok(Some(missing)), Ok(Some(outcome))]);
    }

    #[tokio::test]
    async fn work_that_is_cut_off_does_not_pass_for_an_end() {
        let missing = Part::Missing(MissingObjects::default());
        let parts = received(vec![Ok(missing.clone())]).await;
        assert_eq!(parts, [Ok(Some(missing)), Err(Code::Unavailable)]);
    }

    #[tokio::test]
    async fn an_error_is_the_end() {
        assert_eq!(
            received(vec![Err(ReconcileError::Fenced)]).await,
            [Err(Code::FailedPrecondition)]
        );
    }
}
