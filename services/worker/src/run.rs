//! One run, from its job to its outcome.
//!
//! BeginRun answers everything that decides, as it is now. What is read is buffered as long as it may equal
//! the last applied read, else submitted as it comes. Nothing is applied without the footer that only a
//! complete read sends, so whatever goes wrong here leaves nothing behind.

mod attempt;
mod buffer;
mod deciding;
mod failing;
mod heartbeat;
mod pace;
mod reading;
mod retry;
mod submission;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use rollcall_chassis::{
    amqp::{Delay, VerifiedJob},
    fail_point::{self, FailPoint},
};
use rollcall_domain::{Fence, InvalidId, RunId, TenantId};
use rollcall_proto::internal::v1::{BeginRunRequest, BeginRunResponse, BeginStatus};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use crate::{
    control::Control,
    credentials::Credentials,
    memory::Memory,
    metrics::Metrics,
    reconcile::{self, CallError, Reconcile},
    slots::Place,
    source::Sources,
    source::error::ReadError,
};
use attempt::{Attempt, AttemptError};
pub(crate) use pace::Pace;
pub(crate) use retry::after_in_vain;

/// A run whose settings change each time it has read is tried again later.
const BEGINNINGS: usize = 3;
/// So is one that has read for longer than this: each beginning may take the whole of a run's time, and the broker
/// takes a delivery back after 30 minutes, together with all others of its lane.
const BEGIN_ANEW_WITHIN: Duration = Duration::from_mins(2);

/// Dispositions of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Disposition {
    /// It is done with.
    Done,
    /// It waits for another run, or for a service of ours; that is no attempt.
    Park,
    /// The same, and this worker no longer works under the lease with this fence: the next worker may have it at once.
    GiveUp(i64),
    /// The directory was asked in vain, for a reason of ours, and is asked again later, each time by longer; that is no
    /// attempt. The fence is that of a lease that could not be given back.
    InVain(Option<i64>),
    /// It must be done in a process that does only this run.
    NeedsProcess,
    /// The next attempt is due after this delay.
    Retry(Delay),
    /// So it is, in the slow lane: the directory could not be reached or read in time.
    RetrySlowly(Delay),
    /// It waits in the slow lane, because too many runs wait for their directories here; that is no attempt.
    GiveWay,
    /// It is no job: it names what there cannot be.
    Reject(String),
}

/// A run that is this worker's.
#[derive(Debug, Clone)]
pub(crate) struct LeaseKey {
    /// The tenant.
    pub tenant: TenantId,
    /// The run.
    pub run: RunId,
    /// Orders the writers of the run.
    pub fence: Fence,
}

impl LeaseKey {
    /// The lease of the run of `job`, with this fence.
    fn new(job: &VerifiedJob, fence: i64) -> Result<Self, InvalidId> {
        Ok(Self {
            tenant: TenantId::parse(&job.tenant_id)?,
            run: RunId::parse(&job.run_id)?,
            fence: Fence(fence),
        })
    }
}

/// Does runs.
pub(crate) struct Runner {
    /// The service at which runs begin and end.
    pub reconcile: Reconcile,
    /// Opens passwords.
    pub credentials: Arc<Credentials>,
    /// Reads directories.
    pub sources: Sources,
    /// Entries that one read may have.
    pub most_entries: u64,
    /// Names this process in leases.
    pub worker_id: String,
    /// This process does only one run.
    pub alone: bool,
    /// Bytes that one run may buffer.
    pub buffer_bytes: usize,
    /// Lends runs what they hold beyond what each needs in any case.
    pub memory: Arc<Memory>,
    /// Time that a run may take.
    pub run_limit: Duration,
    /// Expectations of a directory.
    pub pace: Pace,
    /// Counts what runs come to.
    pub metrics: Metrics,
}

/// Continuation after an attempt.
enum Attempted {
    Finished(Disposition),
    /// The lease with this fence is given up for another.
    BeginAnew(i64),
}

impl Runner {
    /// Does the run of `job` in its place, and says what becomes of the job. Called again for the same job, it does no harm.
    pub(crate) async fn run(&self, job: &VerifiedJob, place: &Arc<Place>) -> Disposition {
        let delivered = Instant::now();
        let mut given_up = job.given_up_fence;
        for _ in 0..BEGINNINGS {
            match self.step(job, place, given_up).await {
                Attempted::Finished(disposition) => return disposition,
                Attempted::BeginAnew(fence) => {
                    tracing::info!("the settings changed during the run: it begins again");
                    given_up = fence;
                }
            }
            if delivered.elapsed() > BEGIN_ANEW_WITHIN {
                break;
            }
        }
        Disposition::InVain(Some(given_up))
    }

