//! The read of one run, on a thread with a runtime of its own.
//!
//! One thread for guard, LDAP library and decoding costs a third less than tasks that wake each other across threads
//! for each entry. The connection stays open after the read, until it is decided if the directory must be asked for
//! missing objects.

use std::sync::Arc;

use rollcall_chassis::credential::SecretString;
use rollcall_proto::{
    internal::v1::{ObjectBatch, ReadSummary},
    v1::RunStage,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_util::sync::DropGuard;
use tracing::Instrument as _;

use super::pace::{self, Pace};
use crate::{
    control::Control,
    slots::Place,
    source::{
        OpenSource as _, Source,
        collect::Collector,
        error::ReadError,
        missing::MissingIds,
        signs::{Signs, Step},
    },
};

#[cfg(test)]
mod tests;

/// Batches that may wait between the reader and what becomes of them.
const WAITING_BATCHES: usize = 2;

/// A read under way.
#[derive(Debug)]
pub(super) struct Reading {
    batches: mpsc::Receiver<ObjectBatch>,
    summary: oneshot::Receiver<ReadSummary>,
    open: Open,
}

/// Resources of its worker that a read may use.
#[derive(Debug)]
pub(super) struct Seat {
    /// Its slot, as long as its directory is at work.
    pub(super) place: Arc<Place>,
    /// Expectations of the directory.
    pub(super) pace: Pace,
    /// Entries that it may have.
    pub(super) most_entries: u64,
    /// Time by which it must have ended.
    pub(super) deadline: Instant,
}

/// A directory that was read, and can still be asked.
#[derive(Debug)]
pub(super) struct Open {
    question: oneshot::Sender<Question>,
    thread: Thread,
}

/// Objects that are there after all, as the directory answers them.
#[derive(Debug)]
pub(super) struct Found {
    batches: mpsc::Receiver<ObjectBatch>,
    thread: Thread,
}

#[derive(Debug)]
struct Question {
    missing: MissingIds,
    found: mpsc::Sender<ObjectBatch>,
}

/// The reading task. It ends with the number of values, among the objects asked for, that are not e-mail addresses.
#[derive(Debug)]
struct Thread {
    task: JoinHandle<Result<u64, ReadError>>,
    /// A read ends if its run no longer waits for it.
    _wanted: DropGuard,
}

impl Reading {
    /// Begins to read. It ends when `control` says so, at the deadline, or when its batches are no longer taken.
    pub(super) fn begin(
        source: impl Source,
        password: SecretString,
        control: Arc<Control>,
        seat: Seat,
    ) -> Self {
        let (to_batches, batches) = mpsc::channel(WAITING_BATCHES);
        let (to_summary, summary) = oneshot::channel();
        let (to_question, question) = oneshot::channel();
        let stopped = control.stopped.child_token();
        let wanted = stopped.clone().drop_guard();
        let Seat {
            place,
            pace,
            most_entries,
            deadline,
        } = seat;
        let signs = Arc::<Signs>::default();
        let work = ReadTask {
            source,
            most_entries,
            control,
            place: Arc::clone(&place),
            signs: Arc::clone(&signs),
            batches: to_batches,
            summary: to_summary,
            question,
        };
        let span = tracing::info_span!("read directory");
        let task = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| ReadError::Internal(error.to_string()))?;
            let ended = runtime.block_on(
                async {
                    tokio::select! {
                        biased;
                        () = stopped.cancelled() => Err(ReadError::Stopped),
                        () = sleep_until(deadline) => Err(ReadError::Deadline),
                        reason = pace::watch(&signs, &place, pace) => Err(reason),
                        ended = work.run(password) => ended,
                    }
                }
                .instrument(span),
            );
            // A resolver that does not answer is not waited for.
            runtime.shutdown_background();
            ended
        });
        Self {
            batches,
            summary,
            open: Open {
                question: to_question,
                thread: Thread {
                    task,
                    _wanted: wanted,
                },
            },
        }
    }

    /// The next batch; `None` once the read has ended, well or not.
    pub(super) async fn next(&mut self) -> Option<ObjectBatch> {
        self.batches.recv().await
    }

    /// Result of the read.
    pub(super) async fn end(self) -> Result<(ReadSummary, Open), ReadError> {
        let Self {
            batches,
            summary,
            open,
        } = self;
        drop(batches);
        match summary.await {
            Ok(summary) => Ok((summary, open)),
            Err(_) => match open.thread.end().await {
                Err(error) => Err(error),
                Ok(_) => Err(ReadError::Internal("a read without a summary".to_owned())),
            },
        }
    }
}

impl Open {
    /// Asks for missing objects.
    pub(super) fn ask(self, missing: MissingIds) -> Found {
        let (found, batches) = mpsc::channel(WAITING_BATCHES);
        // A thread that does not take the question has ended, and its result says why.
        self.question.send(Question { missing, found }).ok();
        Found {
            batches,
            thread: self.thread,
        }
    }

    /// Nothing is missing: the directory may go.
    pub(super) async fn close(self) {
        drop(self.question);
        self.thread.end().await.ok();
    }
}

impl Found {
    /// The next batch; `None` once all was answered, or not.
    pub(super) async fn next(&mut self) -> Option<ObjectBatch> {
        self.batches.recv().await
    }

    /// Result of asking: every object was asked for, and so many values are not e-mail addresses.
    pub(super) async fn end(self) -> Result<u64, ReadError> {
        drop(self.batches);
        self.thread.end().await
    }
}

impl Thread {
    async fn end(mut self) -> Result<u64, ReadError> {
        (&mut self.task)
            .await
            .unwrap_or_else(|error| Err(ReadError::Internal(error.to_string())))
    }
}

/// Work of the thread.
struct ReadTask<S> {
    source: S,
    most_entries: u64,
    control: Arc<Control>,
    place: Arc<Place>,
    signs: Arc<Signs>,
    batches: mpsc::Sender<ObjectBatch>,
    summary: oneshot::Sender<ReadSummary>,
    question: oneshot::Receiver<Question>,
}

impl<S: Source> ReadTask<S> {
    async fn run(self, password: SecretString) -> Result<u64, ReadError> {
        let signs = Arc::clone(&self.signs);
        let mut open = self.source.open(password, Arc::clone(&signs)).await?;
        signs.reached(Step::Reading);
        self.control.progress.enter(RunStage::Reading);
        self.place.answered();
        let collector = |batches, control| {
            Collector::new(self.most_entries, batches, control)
                .within(Arc::clone(&signs), Arc::clone(&self.place))
        };
        let mut read = collector(self.batches, self.control);
        let met = open.read(&mut read).await?;
        signs.reached(Step::Bound);
        let summary = read.finish(met).await?;
        self.summary.send(summary).map_err(|_| ReadError::Stopped)?;
        let mut not_email = 0;
        if let Ok(Question { missing, found }) = self.question.await {
            let missing = Arc::new(missing);
            // The progress that is shown is the read's.
            let mut answer = collector(found, Arc::default()).only(Arc::clone(&missing));
            signs.reached(Step::Reading);
            open.confirm(&missing, &mut answer).await?;
            signs.reached(Step::Bound);
            not_email = answer.finish_answer().await?;
        }
        open.close().await;
        Ok(not_email)
    }
}
