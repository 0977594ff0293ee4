//! The keeper itself: a small process beside its owner that is every server's parent.
//!
//! Servers started by a test would outlive a test that is killed. The keeper's standard input is a
//! pipe that only the owner holds: when it ends, however the owner ended, the keeper ends every
//! process group and removes the bed's folder. Should the keeper itself be killed, the kernel ends
//! its children (`setpriv --pdeathsig`).

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::pipe;
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::protocol::{Command, Event, Exit, LOGS, Request, Signal};
use crate::disk;
use crate::error::{Doing as _, Error, Result};

/// The control socket's name in a bed's folder.
pub(crate) const SOCKET: &str = "keeper.sock";
/// Held locked for as long as the folder's keeper lives.
pub(crate) const LOCK: &str = "keeper.lock";
/// Time that servers have to end before they are killed.
const GRACE: Duration = Duration::from_secs(5);

/// Keeps the bed in `folder` until its owner is gone or asks for the end.
pub(crate) async fn keep(folder: &Path) -> Result<()> {
    // Ctrl-C in the owner's terminal is the owner's to handle. Already a leader: nothing to leave.
    let _ = rustix::process::setsid();
    let _lock = make_folder(folder)?;
    let socket = folder.join(SOCKET);
    let listener = UnixListener::bind(&socket).doing(|| format!("listen on {}", socket.display()))?;
    let mut guard = Guard {
        children: HashMap::new(),
        exits: JoinSet::new(),
        detached: false,
    };
    report(&Event::Ready);
    let stopper = guard.serve(&listener).await;
    guard.stop_all().await;
    disk::unmount_all(folder);
    let removed = fs::remove_dir_all(folder).doing(|| format!("remove {}", folder.display()));
    if let Some(mut stopper) = stopper {
        // The asker gets its answer once nothing is left; it may have gone away by then.
        let _ = stopper.write_all(b"stopped\n").await;
    }
    removed
}

/// Makes the folder under another name first, so that no process meets it without its lock.
fn make_folder(folder: &Path) -> Result<File> {
    let draft = folder.with_extension("new");
    fs::create_dir(&draft).doing(|| format!("make {}", draft.display()))?;
    // PostgreSQL runs as another user and must be able to reach its own folder in here.
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o711))
        .doing(|| format!("open {}", draft.display()))?;
    fs::create_dir(draft.join(LOGS)).doing(|| "make the folder of the logs".to_owned())?;
    let lock = File::create(draft.join(LOCK)).doing(|| "make the keeper's lock".to_owned())?;
    lock.lock().doing(|| "take the keeper's lock".to_owned())?;
    fs::rename(&draft, folder).doing(|| format!("make {}", folder.display()))?;
    Ok(lock)
}

/// Reports an event to the owner. An owner that is gone is noticed by the end of standard input instead.
fn report(event: &Event) {
    if let Ok(mut line) = serde_json::to_vec(event) {
        line.push(b'\n');
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(&line).and_then(|()| out.flush());
    }
}

struct Child {
    group: Pid,
    stop: Signal,
}

struct Guard {
    children: HashMap<u64, Child>,
    exits: JoinSet<(u64, std::io::Result<ExitStatus>)>,
    detached: bool,
}

impl Guard {
    /// Serves until the bed must end; returns the connection that asked for it, if one did.
    async fn serve(&mut self, listener: &UnixListener) -> Option<UnixStream> {
        let mut terminate = signal(SignalKind::terminate()).ok()?;
        let mut lines = BufReader::new(owners_pipe().ok()?).lines();
        loop {
            tokio::select! {
                line = lines.next_line(), if !self.detached => match line {
                    Ok(Some(line)) => self.obey(&line),
                    Ok(None) | Err(_) => return None,
                },
                Some(exited) = self.exits.join_next() => self.exited(exited.ok()),
                Ok((stream, _)) = listener.accept() => if let Some(stream) = asked_to_stop(stream).await {
                    return Some(stream);
                },
                _ = terminate.recv() => return None,
            }
        }
    }

    fn obey(&mut self, line: &str) {
        match serde_json::from_str::<Request>(line) {
            Ok(Request::Start { process, command }) => match self.start(process, &command) {
                Ok(pid) => report(&Event::Started { process, pid }),
                Err(reason) => report(&Event::Refused {
                    process,
                    reason: reason.to_string(),
                }),
            },
            Ok(Request::Signal { process, signal }) => {
                if let Some(child) = self.children.get(&process) {
                    // The group may have ended a moment ago: its exit is on its way.
                    let _ = kill_process_group(child.group, signal.number());
                }
            }
            Ok(Request::Detach) => {
                self.detached = true;
                report(&Event::Detached);
            }
            Err(error) => eprintln!("not understood: {error}"),
        }
    }

