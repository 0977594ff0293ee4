//! What was read goes to reconcile, which decides on it; and what it misses is asked of the directory.

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_proto::v1::{FinishUnchangedRequest, ObjectBatch, ReadSummary, RunEnded};

use super::{
    attempt::{Attempt, AttemptError, Read},
    held::Held,
    reading::{Open, Reading},
    submission::{Answer, Submission},
};
use crate::{directory::missing::Missing, reconcile::CallError};

impl Attempt<'_> {
    /// The read is complete and all of it is held back.
    pub(super) async fn settle(&self, held: Held, read: Read) -> Result<RunEnded, AttemptError> {
        if self.may_be_unchanged() && read.summary.digest == self.begun.last_digest {
            match self.finish_unchanged(read.summary.clone()).await {
                Err(CallError::NotUnchanged) => {
                    tracing::info!("something else changed meanwhile: it is submitted");
                }
                Err(error) => return Err(error.into()),
                Ok(ended) => {
                    self.log_end(&ended, &read.summary, read.took);
                    read.open.close().await;
                    return Ok(ended);
                }
            }
        }
        let mut submission = Submission::begin(&self.runner.reconcile, self.lease).await?;
        for batch in held.into_batches() {
            submission = submission.batch(batch?).await?;
        }
        self.decide(submission, read).await
    }

    async fn finish_unchanged(&self, summary: ReadSummary) -> Result<RunEnded, CallError> {
        let request = FinishUnchangedRequest {
            tenant_id: self.lease.tenant_id.clone(),
            run_id: self.lease.run_id.clone(),
            fence: self.lease.fence,
            summary: Some(summary),
        };
        self.runner.reconcile.finish_unchanged(request).await
    }

    /// More than may be held back: it is sent as it comes.
    pub(super) async fn stream(
        &self,
        held: Held,
        first: ObjectBatch,
        mut reading: Reading,
    ) -> Result<RunEnded, AttemptError> {
        let mut submission = Submission::begin(&self.runner.reconcile, self.lease).await?;
        for batch in held.into_batches() {
            submission = submission.batch(batch?).await?;
        }
        submission = submission.batch(first).await?;
        while let Some(batch) = reading.next().await {
            submission = submission.batch(batch).await?;
        }
        let read = self.complete(reading).await?;
        self.decide(submission, read).await
    }

    /// All was sent: what follows from it.
    async fn decide(&self, submission: Submission, read: Read) -> Result<RunEnded, AttemptError> {
        let ended = match submission.complete(read.summary.clone()).await? {
            Answer::Ended(ended) => {
                read.open.close().await;
                ended
            }
            Answer::Missing(missing, submission) => self.confirm(submission, missing, read.open).await?,
        };
        self.log_end(&ended, &read.summary, read.took);
        Ok(ended)
    }

    /// Asks the directory for what the read did not meet. Unless each is answered for, nothing is decided.
    async fn confirm(
        &self,
        mut submission: Submission,
        missing: Missing,
        open: Open,
    ) -> Result<RunEnded, AttemptError> {
        let asked = missing.len();
        let mut there = 0;
        let mut found = open.ask(missing);
        while let Some(batch) = found.next().await {
            there += batch.objects.len();
            submission = submission.found(batch).await?;
        }
        let not_email = found.end().await?;
        fail_point::pass(FailPoint::MissingAsked, &self.job.tenant_id).await;
        tracing::info!(asked, there, "asked for missing objects");
        Ok(submission.confirmed(not_email).await?)
    }
}