    async fn step(&self, job: &VerifiedJob, place: &Arc<Place>, given_up: i64) -> Attempted {
        let begun = match self.begin(job, given_up).await {
            Ok(begun) => begun,
            Err(CallError::Refused(why)) => return Attempted::Finished(Disposition::Reject(why)),
            Err(error) => {
                reconcile::report(&error, "the run cannot begin: it waits");
                return Attempted::Finished(Disposition::GiveUp(given_up));
            }
        };
        match begun.status() {
            BeginStatus::Started => Box::pin(self.started(job, begun, place)).await,
            BeginStatus::Finished => Attempted::Finished(Disposition::Done),
            BeginStatus::NeedsProcess => Attempted::Finished(Disposition::NeedsProcess),
            // Jobs that this process has in hand are sorted out before they get here: the answer to an earlier call was
            // lost. The lease falls silent, and can be taken then.
            BeginStatus::RunningHere | BeginStatus::Busy | BeginStatus::Taken | BeginStatus::Unspecified => {
                Attempted::Finished(Disposition::Park)
            }
        }
    }

    async fn begin(&self, job: &VerifiedJob, given_up: i64) -> Result<BeginRunResponse, CallError> {
        let request = BeginRunRequest {
            tenant_id: job.tenant_id.clone(),
            run_id: job.run_id.clone(),
            worker_id: self.worker_id.clone(),
            attempt: job.attempt.max(1),
            given_up_fence: given_up,
            alone: self.alone,
        };
        self.reconcile.begin(request).await
    }

    async fn started(&self, job: &VerifiedJob, begun: BeginRunResponse, place: &Arc<Place>) -> Attempted {
        let lease = match LeaseKey::new(job, begun.fence) {
            Ok(lease) => lease,
            Err(error) => return Attempted::Finished(Disposition::Reject(error.to_string())),
        };
        tracing::Span::current().record("fence", lease.fence.0);
        let control = Arc::new(Control::default());
        let attempt = Attempt::new(self, job, &begun, &lease, &control, place);
        let _heartbeat = {
            let (reconcile, lease, control) = (self.reconcile.clone(), lease.clone(), Arc::clone(&control));
            let beats = async move { heartbeat::beat(reconcile, lease, &control).await };
            AbortOnDropHandle::new(tokio::spawn(beats.in_current_span()))
        };
        fail_point::pass(FailPoint::RunBegun, &job.tenant_id).await;
        let Err(error) = attempt.read_and_submit().await else {
            return Attempted::Finished(Disposition::Done);
        };
        let error = match error {
            AttemptError::Call(CallError::SettingsChanged | CallError::NotUnchanged) => {
                return Attempted::BeginAnew(lease.fence.0);
            }
            AttemptError::Call(CallError::Fenced) => return Attempted::Finished(fenced(&lease)),
            AttemptError::Call(error @ CallError::Ours(_)) => {
                reconcile::report(&error, "the read cannot be submitted: the run waits");
                return Attempted::Finished(attempt.end_in_vain().await);
            }
            AttemptError::Call(CallError::ReadRefused { code, why }) => ReadError::RefusedByUs { code, why },
            AttemptError::Call(error @ CallError::Refused(_)) => ReadError::Internal(error.to_string()),
            AttemptError::Read(error @ ReadError::NoMemory(_)) => {
                tracing::warn!(%error, "the run waits until other runs have given memory back");
                return Attempted::Finished(attempt.end_in_vain().await);
            }
            AttemptError::Read(ReadError::KeyMissing(key_id)) => {
                tracing::error!(
                    key_id,
                    "no key of this worker opens the credential: the run waits for a worker that has it"
                );
                self.metrics.key_missing(&key_id);
                return Attempted::Finished(attempt.end_in_vain().await);
            }
            AttemptError::Read(error) => error,
        };
        Attempted::Finished(attempt.end_failed(error).await)
    }
}

/// Another worker has the run, or another run of the tenant took the lease of one that was silent. In the second case
/// there is no other job for it, so this one stays: the next BeginRun decides about it.
fn fenced(lease: &LeaseKey) -> Disposition {
    tracing::warn!(
        tenant.id = %lease.tenant,
        run.id = %lease.run,
        fence = lease.fence.0,
        cause = "another worker has the lease, or the run is over",
        "the fence was lost: the run is dropped here"
    );
    Disposition::Park
}
