//! A run in a process of its own.
//!
//! A run that has lost a worker may have ended it, by its memory or by a fault of ours. Tried again beside others, it
//! would end them too. Another process of this same program therefore does it, with the same configuration. The two
//! speak over a socket that is the child's standard input: the job goes down, its disposition comes back. The child
//! ends with its parent, whose end closes the socket. It is killed when its parent no longer waits for it.

pub(crate) mod child;
mod wire;

use std::{
    ffi::OsString, io, os::fd::OwnedFd, os::unix::net::UnixStream as Socket, process::Stdio, time::Duration,
};

use prost::Message as _;
use rollcall_chassis::amqp::VerifiedJob;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
    process::{Child, Command},
    sync::Semaphore,
    time::timeout,
};

use crate::run::Disposition;

/// The running program, even if its file has been replaced since then.
const THIS_PROGRAM: &str = "/proc/self/exe";
/// Argument that makes the program do one run.
pub(crate) const COMMAND: &str = "do-one-run";
/// Time that a run's process may take beyond the run's own time: to begin, and for an outcome that is late.
const GRACE: Duration = Duration::from_mins(3);

/// Does runs in processes of their own, so many at once.
pub(crate) struct Alone {
    /// The arguments that this process was started with: they name its configuration.
    arguments: Vec<OsString>,
    places: Semaphore,
    limit: Duration,
}

impl Alone {
    /// At most `places` at once, each for about as long as a run may take.
    pub(crate) fn new(places: u16, run_limit: Duration) -> Self {
        Self {
            arguments: std::env::args_os().skip(1).collect(),
            places: Semaphore::new(places.into()),
            limit: run_limit + GRACE,
        }
    }

    /// Does the run of `job`, if there is a place. Whatever becomes of the process, the job is answered for.
    pub(crate) async fn run(&self, job: &VerifiedJob, traceparent: Option<&str>) -> Disposition {
        let Ok(_place) = self.places.try_acquire() else {
            return Disposition::Park;
        };
        match timeout(self.limit, self.converse(job, traceparent)).await {
            Ok(Ok(disposition)) => disposition,
            Ok(Err(error)) => {
                tracing::error!(%error, "the run's own process did not come to its end: the run waits");
                Disposition::Park
            }
            Err(_) => {
                tracing::error!("the run's own process took too long and was killed: the run waits");
                Disposition::Park
            }
        }
    }

    async fn converse(&self, job: &VerifiedJob, traceparent: Option<&str>) -> io::Result<Disposition> {
        let (ours, theirs) = Socket::pair()?;
        ours.set_nonblocking(true)?;
        let mut socket = UnixStream::from_std(ours)?;
        let mut child = self.spawn(theirs)?;
        tracing::info!(
            pid = child.id(),
            "the run has lost a worker: it is done in a process of its own"
        );
        let said = async {
            let trace = traceparent.unwrap_or_default();
            socket
                .write_all(&wire::frame(&job.signed().encode_to_vec())?)
                .await?;
            socket.write_all(&wire::frame(trace.as_bytes())?).await?;
            let mut answer = Vec::new();
            (&mut socket)
                .take(wire::MOST_BYTES)
                .read_to_end(&mut answer)
                .await?;
            io::Result::Ok(answer)
        }
        .await;
        let status = child.wait().await?;
        match said.map(|answer| wire::disposition(&answer)) {
            Ok(Some(disposition)) => Ok(disposition),
            Ok(None) => Err(io::Error::other(status.to_string())),
            Err(error) => Err(error),
        }
    }

    /// The child's end of the socket is closed here once it runs: its end is then the end of what it says.
    fn spawn(&self, socket: Socket) -> io::Result<Child> {
        Command::new(THIS_PROGRAM)
            .arg0(env!("CARGO_PKG_NAME"))
            .args(&self.arguments)
            .arg(COMMAND)
            .stdin(Stdio::from(OwnedFd::from(socket)))
            .kill_on_drop(true)
            .spawn()
    }
}
