//! Hands the read to reconcile, which decides on it, and asks the directory for missing objects.

use std::time::Duration;

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_proto::internal::v1::{FinishUnchangedRequest, ObjectBatch, ReadSummary, RunEnded};
use tokio::time::Instant;

use super::{
    attempt::{Attempt, AttemptError, Read},
    buffer::Buffer,
    reading::{Open, Reading},
    submission::{Submission, SubmissionAnswer},
};
use crate::{
    reconcile::CallError,
    source::{error::ReadError, missing::MissingIds},
};

/// A read that waited for reconcile for longer than this may be late because of it.
const OUR_SHARE: Duration = Duration::from_mins(1);

impl Attempt<'_> {
    /// Hands over a complete read, all of which is buffered.
    pub(super) async fn hand_over(&self, buffer: Buffer, read: Read) -> Result<RunEnded, AttemptError> {
        if self.may_be_unchanged() && read.summary.digest == self.begun.last_digest {
            match self.finish_unchanged(read.summary.clone()).await {
                Err(CallError::NotUnchanged) => {
                    tracing::info!("another input changed during the read: it is submitted");
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
        for batch in buffer.into_batches() {
            submission = submission.batch(batch?).await?;
        }
        self.decide(submission, read).await
    }

    async fn finish_unchanged(&self, summary: ReadSummary) -> Result<RunEnded, CallError> {
        let request = FinishUnchangedRequest {
            tenant_id: self.lease.tenant.to_string(),
            run_id: self.lease.run.to_string(),
            fence: self.lease.fence.0,
            summary: Some(summary),
        };
        self.runner.reconcile.finish_unchanged(request).await
    }

    /// Sends a read as it comes: it is more than may be buffered.
    pub(super) async fn stream(
        &self,
        buffer: Buffer,
        first: ObjectBatch,
        mut reading: Reading,
    ) -> Result<RunEnded, AttemptError> {
        let mut submission = Submission::begin(&self.runner.reconcile, self.lease).await?;
        for batch in buffer.into_batches() {
            submission = submission.batch(batch?).await?;
        }
        let mut waited = Duration::ZERO;
        let mut next = Some(first);
        while let Some(batch) = next {
            let sent = Instant::now();
            submission = submission.batch(batch).await?;
            waited += sent.elapsed();
            next = reading.next().await;
        }
        let read = self
            .complete(reading)
            .await
            .map_err(|error| of_whose_fault(error, waited))?;
        self.decide(submission, read).await
    }

    /// All was sent: what follows from it.
    async fn decide(&self, submission: Submission, read: Read) -> Result<RunEnded, AttemptError> {
        let share = self.runner.memory.share();
        let ended = match submission.complete(read.summary.clone(), share).await? {
            SubmissionAnswer::Ended(ended) => {
                read.open.close().await;
                ended
            }
            SubmissionAnswer::Missing(missing, _borrowed, submission) => {
                self.confirm(submission, missing, read.open).await?
            }
        };
        self.log_end(&ended, &read.summary, read.took);
        Ok(ended)
    }

    /// Asks the directory for what the read did not meet. Unless each is answered for, nothing is decided.
    async fn confirm(
        &self,
        mut submission: Submission,
        missing: MissingIds,
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

/// A directory that we read slowly is not slow.
fn of_whose_fault(error: ReadError, waited: Duration) -> ReadError {
    match error {
        ReadError::Deadline if waited > OUR_SHARE => ReadError::Undecided,
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_waited_for_us_past_its_deadline_is_no_fault_of_the_directory() {
        let late = |waited| of_whose_fault(ReadError::Deadline, waited);
        assert!(matches!(late(OUR_SHARE), ReadError::Deadline));
        assert!(matches!(
            late(OUR_SHARE + Duration::from_secs(1)),
            ReadError::Undecided
        ));
        let other = of_whose_fault(ReadError::GivesWay, 2 * OUR_SHARE);
        assert!(matches!(other, ReadError::GivesWay));
    }
}
