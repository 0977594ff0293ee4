//! A worker's read, as it comes in: collected in memory while the budget lasts, staged in the database beyond it.

mod confirm;
mod summary;

use std::{sync::Arc, time::Duration};

use futures::{Stream, StreamExt as _};
use prost::Message as _;
use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_domain::plan::{Directory, DirectoryBuilder, Footprint};
use rollcall_proto::internal::{
    self,
    v1::{submit_run_request::Part, submit_run_response},
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tonic::Status;

use super::{
    batch::{self, push},
    commit,
    complete_read::CompleteRead,
};
use crate::{
    budget::Share,
    decide::facts::Confirmed,
    error::ReconcileError,
    ids::LeaseKey,
    resources::Resources,
    store::{
        Stage,
        lease::{self, AtHeader},
    },
};

/// Memory of an object, against its bytes on the wire.
const MEMORY_FACTOR: usize = 2;
/// So much of a batch is converted on the spot: it takes a millisecond or two.
const ON_THE_SPOT: usize = 32 * 1024;

/// Answer to the worker: missing objects, and at last the outcome.
pub(crate) type SubmitAnswer = Result<submit_run_response::Part, ReconcileError>;

/// Takes a submission to its end, and decides and applies what was read.
pub(crate) async fn submit(
    resources: &Arc<Resources>,
    parts: impl Stream<Item = Result<internal::v1::SubmitRunRequest, Status>> + Unpin,
    answers: &mpsc::Sender<SubmitAnswer>,
) -> Result<internal::v1::RunEnded, ReconcileError> {
    let read = collect(resources, parts, answers).await?;
    commit::commit(resources, read).await
}

async fn collect(
    resources: &Resources,
    parts: impl Stream<Item = Result<internal::v1::SubmitRunRequest, Status>> + Unpin,
    answers: &mpsc::Sender<SubmitAnswer>,
) -> Result<CompleteRead, ReconcileError> {
    let mut parts = Parts {
        parts,
        deadline: Instant::now() + Duration::try_from(resources.bounds.leases.deadline).unwrap_or_default(),
    };
    let Part::Header(header) = parts.next().await? else {
        return Err(ReconcileError::Submission("it does not begin with a header"));
    };
    let key = LeaseKey::parse(&header.tenant_id, &header.run_id, header.fence)?;
    // Spares a worker that lost its lease the way to the footer.
    let at_header = lease::at_header(&resources.store.runs, &key).await?;
    let mut collector = Collector::new(resources, key, at_header);
    let footer = loop {
        match parts.next().await? {
            Part::Batch(batch) => collector.take(batch).await?,
            Part::Footer(footer) => break *footer,
            Part::Header(_) => return Err(ReconcileError::Submission("it has a second header")),
            Part::Confirmation(_) => {
                return Err(ReconcileError::Submission(
                    "it confirms what it was not asked for",
                ));
            }
        }
    };
    let mut summary = collector.check(footer)?;
    let confirmed = collector.ask(&mut parts, answers, &mut summary).await?;
    Ok(collector.finish(summary, confirmed))
}

/// The parts that a worker sends, until the run's deadline. Past that the sweeper has ended the run, and no part
/// counts.
///
/// Only what waits for the worker ends there: a statement that is dropped leaves its answer to another.
struct Parts<S> {
    parts: S,
    deadline: Instant,
}

impl<S: Stream<Item = Result<internal::v1::SubmitRunRequest, Status>> + Unpin> Parts<S> {
    async fn next(&mut self) -> Result<Part, ReconcileError> {
        let part = timeout_at(self.deadline, self.parts.next())
            .await
            .map_err(|_| ReconcileError::Fenced)?;
        match part {
            Some(Ok(internal::v1::SubmitRunRequest { part: Some(part) })) => Ok(part),
            Some(Ok(internal::v1::SubmitRunRequest { part: None })) => {
                Err(ReconcileError::Submission("it has an empty part"))
            }
            Some(Err(_)) => Err(ReconcileError::Submission("it broke off")),
            None => Err(ReconcileError::Submission("it ended before it was whole")),
        }
    }
}

struct Collector<'a> {
    resources: &'a Resources,
    key: LeaseKey,
    directory: DirectoryBuilder,
    stage: Option<Stage>,
    share: Share,
    footprint: Footprint,
    at_header: AtHeader,
}

impl<'a> Collector<'a> {
    fn new(resources: &'a Resources, key: LeaseKey, at_header: AtHeader) -> Self {
        Self {
            resources,
            key,
            directory: Directory::builder(),
            stage: None,
            share: resources.budget.share(),
            footprint: Footprint::default(),
            at_header,
        }
    }

    async fn take(&mut self, batch: internal::v1::ObjectBatch) -> Result<(), ReconcileError> {
        let bytes = batch.encoded_len();
        self.footprint.text += bytes;
        self.footprint.objects += batch.objects.len();
        self.footprint.claims += batch::claims(&batch)?;
        self.check_size()?;
        fail_point::pass(FailPoint::BatchTaken, self.key.tenant.as_str()).await;
        // Once something is staged, all that follows is: of an object met twice the later one counts.
        if self.stage.is_none() && self.share.take(bytes * MEMORY_FACTOR) {
            return self.push(batch, bytes).await;
        }
        let stage = self
            .stage
            .get_or_insert_with(|| Stage::new(&self.resources.store.runs, &self.key));
        stage.write(&batch).await
    }

    /// Refuses a read as soon as it is known that it cannot be decided on.
    fn check_size(&self) -> Result<(), ReconcileError> {
        let limit = self.resources.bounds.read_limit;
        if self.footprint.text > limit {
            return Err(ReconcileError::BeyondLargest {
                limit_mib: limit / (1024 * 1024),
            });
        }
        self.resources.budget.check_fits(self.footprint.bytes())
    }

    /// Adds a batch to what is in memory: a large one not on a thread that serves calls.
    async fn push(&mut self, batch: internal::v1::ObjectBatch, bytes: usize) -> Result<(), ReconcileError> {
        if bytes <= ON_THE_SPOT {
            return push(&mut self.directory, batch);
        }
        let mut directory = std::mem::take(&mut self.directory);
        let pushed = move || push(&mut directory, batch).map(|()| directory);
        self.directory = self.resources.workshop.briefly(pushed).await??;
        Ok(())
    }

    /// Checks that everything came that the footer announces.
    fn check(&self, footer: internal::v1::SubmitFooter) -> Result<internal::v1::ReadSummary, ReconcileError> {
        let summary = footer
            .summary
            .ok_or(ReconcileError::Submission("its footer is empty"))?;
        if summary.entries != self.footprint.objects as u64 {
            return Err(ReconcileError::Submission(
                "it has not as many objects as its footer says",
            ));
        }
        summary::check(&summary)?;
        Ok(summary)
    }

    fn finish(self, summary: internal::v1::ReadSummary, confirmed: Confirmed) -> CompleteRead {
        CompleteRead {
            key: self.key,
            summary,
            directory: self.directory,
            stage: self.stage,
            confirmed,
            footprint: self.footprint,
            share: self.share,
        }
    }
}
