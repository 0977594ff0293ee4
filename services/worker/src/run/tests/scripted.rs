//! A reconcile that answers as a test says, and remembers its calls.

mod service;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use prost::Message as _;
use rollcall_chassis::{
    amqp::{Lane, VerifiedJob, sign_job, verify_job},
    config::ClientConfig,
    credential::{self, OpeningKeys, SealingKey},
    grpc,
    signing::{self, SigningKey, VerifyingKeys},
};
use rollcall_proto::{
    internal::v1::{
        BeginStatus, Confirmation, FailRunRequest, Job, ReadSummary, SignedJob,
        reconcile_service_server::ReconcileServiceServer,
    },
    v1::{Directory, RunKind, RunState, RunTrigger, Security},
};
use rollcall_terms::Refusal;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;

use crate::{
    credentials::Credentials,
    memory::Memory,
    metrics::Metrics,
    reconcile::Reconcile,
    run::{Disposition, Pace, Runner},
    slots::{Beside, Place, Slots},
    source::{
        Sources,
        ldap::{Reader, limits::Limits, script},
    },
};

const TENANT: &str = "acme";
const RUN: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// Answers to give.
#[derive(Clone)]
pub(super) struct Answers {
    pub(super) begin: BeginStatus,
    pub(super) begin_refusal: Option<Refusal>,
    pub(super) kind: RunKind,
    pub(super) trigger: RunTrigger,
    pub(super) last_digest: Vec<u8>,
    pub(super) unchanged: Option<Refusal>,
    pub(super) submit: Option<Refusal>,
    pub(super) fail: Option<Refusal>,
    /// Number of submissions to refuse.
    pub(super) refusals: usize,
    pub(super) cancelled: bool,
    pub(super) buffer_bytes: usize,
    pub(super) run_limit: Duration,
    pub(super) sealed_for_another: bool,
    pub(super) sealed_to_another_key: bool,
    /// Ids to ask for after the footer, message by message.
    pub(super) missing: Vec<Vec<String>>,
    /// Pause before that.
    pub(super) thinks: Duration,
    pub(super) outcome: RunState,
    pub(super) pace: Pace,
    pub(super) lane: Lane,
    /// Places of runs without a slot.
    pub(super) waiting: u16,
}

impl Answers {
    fn place(&self) -> Arc<Place> {
        Arc::new(Slots::new(self.lane, 1, &Beside::new(self.waiting, 1)).place())
    }
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
            fail: None,
            refusals: 0,
            cancelled: false,
            buffer_bytes: 1 << 20,
            run_limit: Duration::from_secs(30),
            sealed_for_another: false,
            sealed_to_another_key: false,
            missing: Vec::new(),
            thinks: Duration::ZERO,
            outcome: RunState::Succeeded,
            pace: Pace {
                grace: Duration::from_millis(75),
                silence: Duration::from_secs(1),
                slot_entries: 100,
                slot_bytes: 64 * 1024,
                window: Duration::from_mins(2),
                least_entries: 120,
                least_bytes: 64 * 1024,
            },
            lane: Lane::Interactive,
            waiting: 1,
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
struct Received {
    calls: Vec<Call>,
    submitted: Option<(usize, ReadSummary)>,
    confirmations: Vec<Confirmation>,
    failed: Option<FailRunRequest>,
    directory: Directory,
}

/// The service, and the keys of its credentials.
#[derive(Clone)]
pub(super) struct Scripted {
    answers: Answers,
    received: Arc<Mutex<Received>>,
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
            received: Arc::default(),
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

    /// The same over TLS.
    pub(super) async fn run_over_tls(&self, port: u16) -> Disposition {
        let directory = Directory {
            security: Security::Ldaps.into(),
            ..script::directory(port)
        };
        self.run_with(script::reader(), directory, 1).await
    }

    /// The same with a worker that waits this long for a directory.
    pub(super) async fn run_with_patience(&self, port: u16, operation: Duration) -> Disposition {
        let reader = script::reader();
        let limits = Limits {
            bind: operation,
            operation,
            ..reader.limits
        };
        self.run_against(Reader { limits, ..reader }, port, 1).await
    }

    async fn run_against(&self, reader: Reader, port: u16, attempt: u32) -> Disposition {
        self.run_with(reader, script::directory(port), attempt).await
    }

    async fn run_with(&self, reader: Reader, directory: Directory, attempt: u32) -> Disposition {
        self.received.lock().unwrap().directory = directory;
        let channel = grpc::connect(&ClientConfig::plaintext(&self.url)).unwrap();
        let keys = OpeningKeys::read(&[self.keys.path().join("k1.key")]).unwrap();
        let credentials = Credentials::new(keys);
        let runner = Runner {
            reconcile: Reconcile::new(channel),
            credentials: Arc::new(credentials),
            sources: Sources {
                ldap: Arc::new(reader),
            },
            most_entries: 1_000,
            worker_id: "worker".to_owned(),
            alone: false,
            buffer_bytes: self.answers.buffer_bytes,
            memory: Arc::new(Memory::new(1 << 24, 1 << 24)),
            run_limit: self.answers.run_limit,
            pace: self.answers.pace,
            metrics: Metrics::default(),
        };
        runner.run(&self.job(attempt), &self.answers.place()).await
    }

    /// The job of the run, as the broker hands it out.
    fn job(&self, attempt: u32) -> VerifiedJob {
        let dir = self.keys.path();
        signing::generate("s1").unwrap().write(dir).unwrap();
        let key = SigningKey::read(&dir.join("s1.signing.key")).unwrap();
        let keys = VerifyingKeys::read(&[dir.join("s1.signing.pub")]).unwrap();
        let job = Job {
            schema_version: 1,
            tenant_id: TENANT.to_owned(),
            run_id: RUN.to_owned(),
            test: None,
        };
        let signed = SignedJob {
            attempt,
            ..sign_job(&key, &job)
        };
        verify_job(&keys, &signed.encode_to_vec()).unwrap()
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.received.lock().unwrap().calls.clone()
    }

    /// Number of objects that came, and the footer's summary.
    pub(super) fn submitted(&self) -> Option<(usize, ReadSummary)> {
        self.received.lock().unwrap().submitted.clone()
    }

    /// Objects that the directory returned of those that were missing.
    pub(super) fn confirmations(&self) -> Vec<Confirmation> {
        self.received.lock().unwrap().confirmations.clone()
    }

    pub(super) fn failed(&self) -> Option<FailRunRequest> {
        self.received.lock().unwrap().failed.clone()
    }

    fn note(&self, call: Call) -> usize {
        let mut received = self.received.lock().unwrap();
        received.calls.push(call);
        received.calls.iter().filter(|made| **made == call).count()
    }
}
