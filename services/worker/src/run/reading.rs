//! The read of one run, on a thread with a runtime of its own.
//!
//! One thread for guard, LDAP library and decoding costs a third less than tasks that wake each other across
//! threads for each entry.

use std::sync::Arc;

use rollcall_chassis::credential::SecretString;
use rollcall_proto::v1::{ObjectBatch, ReadSummary};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_util::sync::DropGuard;
use tracing::Instrument as _;

use super::control::Control;
use crate::{
    directory::{Reader, collect::Collector, target::Target},
    error::ReadError,
};

/// Batches that may wait between the reader and what becomes of them.
const WAITING_BATCHES: usize = 3;

/// A read under way.
#[derive(Debug)]
pub(super) struct Reading {
    batches: mpsc::Receiver<ObjectBatch>,
    task: JoinHandle<Result<ReadSummary, ReadError>>,
    /// A read that nobody waits for ends.
    _wanted: DropGuard,
}

impl Reading {
    /// Begins to read. It ends when `control` says so, at the deadline, or when nobody takes its batches.
    pub(super) fn begin(
        reader: Arc<Reader>,
        target: Target,
        password: SecretString,
        control: Arc<Control>,
        deadline: Instant,
    ) -> Self {
        let (sender, batches) = mpsc::channel(WAITING_BATCHES);
        let span = tracing::info_span!("read directory");
        let stopped = control.stopped.child_token();
        let wanted = stopped.clone().drop_guard();
        let task = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| ReadError::Internal(error.to_string()))?;
            let read = read(&reader, &target, &password, &control, sender);
            let ended = runtime.block_on(
                async {
                    tokio::select! {
                        biased;
                        () = stopped.cancelled() => Err(ReadError::Stopped),
                        () = sleep_until(deadline) => Err(ReadError::Deadline),
                        ended = read => ended,
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
            task,
            _wanted: wanted,
        }
    }

    /// The next batch; `None` once the read has ended, well or not.
    pub(super) async fn next(&mut self) -> Option<ObjectBatch> {
        self.batches.recv().await
    }

    /// How the read ended.
    pub(super) async fn end(mut self) -> Result<ReadSummary, ReadError> {
        self.batches.close();
        (&mut self.task)
            .await
            .unwrap_or_else(|error| Err(ReadError::Internal(error.to_string())))
    }
}

async fn read(
    reader: &Reader,
    target: &Target,
    password: &SecretString,
    control: &Arc<Control>,
    batches: mpsc::Sender<ObjectBatch>,
) -> Result<ReadSummary, ReadError> {
    let mut collector = Collector::new(
        target.addresses.clone(),
        &reader.limits,
        batches,
        Arc::clone(control),
    );
    let met = reader.read(target, password.expose(), &mut collector).await?;
    collector.finish(met).await
}
