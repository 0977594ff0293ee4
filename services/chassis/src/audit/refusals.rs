//! Records of refused calls: written beside the calls, which never wait for them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::HeaderMap;
use rollcall_terms::Refusal;
use sqlx::{Connection as _, PgPool};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic_types::StatusExt as _;

use super::{
    Act,
    bounds::Bounds,
    record::{Record, write_all},
};
use crate::{BoxError, Lifecycle, outage, pauses::Pauses, pg::Database};

/// Refusals that wait to be written; further ones are only counted.
const WAITING: usize = 1_024;
/// Records of one statement.
const BATCH: usize = 256;
/// Refusals are written together with those that follow so soon.
const GATHER: Duration = Duration::from_millis(200);
/// Pauses between tries to write.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(200), Duration::from_secs(10));
/// The sessions of results are for reading; a transaction that writes says so.
const BEGIN: &str = "BEGIN READ WRITE";

/// Takes refused calls, for as long as the process lives.
#[derive(Debug, Clone)]
pub struct Refusals {
    waiting: mpsc::Sender<Record>,
    lost: Arc<AtomicU64>,
}

impl Refusals {
    /// Starts the task that writes them, on a connection of its own.
    pub fn start(database: &Database, lifecycle: &Lifecycle) -> Self {
        let (waiting, taken) = mpsc::channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            pool: database.single(),
            taken,
            lost: Arc::clone(&lost),
            bounds: Bounds::new(Instant::now()),
        };
        let stop = lifecycle.soft().clone();
        lifecycle.spawn("records of refusals", async move {
            writer.run(stop).await;
            Ok::<_, BoxError>(())
        });
        Self { waiting, lost }
    }

    /// Refusals that nothing writes, and where they come out.
    #[cfg(test)]
    pub(crate) fn observed() -> (Self, mpsc::Receiver<Record>) {
        let (waiting, taken) = mpsc::channel(WAITING);
        let lost = Arc::default();
        (Self { waiting, lost }, taken)
    }

    /// Notes a refused call, if it is one that is recorded.
    pub(crate) fn note(&self, act: &Act, refusal: Refusal) {
        if act.is_recorded(refusal) && self.waiting.try_send(Record::refused(act, refusal)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Notes a call that ended with this status.
    pub(crate) fn note_status(&self, act: &Act, status: &Status) {
        let reason = status.get_details_error_info().map(|info| info.reason);
        let refusal = reason.and_then(|reason| Refusal::parse(status.code().into(), &reason));
        if let Some(refusal) = refusal {
            self.note(act, refusal);
        }
    }

    /// Notes a call whose answer ends with its headers, which then say why it was refused.
    pub(crate) fn note_headers(&self, act: &Act, headers: &HeaderMap) {
        if let Some(status) = Status::from_header_map(headers) {
            self.note_status(act, &status);
        }
    }
}

struct Writer {
    pool: PgPool,
    taken: mpsc::Receiver<Record>,
    lost: Arc<AtomicU64>,
    bounds: Bounds,
}

impl Writer {
    /// Writes until the process drains, and then what is left, if the database takes it.
    async fn run(mut self, stop: CancellationToken) {
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep_until(self.bounds.end()) => {}
                taken = self.taken.recv_many(&mut batch, BATCH) => {
                    if taken == 0 {
                        break;
                    }
                    tokio::time::sleep(GATHER).await;
                }
            }
            let records = self.gather(batch);
            self.write(&records, &stop).await;
        }
        self.taken.close();
        let mut batch = Vec::new();
        while self.taken.recv_many(&mut batch, WAITING).await > 0 {}
        let mut records = self.gather(batch);
        records.extend(self.close_minute());
        self.write(&records, &stop).await;
    }

    /// The records to be written now: those of the batch and of what came since, within bounds.
    fn gather(&mut self, mut batch: Vec<Record>) -> Vec<Record> {
        while batch.len() < BATCH
            && let Ok(record) = self.taken.try_recv()
        {
            batch.push(record);
        }
        let mut records: Vec<_> = batch
            .into_iter()
            .filter_map(|record| self.bounds.admit(record))
            .collect();
        if Instant::now() >= self.bounds.end() {
            records.extend(self.close_minute());
        }
        records
    }

    fn close_minute(&mut self) -> Vec<Record> {
        self.bounds.lose(self.lost.swap(0, Ordering::Relaxed));
        self.bounds.close(Instant::now())
    }

    /// Tries until the database takes them. Once the process drains, one try is enough.
    async fn write(&self, records: &[Record], stop: &CancellationToken) {
        if records.is_empty() {
            return;
        }
        let mut pauses = PAUSES;
        while let Err(error) = self.try_to_write(records).await {
            outage::report(&error, "refused calls were not recorded; the next try goes on");
            if stop.is_cancelled() {
                return;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pauses.grow()) => {}
            }
        }
    }

    async fn try_to_write(&self, records: &[Record]) -> sqlx::Result<()> {
        let mut connection = self.pool.acquire().await?;
        let mut transaction = connection.begin_with(BEGIN).await?;
        for batch in records.chunks(BATCH) {
            write_all(&mut transaction, batch).await?;
        }
        transaction.commit().await
    }
}
