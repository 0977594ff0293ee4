//! A reconcile that answers as a test says, and remembers what it was told.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::Stream;
use rollcall_chassis::{
    config::ClientConfig,
    credential::{self, Binding, OpeningKeys, SealingKey, SecretString},
    grpc,
    status::ApiError,
};
use rollcall_proto::v1::{
    BeginRunRequest, BeginRunResponse, BeginStatus, Directory, FailRunRequest, FailRunResponse,
    FinishUnchangedRequest, FinishUnchangedResponse, HeartbeatRequest, HeartbeatResponse, Job,
    NoteBindRequest, NoteBindResponse, ReadSummary, RunEnded, RunKind, RunState, RunTrigger, Settings,
    SubmitRunRequest, SubmitRunResponse,
    reconcile_service_server::{ReconcileService, ReconcileServiceServer},
    submit_run_request, submit_run_response,
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, Request, Response, Status, Streaming};

use crate::{
    directory::{Reader, limits::Limits, script},
    metrics::Metrics,
    reconcile::Reconcile,
    run::{Disposition, Runner},
};

const TENANT: &str = "acme";

/// A refusal: code and reason.
type Refusal = Option<(Code, &'static str)>;

/// How it answers.
#[derive(Clone)]
pub(super) struct Answers {
    pub(super) begin: BeginStatus,
    pub(super) begin_refusal: Refusal,
    pub(super) kind: RunKind,
    pub(super) trigger: RunTrigger,
    pub(super) last_digest: Vec<u8>,
    pub(super) unchanged: Refusal,
    pub(super) submit: Refusal,
    /// How many submissions are refused.
    pub(super) refusals: usize,
    pub(super) cancelled: bool,
    pub(super) hold_bytes: usize,
    pub(super) run_limit: Duration,
    pub(super) sealed_for_another: bool,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            begin: BeginStatus::Started,
            begin_refusal: None,
            kind: RunKind::Sync,
            trigger: RunTrigger::Manual,
            last_digest: Vec::new(),
            unchanged: None,
            submit: None,
            refusals: 0,
            cancelled: false,
            hold_bytes: 1 << 20,
            run_limit: Duration::from_secs(30),
            sealed_for_another: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Begin,
    Submit,
    Unchanged,
    Fail,
}

#[derive(Default)]
struct Told {
    calls: Vec<Call>,
    submitted: Option<(usize, ReadSummary)>,
    failed: Option<FailRunRequest>,
    directory: Directory,
}

/// The service, and the keys of its credentials.
#[derive(Clone)]
pub(super) struct Scripted {
    answers: Answers,
    told: Arc<Mutex<Told>>,
    sealing: Arc<SealingKey>,
    keys: Arc<tempfile::TempDir>,
    url: String,
}

impl Scripted {
    /// Serves on a free port.
    pub(super) async fn start(answers: Answers) -> Self {
        let keys = tempfile::tempdir().unwrap();
        credential::generate("k1").unwrap().write(keys.path()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scripted = Self {
            answers,
            told: Arc::default(),
            sealing: Arc::new(SealingKey::read(&keys.path().join("k1.pub")).unwrap()),
            keys: Arc::new(keys),
            url: format!("http://{}", listener.local_addr().unwrap()),
        };
        let server =
            tonic::transport::Server::builder().add_service(ReconcileServiceServer::new(scripted.clone()));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        scripted
    }

    /// Lets a worker do a run that reads the directory at `port`.
    pub(super) async fn run(&self, port: u16, attempt: u32) -> Disposition {
        self.run_against(script::reader(), port, attempt).await
    }

    /// The same with a worker that waits this long for a directory.
    pub(super) async fn run_with_patience(&self, port: u16, operation: Duration) -> Disposition {
        let reader = script::reader();
        let limits = Limits {
            operation,
            ..reader.limits
        };
        self.run_against(Reader { limits, ..reader }, port, 1).await
    }

    async fn run_against(&self, reader: Reader, port: u16, attempt: u32) -> Disposition {
        self.told.lock().unwrap().directory = script::directory(port);
        let channel = grpc::connect(&ClientConfig::plaintext(&self.url)).unwrap();
        let runner = Runner {
            reconcile: Reconcile::new(channel),
            keys: OpeningKeys::read(&[self.keys.path().join("k1.key")]).unwrap(),
            reader: Arc::new(reader),
            worker_id: "worker".to_owned(),
            hold_bytes: self.answers.hold_bytes,
            run_limit: self.answers.run_limit,
            metrics: Metrics::default(),
        };
        let job = Job {
            schema_version: 1,
            tenant_id: TENANT.to_owned(),
            run_id: "run".to_owned(),
            attempt,
            ..Job::default()
        };
        runner.run(&job).await
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.told.lock().unwrap().calls.clone()
    }

    /// How many objects came, and the footer's summary.
    pub(super) fn submitted(&self) -> Option<(usize, ReadSummary)> {
        self.told.lock().unwrap().submitted.clone()
    }

    pub(super) fn failed(&self) -> Option<FailRunRequest> {
        self.told.lock().unwrap().failed.clone()
    }

    fn note(&self, call: Call) -> usize {
        let mut told = self.told.lock().unwrap();
        told.calls.push(call);
        told.calls.iter().filter(|made| **made == call).count()
    }
}

fn refuse(refusal: Refusal) -> Result<(), Status> {
    match refusal {
        None => Ok(()),
        Some((code, reason)) => Err(ApiError::new(code, reason, "as the script says").into()),
    }
}

fn ended() -> RunEnded {
    RunEnded {
        state: RunState::Succeeded.into(),
        counts: None,
    }
}

#[tonic::async_trait]
impl ReconcileService for Scripted {
    type SubmitRunStream = Pin<Box<dyn Stream<Item = Result<SubmitRunResponse, Status>> + Send>>;

    async fn begin_run(&self, _: Request<BeginRunRequest>) -> Result<Response<BeginRunResponse>, Status> {
        self.note(Call::Begin);
        refuse(self.answers.begin_refusal)?;
        let directory = self.told.lock().unwrap().directory.clone();
        let sealed_for = if self.answers.sealed_for_another {
            Directory {
                hosts: vec!["elsewhere".to_owned()],
                ..directory.clone()
            }
        } else {
            directory.clone()
        };
        let password = SecretString::new("secret".to_owned());
        let credential = self
            .sealing
            .seal(&password, &Binding::new(TENANT, &sealed_for))
            .unwrap();
        Ok(Response::new(BeginRunResponse {
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
            credential_generation: 1,
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
        let mut parts = request.into_inner();
        let told = Arc::clone(&self.told);
        let outcome = async move {
            let mut objects = 0;
            while let Some(part) = parts.message().await? {
                match part.part {
                    Some(submit_run_request::Part::Batch(batch)) => objects += batch.objects.len(),
                    Some(submit_run_request::Part::Footer(footer)) => {
                        told.lock().unwrap().submitted = Some((objects, footer.summary.unwrap_or_default()));
                    }
                    _ => {}
                }
            }
            Ok(SubmitRunResponse {
                part: Some(submit_run_response::Part::Outcome(ended())),
            })
        };
        Ok(Response::new(Box::pin(futures::stream::once(outcome))))
    }

    async fn finish_unchanged(
        &self,
        _: Request<FinishUnchangedRequest>,
    ) -> Result<Response<FinishUnchangedResponse>, Status> {
        self.note(Call::Unchanged);
        refuse(self.answers.unchanged)?;
        Ok(Response::new(FinishUnchangedResponse {
            outcome: Some(ended()),
        }))
    }

    async fn heartbeat(&self, _: Request<HeartbeatRequest>) -> Result<Response<HeartbeatResponse>, Status> {
        Ok(Response::new(HeartbeatResponse {
            cancelled: self.answers.cancelled,
        }))
    }

    async fn fail_run(&self, request: Request<FailRunRequest>) -> Result<Response<FailRunResponse>, Status> {
        self.note(Call::Fail);
        self.told.lock().unwrap().failed = Some(request.into_inner());
        Ok(Response::new(FailRunResponse {}))
    }

    async fn note_bind(&self, _: Request<NoteBindRequest>) -> Result<Response<NoteBindResponse>, Status> {
        Ok(Response::new(NoteBindResponse {}))
    }
}
