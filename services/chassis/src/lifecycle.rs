//! Start and end of a process.
//!
//! The first signal (or a crash) cancels the soft token: no new work is begun, and work in progress continues. When the
//! work is done, the process ends. The drain's deadline or a second signal cancels the hard token: all work that still
//! runs is dropped.

use std::{
    error::Error,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::FutureExt as _;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::BoxError;

/// A process' life: who ends it, and what has to end before it.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
    tracker: TaskTracker,
    crashed: Arc<AtomicBool>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self::new()
    }
}

impl Lifecycle {
    /// A life of its own; `main` makes the process' one.
    pub fn new() -> Self {
        Self {
            soft: CancellationToken::new(),
            hard: CancellationToken::new(),
            tracker: TaskTracker::new(),
            crashed: Arc::default(),
        }
    }

    /// Cancelled when no new work may be begun. A loop stops here, an endless stream ends here.
    pub fn soft(&self) -> &CancellationToken {
        &self.soft
    }

    /// Cancelled when work in hand must end as well. Tasks are dropped then; only what runs outside of them has to look.
    pub fn hard(&self) -> &CancellationToken {
        &self.hard
    }

    /// Runs a task that the process waits for at its end. A task that fails or panics is a crash: the whole process
    /// drains and ends with code 1. A task that ends well before that is no matter.
    pub fn spawn<E>(&self, name: &'static str, task: impl Future<Output = Result<(), E>> + Send + 'static)
    where
        E: Into<BoxError> + Send,
    {
        let this = self.clone();
        self.tracker.spawn(async move {
            let guarded = AssertUnwindSafe(task).catch_unwind();
            let ended = tokio::select! {
                ended = guarded => ended,
                () = this.hard.cancelled() => {
                    tracing::warn!(task = name, "task was cut off");
                    return;
                }
            };
            match ended {
                Ok(Ok(())) => tracing::debug!(task = name, "task ended"),
                Ok(Err(error)) => this.crash(name, &chain(error.into().as_ref())),
                Err(_) => this.crash(name, "it panicked"),
            }
        });
    }

    /// Notes a crash and lets all other tasks drain.
    fn crash(&self, name: &str, error: &str) {
        tracing::error!(task = name, error, "task crashed: the process ends");
        self.crashed.store(true, Ordering::Release);
        self.soft.cancel();
    }

    /// Waits until the process must end, then until its tasks have ended or the time for that has passed. True if
    /// nothing crashed and nothing was cut off.
    pub(crate) async fn finish(&self, drain: Duration) -> bool {
        self.tracker.close();
        tokio::select! {
            () = self.soft.cancelled() => {}
            () = self.tracker.wait() => {}
        }
        self.soft.cancel();
        let deadline = async {
            tokio::select! {
                () = tokio::time::sleep(drain) => tracing::warn!("time to drain is over"),
                () = self.hard.cancelled() => {}
            }
        };
        let drained = tokio::select! {
            () = self.tracker.wait() => true,
            () = deadline => false,
        };
        if !drained {
            self.hard.cancel();
            self.tracker.wait().await;
        }
        drained && !self.crashed.load(Ordering::Acquire)
    }
}

/// Cancels the soft token at the first SIGTERM or SIGINT, and the hard one at the second.
pub(crate) async fn obey_signals(lifecycle: Lifecycle) -> Result<(), std::io::Error> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    for token in [&lifecycle.soft, &lifecycle.hard] {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(
            at_once = lifecycle.soft.is_cancelled(),
            "signal: the process ends"
        );
        token.cancel();
    }
    Ok(())
}

/// An error and what caused it, on one line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some errors repeat their source in their own text.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{future::pending, io, time::Duration};

    use super::Lifecycle;

    const LONG: Duration = Duration::from_hours(1);

    #[tokio::test(start_paused = true)]
    async fn a_task_that_fails_ends_the_process_as_crashed_and_lets_the_others_drain() {
        let lifecycle = Lifecycle::new();
        let (drained, waits) = tokio::sync::oneshot::channel();
        let soft = lifecycle.soft().clone();
        lifecycle.spawn("loop", async move {
            soft.cancelled().await;
            drained.send(()).map_err(|()| io::Error::other("nobody waits"))
        });
        lifecycle.spawn("failing", async { Err(io::Error::other("broken")) });
        assert!(!lifecycle.finish(LONG).await);
        assert!(waits.await.is_ok(), "the loop was cut off instead of drained");
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_is_a_crash() {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("panicking", async {
            assert!(std::hint::black_box(false), "on purpose");
            Ok::<_, io::Error>(())
        });
        assert!(!lifecycle.finish(LONG).await);
    }

    #[tokio::test(start_paused = true)]
    async fn tasks_that_end_well_end_the_process_well() {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("done", async { Ok::<_, io::Error>(()) });
        assert!(lifecycle.finish(LONG).await);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_drain_in_time_is_cut_off() {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("stuck", pending::<Result<(), io::Error>>());
        lifecycle.soft().cancel();
        assert!(!lifecycle.finish(Duration::from_secs(30)).await);
        assert!(lifecycle.hard().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_signal_does_not_wait_for_the_deadline() {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("stuck", pending::<Result<(), io::Error>>());
        lifecycle.soft().cancel();
        lifecycle.hard().cancel();
        let before = tokio::time::Instant::now();
        assert!(!lifecycle.finish(LONG).await);
        assert!(before.elapsed() < LONG);
    }
}
