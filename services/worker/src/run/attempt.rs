//! One attempt at a run that this worker has the lease for.

use std::{sync::Arc, time::Duration};

use rollcall_chassis::{
    amqp::Delay,
    clock,
    credential::{Binding, SecretString},
};
use rollcall_proto::v1::{
    BeginRunResponse, Directory, FailRunRequest, Failure, FinishUnchangedRequest, Job, ObjectBatch,
    ReadSummary, RunEnded, RunKind, RunState,
};
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Disposition, Lease, Runner,
    control::{Control, Stop},
    held::Held,
    reading::Reading,
    retry,
    submission::Submission,
};
use crate::{directory::target::Target, error::ReadError, reconcile::CallError};

/// How long after the run's deadline an outcome is waited for that is being decided.
const OUTCOME_GRACE: Duration = Duration::from_mins(1);
/// How long it is waited before a failure is told again to a reconcile that was away.
const TELL_AGAIN: Duration = Duration::from_secs(1);
/// A longer detail helps nobody.
const MAX_DETAIL_CHARS: usize = 2_000;

/// Why an attempt did not come to an outcome.
#[derive(Debug, Error)]
pub(super) enum AttemptError {
    /// The directory could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Reconcile refused, or is away.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// One attempt.
pub(super) struct Attempt<'a> {
    runner: &'a Runner,
    job: &'a Job,
    begun: &'a BeginRunResponse,
    lease: &'a Lease,
    control: &'a Arc<Control>,
    start: Instant,
    deadline: Instant,
}

impl<'a> Attempt<'a> {
    /// Begins the attempt's time.
    pub(super) fn new(
        runner: &'a Runner,
        job: &'a Job,
        begun: &'a BeginRunResponse,
        lease: &'a Lease,
        control: &'a Arc<Control>,
    ) -> Self {
        let start = Instant::now();
        let left = begun.deadline.as_ref().map_or(runner.run_limit, time_until);
        Self {
            runner,
            job,
            begun,
            lease,
            control,
            start,
            deadline: start + left.min(runner.run_limit),
        }
    }

    /// Reads the directory and hands over what it holds, or that it is as it was.
    pub(super) async fn read_and_submit(&self) -> Result<RunEnded, AttemptError> {
        let (target, password) = self.prepare()?;
        let (reader, control) = (Arc::clone(&self.runner.reader), Arc::clone(self.control));
        let mut reading = Reading::begin(reader, target, password, control, self.deadline);
        let mut held = Held::new(if self.may_be_unchanged() {
            self.runner.hold_bytes
        } else {
            0
        });
        while let Some(batch) = reading.next().await {
            if let Err(batch) = held.push(batch) {
                return self.in_time(self.stream(held, batch, reading)).await;
            }
        }
        let summary = reading.end().await?;
        let read_ms = self.elapsed_ms();
        let ended = self.in_time(self.settle(held, &summary)).await?;
        self.log_end(&ended, &summary, read_ms);
        Ok(ended)
    }

    fn prepare(&self) -> Result<(Target, SecretString), ReadError> {
        let directory = self.directory()?;
        let sealed = self
            .begun
            .credential
            .as_ref()
            .ok_or_else(|| ReadError::Credential("there is none".to_owned()))?;
        let password = self
            .runner
            .keys
            .open(sealed, &Binding::new(&self.job.tenant_id, directory))
            .map_err(|error| ReadError::Credential(error.to_string()))?;
        Ok((Target::new(directory)?, password))
    }

    fn directory(&self) -> Result<&Directory, ReadError> {
        let settings = self.begun.settings.as_ref();
        settings
            .and_then(|settings| settings.directory.as_ref())
            .ok_or_else(|| ReadError::Settings("they name no directory".to_owned()))
    }

    /// A preview shows every address, so it is never unchanged.
    fn may_be_unchanged(&self) -> bool {
        self.begun.kind() == RunKind::Sync && !self.begun.last_digest.is_empty()
    }

