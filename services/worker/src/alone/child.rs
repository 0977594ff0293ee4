//! The process of one run, as the child of the worker that has the job.

use std::{
    io::{self, Read as _, Write as _},
    os::{fd::AsFd as _, unix::net::UnixStream as Socket},
    path::Path,
    process,
    sync::Arc,
    thread,
};

use rollcall_chassis::{
    BoxError,
    amqp::{Lane, VerifiedJob, verify_job},
    config,
    signing::VerifyingKeys,
    telemetry,
};
use tokio::signal::unix::{SignalKind, signal};
use tracing::Instrument as _;

use super::wire;
use crate::{
    assembly,
    config::Config,
    job_span::span_of,
    run::Disposition,
    slots::{Beside, Place, Slots},
};

/// The worker that has the job is gone.
const EXIT_ORPHAN: i32 = 3;
/// A run reads on a thread of its own; this is for what it does beside.
const THREADS: usize = 2;
/// More than one run takes.
const PLACES: u16 = 4;

/// Does the run whose job comes over standard input, and says there what becomes of it.
pub(crate) fn run(config_file: Option<&Path>) -> Result<(), BoxError> {
    let config: Config = config::load(config_file)?;
    let mut socket = Socket::from(io::stdin().as_fd().try_clone_to_owned()?);
    let keys = VerifyingKeys::read(&config.signing.public_key_files)?;
    let job = verify_job(&keys, &wire::read_frame(&mut socket)?)?;
    let traceparent = String::from_utf8(wire::read_frame(&mut socket)?)?;
    end_with_the_parent(socket.try_clone()?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()?;
    let disposition = runtime.block_on(do_run(&config, &job, &traceparent))?;
    socket.write_all(wire::line(&disposition).as_bytes())?;
    Ok(())
}

async fn do_run(config: &Config, job: &VerifiedJob, traceparent: &str) -> Result<Disposition, BoxError> {
    let telemetry = telemetry::init(crate::NAME, env!("CARGO_PKG_VERSION"), &config.telemetry)?;
    // A signal that ends the worker also reaches its children, but the worker decides how long it waits for them.
    let _terminate = signal(SignalKind::terminate())?;
    let _interrupt = signal(SignalKind::interrupt())?;
    let span = span_of(job, None);
    if !traceparent.is_empty() {
        telemetry::set_parent(&span, traceparent);
    }
    let runner = assembly::runner_alone(config)?;
    let disposition = runner.run(job, &the_only_place()).instrument(span).await;
    drop(runner);
    telemetry.shutdown().await;
    Ok(disposition)
}

/// No other run is here to give way to, whatever the directory does.
fn the_only_place() -> Arc<Place> {
    Arc::new(Slots::new(Lane::Slow, 1, &Beside::new(PLACES, 1)).place())
}

/// The parent says nothing more: when the socket ends, it has ended.
fn end_with_the_parent(mut socket: Socket) -> io::Result<()> {
    thread::Builder::new()
        .name("parent".to_owned())
        .spawn(move || {
            let mut nothing = [0];
            // An error is as good as the end.
            let _ = socket.read(&mut nothing);
            process::exit(EXIT_ORPHAN);
        })
        .map(drop)
}

/// If memory runs short, the kernel ends the process of one run and not the one that does all others: called by `main`
/// before the process keeps its memory private, because from then on only root may write this file.
pub fn be_the_first_to_go() {
    let does_one_run = std::env::args_os()
        .next_back()
        .is_some_and(|last| last == super::COMMAND);
    if does_one_run {
        // A kernel that refuses decides by itself which process goes first.
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    }
}
