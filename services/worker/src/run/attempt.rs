//! One attempt at a run that this worker has the lease for.

use std::{net::IpAddr, sync::Arc, time::Duration};

use rollcall_chassis::{
    amqp::VerifiedJob,
    credential::Purpose,
    fail_point::{self, FailPoint},
};
use rollcall_proto::{
    internal::v1::{
        BeginRunResponse, JudgeSealRequest, ReadSummary, RenewSealRequest, RunEnded, SealedCredential,
    },
    v1::{Directory, RunKind, RunStage, RunState},
};
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

use super::{
    LeaseKey, Runner,
    buffer::Buffer,
    reading::{Open, Reading, Seat},
};
use crate::{
    control::{Control, Stop},
    credentials::{Opened, SealNews, Sealed},
    reconcile::{self, CallError},
    slots::Place,
    source::bind_gate::{BindGate, Keeper},
    source::{Source, error::ReadError},
};

/// Time after the run's deadline that an attempt waits for an outcome which is being decided.
const OUTCOME_GRACE: Duration = Duration::from_mins(1);

/// Reasons why an attempt came to no outcome.
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
    pub(super) runner: &'a Runner,
    pub(super) job: &'a VerifiedJob,
    pub(super) begun: &'a BeginRunResponse,
    pub(super) lease: &'a LeaseKey,
    pub(super) control: &'a Arc<Control>,
    pub(super) place: &'a Arc<Place>,
    pub(super) start: Instant,
    pub(super) deadline: Instant,
}

/// A complete read.
pub(super) struct Read {
    pub(super) summary: ReadSummary,
    /// The server of the read, for as long as the run is not decided.
    pub(super) open: Open,
    pub(super) took: Duration,
}

impl<'a> Attempt<'a> {
    /// Begins the attempt's time.
    pub(super) fn new(
        runner: &'a Runner,
        job: &'a VerifiedJob,
        begun: &'a BeginRunResponse,
        lease: &'a LeaseKey,
        control: &'a Arc<Control>,
        place: &'a Arc<Place>,
    ) -> Self {
        let start = Instant::now();
        let left = time_left(begun).unwrap_or(runner.run_limit);
        Self {
            runner,
            job,
            begun,
            lease,
            control,
            place,
            start,
            deadline: start + left.min(runner.run_limit),
        }
    }

    /// Reads the directory and hands over what it holds, or that it is as it was.
    pub(super) async fn read_and_submit(&self) -> Result<RunEnded, AttemptError> {
        let (source, Opened { password, news }) = self.prepare()?;
        self.tell_of_seal(news).await;
        let seat = Seat {
            place: Arc::clone(self.place),
            pace: self.runner.pace,
            most_entries: self.runner.most_entries,
            deadline: self.deadline,
        };
        let mut reading = Reading::begin(source, password, Arc::clone(self.control), seat);
        let buffer_bytes = if self.may_be_unchanged() {
            self.runner.buffer_bytes
        } else {
            0
        };
        let mut buffer = Buffer::new(buffer_bytes, self.runner.memory.spare_share());
        while let Some(batch) = reading.next().await {
            if let Err(batch) = buffer.push(batch) {
                return self.in_time(self.stream(buffer, batch, reading)).await;
            }
        }
        let read = self.complete(reading).await?;
        self.in_time(self.hand_over(buffer, read)).await
    }

    /// The end of the read, with its summary.
    pub(super) async fn complete(&self, reading: Reading) -> Result<Read, ReadError> {
        let (summary, open) = reading.end().await?;
        self.control.progress.enter(RunStage::Deciding);
        let took = self.start.elapsed();
        self.runner.metrics.read(took);
        fail_point::pass(FailPoint::ReadComplete, &self.job.tenant_id).await;
        Ok(Read { summary, open, took })
    }

    /// A password is opened only for settings that can be used.
    fn prepare(&self) -> Result<(impl Source + use<>, Opened), ReadError> {
        let directory = self.directory()?;
        let last = self.begun.last_server.as_ref();
        let source = self.runner.sources.named_by(self.gate(), directory, last)?;
        let credential = self
            .begun
            .credential
            .as_ref()
            .ok_or_else(|| ReadError::Credential("there is none".to_owned()))?;
        let opened = self.runner.credentials.open(Sealed {
            purpose: Purpose::Settings,
            tenant_id: &self.job.tenant_id,
            directory,
            credential,
            renewed: self.begun.renewed_credential.as_ref(),
        })?;
        Ok((source, opened))
    }

