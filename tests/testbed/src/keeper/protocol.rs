//! The protocol between a bed's owner and its keeper: one JSON value a line.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The folder of the logs in a bed's folder.
pub(crate) const LOGS: &str = "logs";

/// Request of the owner.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Start a program; `process` is the owner's name for it from here on.
    Start { process: u64, command: Box<Command> },
    /// Send a signal to a process' whole group.
    Signal { process: u64, signal: Signal },
    /// Live on after the owner: only a `stop` on the control socket ends the bed.
    Detach,
}

/// Report of the keeper.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Event {
    /// The bed's folder stands; said once, first.
    Ready,
    /// A program runs.
    Started { process: u64, pid: u32 },
    /// A program could not be started.
    Refused { process: u64, reason: String },
    /// A process has ended.
    Exited { process: u64, exit: Exit },
    /// The keeper lives on without its owner.
    Detached,
}

/// A program to start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Command {
    /// Its name in messages and in its log's file name.
    pub name: String,
    pub program: PathBuf,
    pub args: Vec<String>,
    /// Its whole environment: nothing is inherited.
    pub env: BTreeMap<String, String>,
    /// The file to which its output is appended.
    pub log: PathBuf,
    pub directory: PathBuf,
    /// Another user to run as (PostgreSQL refuses to be root).
    pub user: Option<User>,
    /// The signal that ends it when the bed is given back.
    pub stop: Signal,
}

impl Command {
    /// A program of the bed in `bed`, with nothing but a path in its environment and its log in `bed`/logs.
    pub(crate) fn new(name: &str, program: PathBuf, bed: &Path) -> Self {
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        let env =
            [("PATH", path), ("LANG", "C.UTF-8")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self {
            name: name.to_owned(),
            program,
            args: Vec::new(),
            env: BTreeMap::from(env),
            log: bed.join(LOGS).join(format!("{name}.log")),
            directory: bed.to_owned(),
            user: None,
            stop: Signal::Kill,
        }
    }
}

/// A user's and its group's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    pub uid: u32,
    pub gid: u32,
}

/// The signals that a bed uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signal {
    /// SIGTERM: end in good order.
    Term,
    /// SIGKILL: as in a crash.
    Kill,
    /// SIGQUIT: PostgreSQL's immediate shutdown, which leaves no shared memory behind.
    Quit,
    /// SIGSTOP: hang.
    Stop,
    /// SIGCONT: go on after [`Signal::Stop`].
    Continue,
}

impl Signal {
    pub(crate) fn number(self) -> rustix::process::Signal {
        match self {
            Self::Term => rustix::process::Signal::TERM,
            Self::Kill => rustix::process::Signal::KILL,
            Self::Quit => rustix::process::Signal::QUIT,
            Self::Stop => rustix::process::Signal::STOP,
            Self::Continue => rustix::process::Signal::CONT,
        }
    }

    /// The name as `setpriv` takes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Term => "TERM",
            Self::Kill => "KILL",
            Self::Quit => "QUIT",
            Self::Stop => "STOP",
            Self::Continue => "CONT",
        }
    }
}

/// The end of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Its exit code, if it ended by itself.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

impl Exit {
    /// True if it ended by itself with code 0.
    pub fn success(self) -> bool {
        self.code == Some(0)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => write!(f, "exit code {code}"),
            (None, Some(signal)) => write!(f, "signal {signal}"),
            (None, None) => write!(f, "an unknown status"),
        }
    }
}
