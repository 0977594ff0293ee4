//! One SubmitRun call: parts go up while it runs; ids of missing objects and the outcome come down.

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_proto::internal::v1::{
    Confirmation, MissingObjects, ObjectBatch, ReadSummary, RunEnded, SubmitFooter, SubmitHeader,
    SubmitRunRequest, submit_run_request::Part,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;
use tonic::Status;
use tracing::Instrument as _;

use super::{LeaseKey, attempt::AttemptError};
use crate::{
    memory::{Full, Share},
    reconcile::{CallError, Reconcile},
    source::error::ReadError,
    source::{bounds::Crossed, missing::MissingIds},
};

/// Parts that may wait for the connection.
const WAITING_PARTS: usize = 1;
/// Messages with missing objects that may wait to be taken.
const WAITING_MISSING: usize = 2;

/// A submission under way. Dropped before its last part, it has no effect.
pub(super) struct Submission {
    parts: mpsc::Sender<SubmitRunRequest>,
    missing: mpsc::Receiver<MissingObjects>,
    call: AbortOnDropHandle<Result<RunEnded, CallError>>,
}

/// The answer to a complete read.
pub(super) enum SubmissionAnswer {
    /// The outcome.
    Ended(RunEnded),
    /// Ids to ask the directory for, in borrowed memory, and the channel for its answer.
    Missing(MissingIds, Share, Submission),
}

impl Submission {
    /// Begins the call with its header.
    pub(super) async fn begin(reconcile: &Reconcile, lease: &LeaseKey) -> Result<Self, CallError> {
        let (parts, waiting) = mpsc::channel(WAITING_PARTS);
        let (to_missing, missing) = mpsc::channel(WAITING_MISSING);
        let reconcile = reconcile.clone();
        let call = tokio::spawn(
            async move { reconcile.submit(ReceiverStream::new(waiting), to_missing).await }.in_current_span(),
        );
        let submission = Self {
            parts,
            missing,
            call: AbortOnDropHandle::new(call),
        };
        let header = SubmitHeader {
            tenant_id: lease.tenant.to_string(),
            run_id: lease.run.to_string(),
            fence: lease.fence.0,
        };
        submission.put(Part::Header(header)).await
    }

    /// Sends some of the objects. Waits while reconcile does not keep up.
    pub(super) async fn batch(self, batch: ObjectBatch) -> Result<Self, CallError> {
        self.put(Part::Batch(batch)).await
    }

    /// Says that the read is complete, and waits for what follows from it.
    ///
    /// All that is missing is taken in before anything is asked: were it answered in between, each side might wait
    /// for the other to listen.
    pub(super) async fn complete(
        self,
        summary: ReadSummary,
        mut share: Share,
    ) -> Result<SubmissionAnswer, AttemptError> {
        let footer = Part::Footer(Box::new(SubmitFooter {
            summary: Some(summary),
        }));
        let mut this = self.put(footer).await?;
        fail_point::pass(FailPoint::FooterSent, "").await;
        let mut missing = MissingIds::default();
        while let Some(part) = this.missing.recv().await {
            let before = missing.bytes();
            part.ids.into_iter().for_each(|id| missing.push(id));
            share
                .take(missing.bytes() - before)
                .map_err(|full| no_room(full, missing.len()))?;
            if part.last {
                return Ok(SubmissionAnswer::Missing(missing, share, this));
            }
        }
        Ok(SubmissionAnswer::Ended(ended(this.call).await?))
    }

    /// Sends some of the objects that are there after all.
    pub(super) async fn found(self, batch: ObjectBatch) -> Result<Self, CallError> {
        self.put(Part::Confirmation(Confirmation {
            found: batch.objects,
            complete: false,
            not_email: 0,
        }))
        .await
    }

    /// Says that every missing object was asked for, and waits for the outcome.
    pub(super) async fn confirmed(self, not_email: u64) -> Result<RunEnded, CallError> {
        let last = Part::Confirmation(Confirmation {
            found: Vec::new(),
            complete: true,
            not_email,
        });
        let Self { parts, missing, call } = self.put(last).await?;
        // Nothing more goes up, and nothing more must be asked for.
        drop((parts, missing));
        ended(call).await
    }

    /// A call that accepts nothing more has ended, and its result says why.
    async fn put(self, part: Part) -> Result<Self, CallError> {
        if self
            .parts
            .send(SubmitRunRequest { part: Some(part) })
            .await
            .is_ok()
        {
            return Ok(self);
        }
        match ended(self.call).await {
            Err(error) => Err(error),
            Ok(_) => Err(CallError::Ours(Box::new(Status::internal(
                "an outcome came before the last part",
            )))),
        }
    }
}

/// A run of its own size can never succeed; one that others leave no room is tried later.
fn no_room(full: Full, missing: usize) -> AttemptError {
    match full {
        Full::Run(limit) => ReadError::from(Crossed::MissingObjects { missing, limit }).into(),
        Full::Process => CallError::Ours(Box::new(Status::resource_exhausted(
            "the ids of missing objects find no memory beside other runs",
        )))
        .into(),
    }
}

async fn ended(call: AbortOnDropHandle<Result<RunEnded, CallError>>) -> Result<RunEnded, CallError> {
    call.await
        .unwrap_or_else(|error| Err(CallError::Ours(Box::new(Status::internal(error.to_string())))))
}