    /// No renewal is worth a failed run: one that is lost is made again by the next.
    async fn tell_of_seal(&self, news: SealNews) {
        let told = match news {
            SealNews::None => return,
            SealNews::Renewed(seal) => self.renew_seal(seal).await,
            SealNews::Right => self.judge_seal(true).await,
            SealNews::Wrong => self.judge_seal(false).await,
        };
        if let Err(error) = told {
            reconcile::report(&error, "nothing could be said of a seal");
        }
    }

    async fn renew_seal(&self, seal: SealedCredential) -> Result<(), CallError> {
        let request = RenewSealRequest {
            tenant_id: self.lease.tenant.to_string(),
            run_id: self.lease.run.to_string(),
            fence: self.lease.fence.0,
            credential_generation: self.begun.credential_generation,
            credential: Some(seal),
        };
        self.runner.reconcile.renew_seal(request).await
    }

    async fn judge_seal(&self, is_right: bool) -> Result<(), CallError> {
        let request = JudgeSealRequest {
            tenant_id: self.lease.tenant.to_string(),
            run_id: self.lease.run.to_string(),
            fence: self.lease.fence.0,
            credential_generation: self.begun.credential_generation,
            is_right,
        };
        self.runner.reconcile.judge_seal(request).await
    }

    /// Address at which the directory accepted the credential when it saw it last.
    fn proven_at(&self) -> Option<IpAddr> {
        let last = self.begun.last_server.as_ref();
        last.filter(|_| self.begun.credential_proven)?
            .address
            .parse()
            .ok()
    }

    fn gate(&self) -> BindGate {
        BindGate::Kept(Box::new(Keeper {
            reconcile: self.runner.reconcile.clone(),
            tenant_id: self.job.tenant_id.clone(),
            // Reconcile has said already what it knows of the stored one.
            credential_generation: 0,
            proven_at: self.proven_at(),
        }))
    }

    fn directory(&self) -> Result<&Directory, ReadError> {
        let settings = self.begun.settings.as_ref();
        settings
            .and_then(|settings| settings.directory.as_ref())
            .ok_or_else(|| ReadError::Settings("they name no directory".to_owned()))
    }

    /// A preview shows every address, so it is never unchanged.
    pub(super) fn may_be_unchanged(&self) -> bool {
        self.begun.kind() == RunKind::Sync && !self.begun.last_digest.is_empty()
    }

    /// A decision in progress at the deadline may still come to its end. A run that is another worker's now is not
    /// waited for. The directory has its end at the deadline: later waiting is for reconcile.
    async fn in_time(
        &self,
        work: impl Future<Output = Result<RunEnded, AttemptError>>,
    ) -> Result<RunEnded, AttemptError> {
        tokio::select! {
            ended = timeout_at(self.deadline + OUTCOME_GRACE, work) => {
                ended.unwrap_or_else(|_| Err(ReadError::Undecided.into()))
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

    pub(super) fn log_end(&self, ended: &RunEnded, summary: &ReadSummary, read_took: Duration) {
        match ended.state() {
            RunState::Succeeded => self.runner.metrics.succeeded(),
            RunState::Held => self.runner.metrics.held(),
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
            remove = counts.remove,
            stale = counts.stale,
            read_ms = read_took.as_millis(),
            ms = self.start.elapsed().as_millis(),
            "run ended"
        );
    }
}

/// Only the database's clock counts: this machine's may be wrong.
fn time_left(begun: &BeginRunResponse) -> Option<Duration> {
    let (deadline, now) = (begun.deadline.as_ref()?, begun.now.as_ref()?);
    let seconds = deadline.seconds.saturating_sub(now.seconds);
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_the_time_that_the_database_gives_it_whatever_the_workers_clock_says() {
        let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let left = |deadline, now| {
            time_left(&BeginRunResponse {
                deadline,
                now,
                ..BeginRunResponse::default()
            })
        };
        assert_eq!(left(at(1_600), at(400)), Some(Duration::from_mins(20)));
        assert_eq!(left(at(400), at(1_600)), Some(Duration::ZERO));
        assert_eq!(left(None, at(400)), None);
    }
}