    fn start(&mut self, process: u64, command: &Command) -> std::io::Result<u32> {
        let log = OpenOptions::new().create(true).append(true).open(&command.log)?;
        let mut start = tokio::process::Command::new("setpriv");
        start.args(["--pdeathsig", command.stop.name()]);
        if let Some(user) = command.user {
            start.args([
                "--reuid",
                &user.uid.to_string(),
                "--regid",
                &user.gid.to_string(),
                "--clear-groups",
            ]);
        }
        let mut child = start
            .arg("--")
            .arg(&command.program)
            .args(&command.args)
            .env_clear()
            .envs(&command.env)
            .current_dir(&command.directory)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()?;
        let pid = child
            .id()
            .ok_or_else(|| std::io::Error::other("it ended at once"))?;
        let group = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let group = group.ok_or_else(|| std::io::Error::other("its process id is out of range"))?;
        self.children.insert(
            process,
            Child {
                group,
                stop: command.stop,
            },
        );
        self.exits.spawn(async move { (process, child.wait().await) });
        Ok(pid)
    }

    fn exited(&mut self, exited: Option<(u64, std::io::Result<ExitStatus>)>) {
        let Some((process, status)) = exited else { return };
        if let Some(child) = self.children.remove(&process) {
            // Processes that a server's main process leaves behind in its group end with it.
            let _ = kill_process_group(child.group, Signal::Kill.number());
        }
        let status = status.ok();
        let exit = Exit {
            code: status.and_then(|status| status.code()),
            signal: status.and_then(|status| status.signal()),
        };
        report(&Event::Exited { process, exit });
    }

    /// Ends every group, in good order where the process knows one, and waits until all are gone.
    async fn stop_all(&mut self) {
        let groups: Vec<Pid> = self.children.values().map(|child| child.group).collect();
        for child in self.children.values() {
            let _ = kill_process_group(child.group, Signal::Continue.number());
            let _ = kill_process_group(child.group, child.stop.number());
        }
        let ended = async { while self.exits.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            eprintln!("some processes did not end by themselves");
        }
        for group in &groups {
            let _ = kill_process_group(*group, Signal::Kill.number());
        }
        while self.exits.join_next().await.is_some() {}
        // Members of a group that are not our own children report their end to no process.
        let deadline = Instant::now() + GRACE;
        while groups.iter().any(|group| test_kill_process_group(*group).is_ok()) && Instant::now() < deadline
        {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Standard input as a pipe. (tokio's own stdin reads in a thread that would hold up the end of the process.)
fn owners_pipe() -> std::io::Result<pipe::Receiver> {
    pipe::Receiver::from_file(File::from(std::io::stdin().as_fd().try_clone_to_owned()?))
}

async fn asked_to_stop(mut stream: UnixStream) -> Option<UnixStream> {
    let mut word = [0; 5];
    let read = tokio::time::timeout(Duration::from_secs(1), stream.read_exact(&mut word)).await;
    (matches!(read, Ok(Ok(_))) && &word == b"stop\n").then_some(stream)
}

/// Asks the keeper of `folder` to give the bed back and waits until it has. False if none is there.
pub(crate) async fn stop(folder: &Path) -> Result<bool> {
    let Ok(mut stream) = UnixStream::connect(folder.join(SOCKET)).await else {
        return Ok(false);
    };
    stream
        .write_all(b"stop\n")
        .await
        .doing(|| "ask the keeper to stop".to_owned())?;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .doing(|| "wait for the keeper".to_owned())?;
    if answer == "stopped\n" {
        Ok(true)
    } else {
        Err(Error::Keeper("ended before it had stopped the bed".to_owned()))
    }
}

/// True if a keeper serves `folder`.
pub(crate) async fn serves(folder: &Path) -> bool {
    UnixStream::connect(folder.join(SOCKET)).await.is_ok()
}

/// Removes the folders of beds whose keepers are gone (a machine that lost its power).
pub(crate) fn sweep(parent: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let folder: PathBuf = entry.path();
        if entry.file_name().to_string_lossy().starts_with(prefix)
            && File::open(folder.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
        {
            disk::unmount_all(&folder);
            let _ = fs::remove_dir_all(&folder);
        }
    }
}
