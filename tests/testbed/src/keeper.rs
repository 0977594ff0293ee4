//! The owner's side of a bed's keeper: starts processes through it and learns how they end.

mod guard;
mod protocol;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use guard::{keep, serves, stop};
pub(crate) use protocol::{Command, LOGS, User};
use protocol::{Event, Request};
pub use protocol::{Exit, Signal};

use crate::error::{Doing as _, Error, Result, tail};
use crate::place;

/// Time that the keeper may take to answer: it only forks.
const ANSWER: Duration = Duration::from_secs(10);

/// The known state of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Asked,
    Running(u32),
    Refused(String),
    Exited(Exit),
}

/// A bed's keeper. When it is dropped, or its process dies in whatever way, the bed is given back.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    child: tokio::sync::Mutex<Child>,
    input: tokio::sync::Mutex<Option<ChildStdin>>,
    states: Arc<States>,
    next: AtomicU64,
    reader: JoinHandle<()>,
}

#[derive(Debug)]
struct States {
    processes: Mutex<HashMap<u64, watch::Sender<State>>>,
    stage: watch::Sender<Stage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Starting,
    Ready,
    Detached,
    Gone,
}

impl Keeper {
    /// Starts a keeper with a fresh folder under the system's temporary directory.
    pub(crate) async fn start() -> Result<Arc<Self>> {
        let temporary = std::env::temp_dir();
        guard::sweep(&temporary, place::FOLDER_PREFIX);
        let folder = temporary.join(place::folder_name());
        let program = place::testbed_program()?;
        let mut child = tokio::process::Command::new(&program)
            .arg("keep")
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .doing(|| format!("start {}", program.display()))?;
        let input = child.stdin.take();
        let output = child
            .stdout
            .take()
            .ok_or_else(|| Error::Keeper("has no output".to_owned()))?;
        let (stage, mut changed) = watch::channel(Stage::Starting);
        let states = Arc::new(States {
            processes: Mutex::default(),
            stage,
        });
        let reader = tokio::spawn(listen(output, Arc::clone(&states)));
        let keeper = Self {
            folder,
            child: tokio::sync::Mutex::new(child),
            input: tokio::sync::Mutex::new(input),
            states,
            next: AtomicU64::new(1),
            reader,
        };
        reach(&mut changed, Stage::Ready).await?;
        Ok(Arc::new(keeper))
    }

    /// The bed's folder. It is removed with the bed.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a program, which then runs.
    pub(crate) async fn spawn(self: &Arc<Self>, command: Command) -> Result<Process> {
        let process = Process {
            keeper: Arc::clone(self),
            command,
            current: Mutex::new(None),
        };
        process.start().await?;
        Ok(process)
    }

    /// Runs a program to its end, which must be a good one.
    pub(crate) async fn run(self: &Arc<Self>, command: Command) -> Result<()> {
        let process = self.spawn(command).await?;
        let exit = process.wait().await?;
        if exit.success() {
            Ok(())
        } else {
            Err(process.ended(exit))
        }
    }

    /// Lets the bed live on without this process.
    pub(crate) async fn detach(&self) -> Result<()> {
        let mut changed = self.states.stage.subscribe();
        self.ask(&Request::Detach).await?;
        reach(&mut changed, Stage::Detached).await
    }

    /// Gives the bed back and waits until nothing of it is left.
    pub(crate) async fn close(&self) -> Result<()> {
        drop(self.input.lock().await.take());
        let status = self
            .child
            .lock()
            .await
            .wait()
            .await
            .doing(|| "wait for the keeper".to_owned())?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::Keeper(format!("ended with {status}")))
        }
    }

    async fn ask(&self, request: &Request) -> Result<()> {
        let mut line = serde_json::to_vec(request).map_err(|error| Error::Keeper(error.to_string()))?;
        line.push(b'\n');
        let mut input = self.input.lock().await;
        let input = input
            .as_mut()
            .ok_or_else(|| Error::Keeper("is closed".to_owned()))?;
        input
            .write_all(&line)
            .await
            .doing(|| "reach the bed's keeper".to_owned())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn reach(changed: &mut watch::Receiver<Stage>, wanted: Stage) -> Result<()> {
    let reached = changed.wait_for(|stage| *stage == wanted || *stage == Stage::Gone);
    match tokio::time::timeout(ANSWER, reached).await {
        Ok(Ok(stage)) if *stage == wanted => Ok(()),
        Ok(_) => Err(Error::Keeper("ended at once".to_owned())),
        Err(_) => Err(Error::Keeper("does not answer".to_owned())),
    }
}

/// Takes in the keeper's reports, until it ends.
async fn listen(output: ChildStdout, states: Arc<States>) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str::<Event>(&line) {
            Ok(Event::Ready) => drop(states.stage.send_replace(Stage::Ready)),
            Ok(Event::Detached) => drop(states.stage.send_replace(Stage::Detached)),
            Ok(Event::Started { process, pid }) => states.set(process, State::Running(pid)),
            Ok(Event::Refused { process, reason }) => states.set(process, State::Refused(reason)),
            Ok(Event::Exited { process, exit }) => states.set(process, State::Exited(exit)),
            Err(_) => break,
        }
    }
    states.stage.send_replace(Stage::Gone);
    // No caller waits for ever for processes whose keeper is gone.
    states.processes().clear();
}

