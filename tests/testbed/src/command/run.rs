//! A bed for the time of one command.

use std::fs;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};

use tokio::signal::unix::{SignalKind, signal};

use super::{root, shell};
use crate::bed::{BED_VARIABLE, Bed, BedOptions, Part};
use crate::error::{Doing as _, Result};
use crate::place;

/// Exit code of shells for a command that a signal ended.
const INTERRUPTED: u8 = 128 + 2;
const TERMINATED: u8 = 128 + 15;

pub(super) async fn run(parts: Vec<Part>, command: &[String]) -> Result<ExitCode> {
    let mut interrupted = signal(SignalKind::interrupt()).doing(|| "listen for signals".to_owned())?;
    let mut terminated = signal(SignalKind::terminate()).doing(|| "listen for signals".to_owned())?;
    eprintln!("Starting servers and services on loopback, private to this command ...");
    let bed = tokio::select! {
        bed = Bed::start(BedOptions { parts, progress: true, ..BedOptions::default() }) => bed?,
        _ = interrupted.recv() => return Ok(ExitCode::from(INTERRUPTED)),
        _ = terminated.recv() => return Ok(ExitCode::from(TERMINATED)),
    };
    let ended = tokio::select! {
        status = perform(&bed, command) => status.map(code),
        _ = terminated.recv() => Ok(TERMINATED),
        // Ctrl-C reaches the command as well: it decides what that means.
        () = async { while interrupted.recv().await.is_some() {} } => Ok(INTERRUPTED),
    };
    if !matches!(ended, Ok(0)) {
        keep_logs(bed.folder());
    }
    bed.stop().await?;
    ended.map(ExitCode::from)
}

async fn perform(bed: &Bed, command: &[String]) -> Result<ExitStatus> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(ExitStatus::default());
    };
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .envs(shell::variables(bed))
        .env(BED_VARIABLE, bed.description_file())
        .env(place::PROGRAM_VARIABLE, place::testbed_program()?)
        .kill_on_drop(true)
        .spawn()
        .doing(|| format!("start {program}"))?;
    child.wait().await.doing(|| format!("wait for {program}"))
}

fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

/// Keeps the servers' and services' logs of a failed command where the bed's end does not take them.
fn keep_logs(bed: &Path) {
    let kept = root().join("target/testbed-logs");
    let _ = fs::remove_dir_all(&kept);
    let copied = fs::create_dir_all(&kept)
        .and_then(|()| fs::read_dir(bed.join("logs")))
        .map(|entries| {
            for entry in entries.flatten() {
                let _ = fs::copy(entry.path(), kept.join(entry.file_name()));
            }
        });
    if copied.is_ok() {
        eprintln!("The command failed; the bed's logs are in {}", kept.display());
    }
}
