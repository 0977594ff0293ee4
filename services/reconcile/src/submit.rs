//! A worker's read, as it comes in: collected in memory while the budget lasts, staged in the database beyond it.

mod missing;

use std::{collections::HashSet, sync::Arc};

use futures::{Stream, StreamExt as _};
use prost::Message as _;
use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_domain::plan::{Directory, DirectoryBuilder, Footprint};
use rollcall_proto::v1::{self, submit_run_request::Part, submit_run_response};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tonic::Status;

use crate::{
    budget::Share,
    convert::{self, push},
    error::{During, ReconcileError},
    lease_key::LeaseKey,
    reconciler::Reconciler,
    stage::Stage,
};

/// Memory of an object, against its bytes on the wire.
const MEMORY_FACTOR: usize = 2;
/// So much of a batch is converted on the spot: it takes a millisecond or two.
const ON_THE_SPOT: usize = 32 * 1024;

/// Answer to the worker: missing objects, and at last the outcome.
pub(crate) type Answer = Result<submit_run_response::Part, ReconcileError>;

/// A read that came in whole.
pub(crate) struct CompleteRead {
    pub(crate) key: LeaseKey,
    pub(crate) summary: v1::ReadSummary,
    pub(crate) directory: DirectoryBuilder,
    /// The part that did not fit into memory; it comes after the rest.
    pub(crate) stage: Option<Stage>,
    /// The missing objects that the directory was asked for once more.
    pub(crate) asked: Asked,
    /// The memory that it takes to decide on it.
    pub(crate) footprint: Footprint,
    /// The memory that `directory` takes.
    pub(crate) share: Share,
}

/// The objects that the directory was asked for by their ids.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) ids: HashSet<Box<str>>,
    /// Number of them that answered.
    pub(crate) found: u64,
}

impl Asked {
    /// Memory of the ids.
    pub(crate) fn bytes(&self) -> usize {
        self.ids.len() * missing::ID_BYTES
    }
}

impl Reconciler {
    /// Takes a submission to its end, and decides and applies what was read.
    pub(crate) async fn submit(
        self: &Arc<Self>,
        parts: impl Stream<Item = Result<v1::SubmitRunRequest, Status>> + Unpin,
        answers: &mpsc::Sender<Answer>,
    ) -> Result<v1::RunEnded, ReconcileError> {
        let read = self.collect(parts, answers).await?;
        self.commit(read).await
    }

    async fn collect(
        &self,
        parts: impl Stream<Item = Result<v1::SubmitRunRequest, Status>> + Unpin,
        answers: &mpsc::Sender<Answer>,
    ) -> Result<CompleteRead, ReconcileError> {
        let mut parts = Parts {
            parts,
            deadline: Instant::now()
                + std::time::Duration::try_from(self.leases.deadline).unwrap_or_default(),
        };
        let Part::Header(header) = parts.next().await? else {
            return Err(ReconcileError::Submission("it does not begin with a header"));
        };
        let key = convert::lease_key(&header.tenant_id, &header.run_id, header.fence)?;
        let at_header = self.look_at_lease(&key).await?;
        let mut collector = Collector::new(self, key, at_header);
        let footer = loop {
            match parts.next().await? {
                Part::Batch(batch) => collector.take(batch).await?,
                Part::Footer(footer) => break footer,
                Part::Header(_) => return Err(ReconcileError::Submission("it has a second header")),
                Part::Confirmation(_) => {
                    return Err(ReconcileError::Submission(
                        "it confirms what it was not asked for",
                    ));
                }
            }
        };
        let mut summary = collector.check(footer)?;
        let asked = collector.ask(&mut parts, answers, &mut summary).await?;
        Ok(collector.finish(summary, asked))
    }

    /// Spares a worker that lost its lease the way to the footer; returns the tenant's size, and if it removes.
    async fn look_at_lease(&self, key: &LeaseKey) -> Result<AtHeader, ReconcileError> {
        let header = sqlx::query_file_as!(
            AtHeader,
            "sql/tenant/at_header.sql",
            key.tenant.as_str(),
            key.run.as_uuid(),
            key.fence.0
        )
        .fetch_optional(&self.gates.runs.pool)
        .await
        .during("look at the lease")?;
        header
            .filter(|header| header.has_lease)
            .ok_or(ReconcileError::Fenced)
    }
}

