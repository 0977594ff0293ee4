//! One SubmitRun call: parts go up while it runs, the outcome comes down.

use rollcall_proto::v1::{
    ObjectBatch, ReadSummary, RunEnded, SubmitFooter, SubmitHeader, SubmitRunRequest,
    submit_run_request::Part,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;
use tonic::Status;
use tracing::Instrument as _;

use super::Lease;
use crate::reconcile::{CallError, Reconcile};

/// Parts that may wait for the connection.
const WAITING_PARTS: usize = 2;

/// A submission under way. Dropped before its footer, it has no effect.
pub(super) struct Submission {
    parts: mpsc::Sender<SubmitRunRequest>,
    call: AbortOnDropHandle<Result<RunEnded, CallError>>,
}

impl Submission {
    /// Begins the call with its header.
    pub(super) async fn begin(reconcile: &Reconcile, lease: &Lease) -> Result<Self, CallError> {
        let (parts, waiting) = mpsc::channel(WAITING_PARTS);
        let reconcile = reconcile.clone();
        let call = tokio::spawn(
            async move { reconcile.submit(ReceiverStream::new(waiting)).await }.in_current_span(),
        );
        let submission = Self {
            parts,
            call: AbortOnDropHandle::new(call),
        };
        let header = SubmitHeader {
            tenant_id: lease.tenant_id.clone(),
            run_id: lease.run_id.clone(),
            fence: lease.fence,
        };
        submission.put(Part::Header(header)).await
    }

    /// Sends some of the objects. Waits while reconcile does not keep up.
    pub(super) async fn batch(self, batch: ObjectBatch) -> Result<Self, CallError> {
        self.put(Part::Batch(batch)).await
    }

    /// Says that the read is complete, and waits for the outcome.
    pub(super) async fn finish(self, summary: ReadSummary) -> Result<RunEnded, CallError> {
        let footer = Part::Footer(SubmitFooter {
            summary: Some(summary),
        });
        let Self { parts, call } = self.put(footer).await?;
        drop(parts);
        ended(call).await
    }

    /// A call that takes nothing more has ended, and tells why.
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
                "an outcome came before the footer",
            )))),
        }
    }
}

async fn ended(call: AbortOnDropHandle<Result<RunEnded, CallError>>) -> Result<RunEnded, CallError> {
    call.await
        .unwrap_or_else(|error| Err(CallError::Ours(Box::new(Status::internal(error.to_string())))))
}
