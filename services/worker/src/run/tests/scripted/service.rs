//! The service itself.

use futures::{StreamExt as _, stream::BoxStream};
use rollcall_chassis::{
    credential::{Purpose, SealContext, SecretString},
    status::ApiError,
};
use rollcall_proto::{
    internal::v1::{
        BeginRunRequest, BeginRunResponse, BeginTestRequest, BeginTestResponse, BindPermit,
        CheckWorkerRequest, CheckWorkerResponse, FailRunRequest, FailRunResponse, FinishUnchangedRequest,
        FinishUnchangedResponse, HeartbeatRequest, HeartbeatResponse, JudgeSealRequest, JudgeSealResponse,
        MissingObjects, NoteBindRequest, NoteBindResponse, PermitBindRequest, PermitBindResponse,
        RenewSealRequest, RenewSealResponse, RunEnded, SettleBindRequest, SettleBindResponse,
        SubmitRunRequest, SubmitRunResponse, reconcile_service_server::ReconcileService, submit_run_request,
        submit_run_response::Part,
    },
    v1::{Directory, Settings},
};
use rollcall_terms::Refusal;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::{Call, Scripted, TENANT};

fn refuse(refusal: Option<Refusal>) -> Result<(), Status> {
    match refusal {
        None => Ok(()),
        Some(refusal) => Err(ApiError::new(refusal, "as the script says").into()),
    }
}

fn part(part: Part) -> SubmitRunResponse {
    SubmitRunResponse { part: Some(part) }
}

impl Scripted {
    fn ended(&self) -> RunEnded {
        RunEnded {
            state: self.answers.outcome.into(),
            counts: None,
        }
    }

    /// Takes a submission to its outcome.
    async fn converse(
        &self,
        mut parts: Streaming<SubmitRunRequest>,
        answers: mpsc::Sender<Result<SubmitRunResponse, Status>>,
    ) {
        let mut objects = 0;
        while let Ok(Some(SubmitRunRequest { part: Some(came) })) = parts.message().await {
            let complete = match came {
                submit_run_request::Part::Header(_) => false,
                submit_run_request::Part::Batch(batch) => {
                    objects += batch.objects.len();
                    false
                }
                submit_run_request::Part::Footer(footer) => {
                    self.received.lock().unwrap().submitted =
                        Some((objects, footer.summary.unwrap_or_default()));
                    tokio::time::sleep(self.answers.thinks).await;
                    for missing in self.missing() {
                        answers.send(Ok(part(Part::Missing(missing)))).await.unwrap();
                    }
                    self.answers.missing.is_empty()
                }
                submit_run_request::Part::Confirmation(confirmation) => {
                    let complete = confirmation.complete;
                    self.received.lock().unwrap().confirmations.push(confirmation);
                    complete
                }
            };
            if complete {
                answers.send(Ok(part(Part::Outcome(self.ended())))).await.unwrap();
                return;
            }
        }
    }

    fn missing(&self) -> impl Iterator<Item = MissingObjects> {
        let messages = self.answers.missing.len();
        (1..)
            .zip(self.answers.missing.clone())
            .map(move |(number, ids)| MissingObjects {
                ids,
                last: number == messages,
            })
    }
}

#[tonic::async_trait]
impl ReconcileService for Scripted {
    type SubmitRunStream = BoxStream<'static, Result<SubmitRunResponse, Status>>;

    async fn check_worker(
        &self,
        _: Request<CheckWorkerRequest>,
    ) -> Result<Response<CheckWorkerResponse>, Status> {
        Ok(Response::new(CheckWorkerResponse {}))
    }

    async fn begin_run(&self, _: Request<BeginRunRequest>) -> Result<Response<BeginRunResponse>, Status> {
        self.note(Call::Begin);
        refuse(self.answers.begin_refusal)?;
        let directory = self.received.lock().unwrap().directory.clone();
        let sealed_for = if self.answers.sealed_for_another {
            Directory {
                hosts: vec!["elsewhere".to_owned()],
                ..directory.clone()
            }
        } else {
            directory.clone()
        };
        let password = SecretString::new("secret".to_owned());
        let mut credential = self
            .sealing
            .seal(
                &password,
                &SealContext::new(Purpose::Settings, TENANT, &sealed_for),
            )
            .unwrap();
        if self.answers.sealed_to_another_key {
            credential.key_id = "another".to_owned();
        }
        Ok(Response::new(BeginRunResponse {
            credential_proven: false,
            status: self.answers.begin.into(),
            kind: self.answers.kind.into(),
            trigger: self.answers.trigger.into(),
            fence: 1,
            settings: Some(Settings {
                directory: Some(directory),
                ..Settings::default()
            }),
            credential: Some(credential),
            last_digest: self.answers.last_digest.clone(),
            deadline: None,
            now: None,
            credential_generation: 1,
            renewed_credential: None,
            last_server: None,
        }))
    }

    async fn submit_run(
        &self,
        request: Request<Streaming<SubmitRunRequest>>,
    ) -> Result<Response<Self::SubmitRunStream>, Status> {
        let refused = self.note(Call::Submit) <= self.answers.refusals;
        if refused {
            refuse(self.answers.submit)?;
        }
        let (sender, answers) = mpsc::channel(1);
        let scripted = self.clone();
        tokio::spawn(async move { scripted.converse(request.into_inner(), sender).await });
        Ok(Response::new(ReceiverStream::new(answers).boxed()))
    }

    async fn finish_unchanged(
        &self,
        _: Request<FinishUnchangedRequest>,
    ) -> Result<Response<FinishUnchangedResponse>, Status> {
        self.note(Call::Unchanged);
        refuse(self.answers.unchanged)?;
        Ok(Response::new(FinishUnchangedResponse {
            outcome: Some(self.ended()),
        }))
    }

    async fn heartbeat(&self, _: Request<HeartbeatRequest>) -> Result<Response<HeartbeatResponse>, Status> {
        Ok(Response::new(HeartbeatResponse {
            cancelled: self.answers.cancelled,
            over: false,
        }))
    }

    async fn renew_seal(&self, _: Request<RenewSealRequest>) -> Result<Response<RenewSealResponse>, Status> {
        Ok(Response::new(RenewSealResponse {}))
    }

    async fn judge_seal(&self, _: Request<JudgeSealRequest>) -> Result<Response<JudgeSealResponse>, Status> {
        Ok(Response::new(JudgeSealResponse {}))
    }

    async fn fail_run(&self, request: Request<FailRunRequest>) -> Result<Response<FailRunResponse>, Status> {
        self.note(Call::Fail);
        refuse(self.answers.fail)?;
        self.received.lock().unwrap().failed = Some(request.into_inner());
        Ok(Response::new(FailRunResponse {}))
    }

    async fn permit_bind(
        &self,
        _: Request<PermitBindRequest>,
    ) -> Result<Response<PermitBindResponse>, Status> {
        Ok(Response::new(PermitBindResponse {
            permit: BindPermit::Granted.into(),
            paused_until: None,
        }))
    }

    async fn settle_bind(
        &self,
        _: Request<SettleBindRequest>,
    ) -> Result<Response<SettleBindResponse>, Status> {
        Ok(Response::new(SettleBindResponse {}))
    }

    async fn begin_test(&self, _: Request<BeginTestRequest>) -> Result<Response<BeginTestResponse>, Status> {
        Ok(Response::new(BeginTestResponse::default()))
    }

    async fn note_bind(&self, _: Request<NoteBindRequest>) -> Result<Response<NoteBindResponse>, Status> {
        Ok(Response::new(NoteBindResponse {}))
    }
}