impl States {
    fn processes(&self) -> MutexGuard<'_, HashMap<u64, watch::Sender<State>>> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, process: u64, state: State) {
        if let Some(sender) = self.processes().get(&process) {
            sender.send_replace(state);
        }
    }
}

/// A program that the bed runs: a server or a service. It can be ended and started again.
#[derive(Debug)]
pub struct Process {
    keeper: Arc<Keeper>,
    command: Command,
    current: Mutex<Option<(u64, watch::Receiver<State>)>>,
}

impl Process {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.command.name
    }

    /// The file that it writes its log to.
    pub fn log_file(&self) -> &Path {
        &self.command.log
    }

    /// Its output so far, over all its starts.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.command.log).unwrap_or_default()).into_owned()
    }

    /// Its process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        match *self.state()?.1.borrow() {
            State::Running(pid) => Some(pid),
            _ => None,
        }
    }

    /// Starts it, or starts it again after it ended. It may not be ready to serve yet.
    pub async fn start(&self) -> Result<()> {
        if self.pid().is_some() {
            return Err(Error::Refused(format!("{} runs already", self.name())));
        }
        let process = self.keeper.next.fetch_add(1, Ordering::Relaxed);
        let (sender, mut state) = watch::channel(State::Asked);
        self.keeper.states.processes().insert(process, sender);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some((process, state.clone()));
        let command = Box::new(self.command.clone());
        self.keeper.ask(&Request::Start { process, command }).await?;
        let answered = tokio::time::timeout(ANSWER, state.wait_for(|state| *state != State::Asked)).await;
        match answered.map_err(|_| Error::Keeper("does not answer".to_owned()))? {
            Ok(state) => match &*state {
                State::Refused(reason) => {
                    Err(Error::Keeper(format!("cannot start {}: {reason}", self.name())))
                }
                _ => Ok(()),
            },
            Err(_) => Err(Error::Keeper("is gone".to_owned())),
        }
    }

    /// Sends a signal to it and everything that it started.
    pub async fn signal(&self, signal: Signal) -> Result<()> {
        let Some((process, _)) = self.state() else {
            return Ok(());
        };
        self.keeper.ask(&Request::Signal { process, signal }).await
    }

    /// Ends it as a crash would (SIGKILL) and waits until it is gone.
    pub async fn kill(&self) -> Result<Exit> {
        self.signal(Signal::Kill).await?;
        self.wait().await
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    pub async fn terminate(&self) -> Result<Exit> {
        self.signal(Signal::Term).await?;
        self.wait().await
    }

    /// Waits until it has ended.
    pub async fn wait(&self) -> Result<Exit> {
        let Some((_, mut state)) = self.state() else {
            return Err(Error::Refused(format!("{} was never started", self.name())));
        };
        let ended = state
            .wait_for(|state| matches!(state, State::Exited(_) | State::Refused(_)))
            .await;
        match ended.as_deref() {
            Ok(State::Exited(exit)) => Ok(*exit),
            _ => Err(Error::Keeper("is gone".to_owned())),
        }
    }

    /// Tries until it answers; fails as soon as it has ended, or when it takes longer than `limit`.
    pub(crate) async fn until_ready<T, E, F>(
        &self,
        limit: Duration,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T>
    where
        E: std::fmt::Display,
        F: Future<Output = std::result::Result<T, E>>,
    {
        const PAUSE: Duration = Duration::from_millis(20);
        let mut last = "nothing was tried".to_owned();
        let trying = async {
            loop {
                match tokio::time::timeout(limit, attempt()).await {
                    Ok(Ok(answer)) => return answer,
                    Ok(Err(error)) => last = error.to_string(),
                    Err(_) => "it does not answer".clone_into(&mut last),
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        tokio::select! {
            answer = trying => Ok(answer),
            exit = self.wait() => Err(self.ended(exit?)),
            () = tokio::time::sleep(limit) => Err(Error::NotReady {
                name: self.name().to_owned(), waited: limit, last, log: tail(&self.command.log),
            }),
        }
    }

    fn ended(&self, exit: Exit) -> Error {
        Error::Exited {
            name: self.name().to_owned(),
            status: exit.to_string(),
            log: tail(&self.command.log),
        }
    }

    fn state(&self) -> Option<(u64, watch::Receiver<State>)> {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
