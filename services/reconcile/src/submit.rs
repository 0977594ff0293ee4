//! What a worker read, as it comes in: collected in memory while the budget lasts, staged in the database beyond it.

use futures::{Stream, StreamExt as _};
use prost::Message as _;
use rollcall_domain::plan::{Directory, DirectoryBuilder};
use rollcall_proto::v1::{self, submit_run_request::Part};
use tonic::Status;

use crate::{
    budget::Share,
    convert,
    error::{During, ReconcileError},
    reconciler::Reconciler,
    stage::Stage,
    tenant::LeaseKey,
};

/// What an object takes in memory, against its bytes on the wire.
const MEMORY_FACTOR: usize = 2;

/// A read that came in whole.
pub(crate) struct CompleteRead {
    pub(crate) key: LeaseKey,
    pub(crate) summary: v1::ReadSummary,
    pub(crate) directory: DirectoryBuilder,
    /// What did not fit into memory and comes after the rest.
    pub(crate) stage: Option<Stage>,
    /// How many bytes came in.
    pub(crate) bytes: usize,
    /// The memory that `directory` takes.
    pub(crate) share: Share,
}

impl Reconciler {
    /// Takes a submission to its end, and decides and applies what was read.
    pub(crate) async fn submit(
        &self,
        parts: impl Stream<Item = Result<v1::SubmitRunRequest, Status>> + Unpin,
    ) -> Result<v1::RunEnded, ReconcileError> {
        let deadline = std::time::Duration::try_from(self.leases.deadline).unwrap_or_default();
        // Past the deadline the sweeper has ended the run, whatever still comes.
        let read = tokio::time::timeout(deadline, self.collect(parts))
            .await
            .map_err(|_| ReconcileError::Fenced)??;
        self.commit(read).await
    }

    async fn collect(
        &self,
        mut parts: impl Stream<Item = Result<v1::SubmitRunRequest, Status>> + Unpin,
    ) -> Result<CompleteRead, ReconcileError> {
        let Part::Header(header) = next(&mut parts).await? else {
            return Err(ReconcileError::Submission("it does not begin with a header"));
        };
        let key = convert::lease_key(&header.tenant_id, &header.run_id, header.fence)?;
        self.check_held(&key).await?;
        let mut collector = Collector::new(self, key);
        loop {
            match next(&mut parts).await? {
                Part::Batch(batch) => collector.take(batch).await?,
                Part::Footer(footer) => return collector.finish(footer),
                Part::Header(_) => return Err(ReconcileError::Submission("it has a second header")),
            }
        }
    }

    /// Spares a worker that lost its lease the way to the footer.
    async fn check_held(&self, key: &LeaseKey) -> Result<(), ReconcileError> {
        let held: Option<bool> = sqlx::query_scalar(
            "SELECT run_id = $2 AND fence = $3 FROM reconcile.tenant WHERE tenant_id = $1",
        )
        .bind(key.tenant.as_str())
        .bind(key.run.as_uuid())
        .bind(key.fence.0)
        .fetch_optional(&self.pool)
        .await
        .during("look at the lease")?
        .flatten();
        if held == Some(true) {
            Ok(())
        } else {
            Err(ReconcileError::Fenced)
        }
    }
}

async fn next(
    parts: &mut (impl Stream<Item = Result<v1::SubmitRunRequest, Status>> + Unpin),
) -> Result<Part, ReconcileError> {
    match parts.next().await {
        Some(Ok(v1::SubmitRunRequest { part: Some(part) })) => Ok(part),
        Some(Ok(v1::SubmitRunRequest { part: None })) => {
            Err(ReconcileError::Submission("it has an empty part"))
        }
        Some(Err(_)) => Err(ReconcileError::Submission("it broke off")),
        None => Err(ReconcileError::Submission("it ended without a footer")),
    }
}

struct Collector<'a> {
    reconciler: &'a Reconciler,
    key: LeaseKey,
    directory: DirectoryBuilder,
    stage: Option<Stage>,
    share: Share,
    bytes: usize,
    entries: u64,
}

impl<'a> Collector<'a> {
    fn new(reconciler: &'a Reconciler, key: LeaseKey) -> Self {
        Self {
            reconciler,
            key,
            directory: Directory::builder(),
            stage: None,
            share: reconciler.budget.share(),
            bytes: 0,
            entries: 0,
        }
    }

    async fn take(&mut self, batch: v1::ObjectBatch) -> Result<(), ReconcileError> {
        let bytes = batch.encoded_len();
        self.bytes += bytes;
        if self.bytes > self.reconciler.read_limit {
            return Err(ReconcileError::TooLarge {
                limit: self.reconciler.read_limit,
            });
        }
        self.entries += batch.objects.len() as u64;
        // Once something is staged, all that follows is: of an object met twice the later one counts.
        if self.stage.is_none() && self.share.take(bytes * MEMORY_FACTOR) {
            return push(&mut self.directory, batch);
        }
        let stage = self
            .stage
            .get_or_insert_with(|| Stage::new(&self.reconciler.pool, &self.key));
        stage.write(&batch).await
    }

    fn finish(self, footer: v1::SubmitFooter) -> Result<CompleteRead, ReconcileError> {
        let summary = footer
            .summary
            .ok_or(ReconcileError::Submission("its footer is empty"))?;
        if summary.entries != self.entries {
            return Err(ReconcileError::Submission(
                "it has not as many objects as its footer says",
            ));
        }
        Ok(CompleteRead {
            key: self.key,
            summary,
            directory: self.directory,
            stage: self.stage,
            bytes: self.bytes,
            share: self.share,
        })
    }
}

/// Adds a batch to a read.
pub(crate) fn push(directory: &mut DirectoryBuilder, batch: v1::ObjectBatch) -> Result<(), ReconcileError> {
    for object in batch.objects {
        directory.push(convert::directory_object(object)?);
    }
    Ok(())
}
