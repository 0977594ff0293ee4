//! One of the product's services, running as a process.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::endpoints::{Door, PORTAL};
use crate::error::{Doing as _, Error, Result};
use crate::keeper::{Exit, Process, Signal};

const LIMIT: Duration = Duration::from_mins(1);

/// The kinds of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Settings, schedule, run requests.
    Scheduler,
    /// Reads directories.
    Worker,
    /// Decides and applies.
    Reconcile,
    /// Answers.
    Results,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Scheduler, Self::Worker, Self::Reconcile, Self::Results];

    /// `scheduler`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduler => "scheduler",
            Self::Worker => "worker",
            Self::Reconcile => "reconcile",
            Self::Results => "results",
        }
    }

    /// `scheduler.rollcall`: the name in its certificates, and that of the files of its client certificate.
    pub fn certificate_name(self) -> String {
        format!("{}.rollcall", self.name())
    }

    /// The name of the files of its server's certificate.
    pub fn server_certificate_name(self) -> String {
        format!("{}-server", self.name())
    }

    pub(crate) fn binary(self) -> String {
        format!("rollcall-{}", self.name())
    }

    /// The port of its nth process; no two services of a stack share one.
    pub(crate) fn port(self, index: usize) -> Result<u16> {
        let first = match self {
            Self::Scheduler => 7101,
            Self::Worker => 7102,
            Self::Reconcile => 7103,
            Self::Results => 7104,
        };
        u16::try_from(first + 10 * index)
            .map_err(|_| Error::Refused(format!("{index} are too many services")))
    }
}

/// The port at which the nth reconcile answers workers.
pub(crate) fn workers_port(index: usize) -> Result<u16> {
    u16::try_from(7105 + 10 * index).map_err(|_| Error::Refused(format!("{index} are too many services")))
}

/// A running service.
#[derive(Debug)]
pub struct Service {
    kind: Kind,
    process: Process,
    door: Door,
    points: PathBuf,
}

impl Service {
    pub(crate) fn new(kind: Kind, process: Process, door: Door, points: PathBuf) -> Self {
        Self {
            kind,
            process,
            door,
            points,
        }
    }

    /// Kind of the service.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The URL of its gRPC server.
    pub fn url(&self) -> &str {
        &self.door.url
    }

    /// Its process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Its output so far, over all its starts.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The file that it writes its log to.
    pub fn log_file(&self) -> &Path {
        self.process.log_file()
    }

    /// Ends it as a crash would (SIGKILL) and waits until it is gone.
    pub async fn kill(&self) -> Result<Exit> {
        self.process.kill().await
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    pub async fn terminate(&self) -> Result<Exit> {
        self.process.terminate().await
    }

    /// Sends a signal: [`Signal::Stop`] makes it hang.
    pub async fn signal(&self, signal: Signal) -> Result<()> {
        self.process.signal(signal).await
    }

    /// Waits until it has ended by itself.
    pub async fn wait(&self) -> Result<Exit> {
        self.process.wait().await
    }

    /// Starts it again after it ended, and waits until it serves.
    pub async fn start(&self) -> Result<()> {
        self.process.start().await?;
        self.until_serving().await
    }

    /// True if its health says that it serves.
    pub async fn is_serving(&self) -> Result<bool> {
        let refused = |status: tonic::Status| Error::Refused(status.message().to_owned());
        let request = HealthCheckRequest {
            service: String::new(),
        };
        let channel = self.door.connect(PORTAL).await?;
        let answer = HealthClient::new(channel).check(request).await.map_err(refused)?;
        Ok(answer.get_ref().status() == ServingStatus::Serving)
    }

    /// Waits until its health says that it serves.
    pub async fn until_serving(&self) -> Result<()> {
        self.process.until_ready(LIMIT, || serving(&self.door)).await
    }

    /// Arms a fail point of the process. The stack must have been started with
    /// [`StackOptions::fail_points`](crate::StackOptions::fail_points).
    pub fn arm(&self, point: &str, arming: &str) -> Result<()> {
        // Made beside it, so that the process never reads half of it.
        let draft = self.points.join(format!(".{point}"));
        fs::write(&draft, arming)
            .and_then(|()| fs::rename(&draft, self.points.join(point)))
            .doing(|| format!("arm {point} of {}", self.name()))
    }

    /// True if a fail point is armed and has not fired.
    pub fn is_armed(&self, point: &str) -> bool {
        self.points.join(point).exists()
    }

    /// Disarms a fail point. True if it had not fired.
    pub fn disarm(&self, point: &str) -> bool {
        fs::remove_file(self.points.join(point)).is_ok()
    }

    pub(crate) fn name(&self) -> &str {
        self.process.name()
    }
}

/// Follows the service's health until it serves.
async fn serving(door: &Door) -> std::result::Result<(), String> {
    let channel = door.connect(PORTAL).await.map_err(|error| chain(&error))?;
    let request = HealthCheckRequest {
        service: String::new(),
    };
    let changes = HealthClient::new(channel).watch(request).await;
    let mut changes = match changes {
        Ok(changes) => changes.into_inner(),
        Err(status) if status.code() == Code::Unimplemented => {
            return Err("it has no health service".to_owned());
        }
        Err(status) => return Err(status.to_string()),
    };
    while let Some(change) = changes.message().await.map_err(|status| status.to_string())? {
        if change.status() == ServingStatus::Serving {
            return Ok(());
        }
    }
    Err("its health ended".to_owned())
}

fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
