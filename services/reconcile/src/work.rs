//! Long work, on threads of its own: the threads that serve calls stay free for all callers.
//!
//! A commit is one piece of such work, with all that it loads, decides, compares, encodes and writes; it waits for
//! the database on its own thread. Pieces are small or large, and small ones have threads and turns of their own, so
//! that they never wait behind large ones. Work that keeps a processor busy for long takes a turn for that.

use std::{future::Future, panic, sync::Arc};

use rollcall_domain::plan::Pace;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{JoinError, spawn_blocking},
};
use tokio_util::sync::CancellationToken;

use crate::error::ReconcileError;

/// Size of a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// It is soon done.
    Small,
    /// It may take minutes.
    Large,
}

/// The threads and processors of long work.
#[derive(Clone, Debug)]
pub(crate) struct Workshop {
    small: Bench,
    large: Bench,
    stop: CancellationToken,
}

/// Resources that pieces of one size share.
#[derive(Clone, Debug)]
struct Bench {
    threads: Arc<Semaphore>,
    processors: Arc<Semaphore>,
}

impl Bench {
    fn new(threads: usize, processors: usize) -> Self {
        Self {
            threads: Arc::new(Semaphore::new(threads)),
            processors: Arc::new(Semaphore::new(processors)),
        }
    }
}

impl Workshop {
    /// So many pieces of each size are in hand at a time; `stop` ends them all. Large ones leave a processor to the
    /// others, where there are several.
    pub(crate) fn new(small_threads: usize, large_threads: usize, stop: CancellationToken) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            small: Bench::new(small_threads, processors),
            large: Bench::new(large_threads, processors.saturating_sub(1).max(1)),
            stop,
        }
    }

    /// Does a piece of work on a thread of its own. Once begun it goes on, even if its caller no longer waits for it.
    pub(crate) async fn run<T, F, W>(&self, size: Size, work: W) -> Result<T, ReconcileError>
    where
        W: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<T, ReconcileError>>,
        T: Send + 'static,
    {
        let thread = take(&self.bench(size).threads).await?;
        let (runtime, stop, span) = (Handle::current(), self.stop.clone(), tracing::Span::current());
        let done = spawn_blocking(move || {
            let _thread = thread;
            let work = async move {
                tokio::select! {
                    done = work() => done,
                    () = stop.cancelled() => Err(ReconcileError::CutOff),
                }
            };
            span.in_scope(|| runtime.block_on(work))
        });
        done.await.unwrap_or_else(cut_off)
    }

    /// Does a piece of work that takes no more than some hundredths of a second, on another thread than those that
    /// serve calls.
    pub(crate) async fn briefly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ReconcileError> {
        let turn = take(&self.small.processors).await?;
        let done = spawn_blocking(move || {
            let _turn = turn;
            Ok(work())
        });
        done.await.unwrap_or_else(cut_off)
    }

    /// The turns of a piece of work.
    pub(crate) fn turns(&self, size: Size) -> Turns {
        Turns {
            processors: Arc::clone(&self.bench(size).processors),
            stop: self.stop.clone(),
        }
    }

    fn bench(&self, size: Size) -> &Bench {
        match size {
            Size::Small => &self.small,
            Size::Large => &self.large,
        }
    }
}

/// Turns at a processor. For work that is on a thread of its own already.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    processors: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Turns {
    /// Does something that keeps a processor busy, when it is its turn.
    pub(crate) async fn take<T>(&self, work: impl FnOnce() -> T) -> T {
        // It is never closed.
        let _turn = self.processors.acquire().await.ok();
        work()
    }

    /// Pace of a plan: it lets other threads pass, and stops when the process has to end.
    pub(crate) fn pace(&self) -> Pace {
        let stop = self.stop.clone();
        Pace::new(move || {
            std::thread::yield_now();
            !stop.is_cancelled()
        })
    }
}

async fn take(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, ReconcileError> {
    let permit = Arc::clone(semaphore).acquire_owned().await;
    permit.map_err(|_| ReconcileError::CutOff)
}

/// A panic is the caller's, as if it had done the work itself.
fn cut_off<T>(error: JoinError) -> Result<T, ReconcileError> {
    match error.try_into_panic() {
        Ok(panic) => panic::resume_unwind(panic),
        Err(_) => Err(ReconcileError::CutOff),
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn workshop() -> (Workshop, CancellationToken) {
        let stop = CancellationToken::new();
        (Workshop::new(1, 1, stop.clone()), stop)
    }

    /// Occupies the thread of a size until the sender is dropped.
    fn occupy(workshop: &Workshop, size: Size) -> (mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
        let (release, released) = mpsc::channel::<()>();
        let workshop = workshop.clone();
        let task = tokio::spawn(async move {
            let turns = workshop.turns(size);
            let work = move || async move {
                turns.take(|| released.recv().ok()).await;
                Ok(())
            };
            workshop.run(size, work).await.unwrap();
        });
        (release, task)
    }

    #[tokio::test]
    async fn the_thread_that_serves_calls_goes_on_while_work_is_done() {
        let (workshop, _) = workshop();
        let (release, task) = occupy(&workshop, Size::Large);
        // This test has one thread: were the work on it, nothing would come after.
        while workshop.large.threads.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        drop(release);
        task.await.unwrap();
    }

    #[tokio::test]
    async fn small_work_passes_large_work_that_keeps_every_processor_busy() {
        let (workshop, _) = workshop();
        let (release, task) = occupy(&workshop, Size::Large);
        let turns = workshop.turns(Size::Small);
        let small = workshop.run(Size::Small, move || async move { Ok(turns.take(|| 7).await) });
        let done = tokio::time::timeout(LONG, small).await.unwrap();
        assert_eq!(done.unwrap(), 7);
        drop(release);
        task.await.unwrap();
    }

    #[tokio::test]
    async fn work_that_waits_ends_when_the_process_has_to() {
        let (workshop, stop) = workshop();
        let waiting = workshop.run(Size::Small, std::future::pending::<Result<(), _>>);
        stop.cancel();
        let ended = tokio::time::timeout(LONG, waiting).await.unwrap();
        assert!(matches!(ended, Err(ReconcileError::CutOff)), "{ended:?}");
    }

    #[tokio::test]
    async fn a_plan_under_way_ends_when_the_process_has_to() {
        let (workshop, stop) = workshop();
        let pace = workshop.turns(Size::Large).pace();
        assert!(pace.goes_on());
        stop.cancel();
        assert!(!pace.goes_on());
    }
}