    /// The read is complete and all of it is held back.
    async fn settle(&self, held: Held, summary: &ReadSummary) -> Result<RunEnded, AttemptError> {
        if self.may_be_unchanged() && summary.digest == self.begun.last_digest {
            match self.finish_unchanged(summary.clone()).await {
                Err(CallError::NotUnchanged) => {
                    tracing::info!("something else changed meanwhile: it is submitted");
                }
                ended => return Ok(ended?),
            }
        }
        let mut submission = Submission::begin(&self.runner.reconcile, self.lease).await?;
        for batch in held.into_batches() {
            submission = submission.batch(batch?).await?;
        }
        Ok(submission.finish(summary.clone()).await?)
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
    async fn stream(
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
        let summary = reading.end().await?;
        let read_ms = self.elapsed_ms();
        let ended = submission.finish(summary.clone()).await?;
        self.log_end(&ended, &summary, read_ms);
        Ok(ended)
    }

    /// What is being decided when the time is over may still come to its end; and a run that is another worker's
    /// now is not waited for.
    async fn in_time(
        &self,
        work: impl Future<Output = Result<RunEnded, AttemptError>>,
    ) -> Result<RunEnded, AttemptError> {
        tokio::select! {
            ended = timeout_at(self.deadline + OUTCOME_GRACE, work) => {
                ended.unwrap_or_else(|_| Err(ReadError::Deadline.into()))
            }
            () = self.fenced() => Err(CallError::Fenced.into()),
        }
    }

    async fn fenced(&self) {
        self.control.stopped.cancelled().await;
        if self.control.why() != Some(Stop::Fenced) {
            std::future::pending::<()>().await;
        }
    }

    /// Tells why the read failed, and whether it will be tried again.
    pub(super) async fn end_failed(&self, error: ReadError) -> Disposition {
        match (&error, self.control.why()) {
            (_, Some(Stop::Fenced)) => return super::fenced(),
            (_, Some(Stop::Cancelled)) => {
                tracing::info!(ms = self.elapsed_ms(), "run cancelled");
                self.runner.metrics.cancelled();
                return self.tell(None, None).await;
            }
            (ReadError::Stopped, None) => return Disposition::Park,
            _ => {}
        }
        let code = error.code();
        let delay = retry::after(code.class(), self.begun.trigger(), self.job.attempt);
        self.runner.metrics.failed(code.class(), delay.is_some());
        tracing::warn!(
            code = code.as_str(),
            attempt = self.job.attempt,
            objects = self.control.progress.objects(),
            again_in_ms = delay.map(|delay| delay.duration().as_millis()),
            ms = self.elapsed_ms(),
            "run failed"
        );
        // A server's words may hold a name or an address.
        tracing::debug!(%error, "why the run failed");
        let failure = Failure {
            code: code.as_str().to_owned(),
            message: code.message().to_owned(),
            advice: code.advice().to_owned(),
            detail: error.to_string().chars().take(MAX_DETAIL_CHARS).collect(),
        };
        self.tell(Some(failure), delay).await
    }

    /// Until the deadline: a run that were begun again for want of a listener would bind again, and a wrong
    /// password that is tried often locks an account.
    async fn tell(&self, failure: Option<Failure>, delay: Option<Delay>) -> Disposition {
        loop {
            let next = delay.and_then(|delay| clock::now().checked_add(delay.duration()).ok());
            let request = FailRunRequest {
                tenant_id: self.lease.tenant_id.clone(),
                run_id: self.lease.run_id.clone(),
                fence: self.lease.fence,
                failure: failure.clone(),
                next_attempt_time: next.map(timestamp),
            };
            match self.runner.reconcile.fail(request).await {
                Ok(()) => return delay.map_or(Disposition::Done, Disposition::Retry),
                Err(CallError::Fenced) => return super::fenced(),
                Err(error) if Instant::now() >= self.deadline => return super::park("FailRun", &error),
                Err(error) => tracing::warn!(%error, "the failure could not be told yet"),
            }
            sleep(TELL_AGAIN).await;
        }
    }

    fn log_end(&self, ended: &RunEnded, summary: &ReadSummary, read_ms: u64) {
        self.runner.metrics.read(Duration::from_millis(read_ms));
        match ended.state() {
            RunState::Succeeded => self.runner.metrics.succeeded(),
            _ => self.runner.metrics.cancelled(),
        }
        let counts = ended.counts.unwrap_or_default();
        tracing::info!(
            state = ended.state().as_str_name(),
            attempt = self.job.attempt,
            entries = summary.entries,
            claims = summary.claims,
            references = summary.references,
            add = counts.add,
            update = counts.update,
            stale = counts.stale,
            read_ms,
            ms = self.elapsed_ms(),
            "run ended"
        );
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn time_until(deadline: &prost_types::Timestamp) -> Duration {
    let seconds = deadline.seconds.saturating_sub(clock::now().as_second());
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

fn timestamp(time: jiff::Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: time.as_second(),
        nanos: time.subsec_nanosecond(),
    }
}