/// The known state of a tenant when its read begins to come in.
#[derive(Clone, Copy, Debug, Default)]
struct AtHeader {
    /// True if the lease is the caller's.
    has_lease: bool,
    accounts: i64,
    /// False only while Remove Accounts is off. A run during which it is switched on is not applied.
    may_remove: bool,
}

impl AtHeader {
    fn accounts(self) -> usize {
        usize::try_from(self.accounts).unwrap_or_default()
    }
}

/// The parts that a worker sends, until the run's deadline. Past that the sweeper has ended the run, and no part
/// counts.
///
/// Only what waits for the worker ends there: a statement that is dropped leaves its answer to another.
struct Parts<S> {
    parts: S,
    deadline: Instant,
}

impl<S: Stream<Item = Result<v1::SubmitRunRequest, Status>> + Unpin> Parts<S> {
    async fn next(&mut self) -> Result<Part, ReconcileError> {
        let part = timeout_at(self.deadline, self.parts.next())
            .await
            .map_err(|_| ReconcileError::Fenced)?;
        match part {
            Some(Ok(v1::SubmitRunRequest { part: Some(part) })) => Ok(part),
            Some(Ok(v1::SubmitRunRequest { part: None })) => {
                Err(ReconcileError::Submission("it has an empty part"))
            }
            Some(Err(_)) => Err(ReconcileError::Submission("it broke off")),
            None => Err(ReconcileError::Submission("it ended before it was whole")),
        }
    }
}

struct Collector<'a> {
    reconciler: &'a Reconciler,
    key: LeaseKey,
    directory: DirectoryBuilder,
    stage: Option<Stage>,
    share: Share,
    footprint: Footprint,
    at_header: AtHeader,
}

impl<'a> Collector<'a> {
    fn new(reconciler: &'a Reconciler, key: LeaseKey, at_header: AtHeader) -> Self {
        Self {
            reconciler,
            key,
            directory: Directory::builder(),
            stage: None,
            share: reconciler.budget.share(),
            footprint: Footprint::default(),
            at_header,
        }
    }

    async fn take(&mut self, batch: v1::ObjectBatch) -> Result<(), ReconcileError> {
        let bytes = batch.encoded_len();
        self.footprint.text += bytes;
        self.footprint.objects += batch.objects.len();
        self.footprint.claims += convert::claims(&batch)?;
        self.check_size()?;
        fail_point::pass(FailPoint::BatchTaken, self.key.tenant.as_str()).await;
        // Once something is staged, all that follows is: of an object met twice the later one counts.
        if self.stage.is_none() && self.share.take(bytes * MEMORY_FACTOR) {
            return self.push(batch, bytes).await;
        }
        let stage = self
            .stage
            .get_or_insert_with(|| Stage::new(&self.reconciler.gates.runs.pool, &self.key));
        stage.write(&batch).await
    }

    /// Refuses a read as soon as it is known that it cannot be decided on.
    fn check_size(&self) -> Result<(), ReconcileError> {
        let limit = self.reconciler.read_limit;
        if self.footprint.text > limit {
            return Err(ReconcileError::BeyondLargest {
                limit_mib: limit / (1024 * 1024),
            });
        }
        self.reconciler.budget.check_fits(self.footprint.bytes())
    }

    /// Adds a batch to what is in memory: a large one not on a thread that serves calls.
    async fn push(&mut self, batch: v1::ObjectBatch, bytes: usize) -> Result<(), ReconcileError> {
        if bytes <= ON_THE_SPOT {
            return push(&mut self.directory, batch);
        }
        let mut directory = std::mem::take(&mut self.directory);
        let pushed = move || push(&mut directory, batch).map(|()| directory);
        self.directory = self.reconciler.workshop.briefly(pushed).await??;
        Ok(())
    }

    /// Checks that everything came that the footer announces.
    fn check(&self, footer: v1::SubmitFooter) -> Result<v1::ReadSummary, ReconcileError> {
        let summary = footer
            .summary
            .ok_or(ReconcileError::Submission("its footer is empty"))?;
        if summary.entries == self.footprint.objects as u64 {
            Ok(summary)
        } else {
            Err(ReconcileError::Submission(
                "it has not as many objects as its footer says",
            ))
        }
    }

    fn finish(self, summary: v1::ReadSummary, asked: Asked) -> CompleteRead {
        CompleteRead {
            key: self.key,
            summary,
            directory: self.directory,
            stage: self.stage,
            asked,
            footprint: self.footprint,
            share: self.share,
        }
    }
}
