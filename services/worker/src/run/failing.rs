//! The end of an attempt that failed: its report, and the disposition of the job.

use std::time::Duration;

use rollcall_chassis::{amqp::Delay, clock};
use rollcall_proto::{internal::v1::FailRunRequest, v1::Failure};
use rollcall_terms::{failure::failure_saying, time::to_proto};
use tokio::time::{Instant, sleep};

use super::{Disposition, attempt::Attempt, retry};
use crate::{
    control::Stop,
    reconcile::{self, CallError},
    source::error::ReadError,
};

/// Pause before a failure is reported again to a reconcile that was away.
const REPORT_AGAIN: Duration = Duration::from_secs(1);

impl Attempt<'_> {
    /// Reports why the read failed, and when the next attempt is due, if any.
    pub(super) async fn end_failed(&self, error: ReadError) -> Disposition {
        match (&error, self.control.why()) {
            (_, Some(Stop::Fenced)) => return super::fenced(self.lease),
            (_, Some(Stop::Cancelled)) => {
                tracing::info!(ms = self.start.elapsed().as_millis(), "run cancelled");
                self.runner.metrics.cancelled();
                return self.report(None, None, Disposition::Done).await;
            }
            (ReadError::GivesWay, None) => {
                tracing::info!("too many runs wait for their directories: this one waits in the slow lane");
                return self
                    .report(None, Some(Duration::ZERO), Disposition::GiveWay)
                    .await;
            }
            (ReadError::Stopped, None) => return Disposition::GiveUp(self.lease.fence.0),
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
            ms = self.start.elapsed().as_millis(),
            "run failed"
        );
        // A server's words may hold a name or an address.
        tracing::debug!(%error, "why the run failed");
        let failure = failure_saying(code, &error.text(), &error.to_string());
        let then = match delay {
            None => Disposition::Done,
            Some(delay) if code.is_slow() => Disposition::RetrySlowly(delay),
            Some(delay) => Disposition::Retry(delay),
        };
        self.report(Some(failure), delay.map(Delay::duration), then).await
    }

    /// Reports until the deadline: a run that began again because the report was lost would bind again, and a wrong
    /// password that is tried often locks an account.
    async fn report(
        &self,
        failure: Option<Failure>,
        delay: Option<Duration>,
        then: Disposition,
    ) -> Disposition {
        loop {
            match self.report_once(failure.clone(), delay).await {
                Ok(()) => return then,
                Err(CallError::Fenced) => return super::fenced(self.lease),
                Err(error) if Instant::now() >= self.deadline => {
                    reconcile::report(&error, "the failure cannot be reported: the run waits");
                    return Disposition::InVain(Some(self.lease.fence.0));
                }
                Err(error) => reconcile::report(&error, "the failure could not be reported yet"),
            }
            sleep(REPORT_AGAIN).await;
        }
    }

    /// Gives back the lease of a run whose read was wasted, so that no later request for the run waits for it to fall
    /// silent. The cause that kept the read from being handed in may keep this as well: the job then carries the fence.
    pub(super) async fn end_in_vain(&self) -> Disposition {
        match self.report_once(None, Some(Duration::ZERO)).await {
            Ok(()) => Disposition::InVain(None),
            Err(CallError::Fenced) => super::fenced(self.lease),
            Err(error) => {
                reconcile::report(&error, "the lease cannot be given back");
                Disposition::InVain(Some(self.lease.fence.0))
            }
        }
    }

    async fn report_once(&self, failure: Option<Failure>, delay: Option<Duration>) -> Result<(), CallError> {
        let next = delay.and_then(|delay| clock::now().checked_add(delay).ok());
        let request = FailRunRequest {
            tenant_id: self.lease.tenant.to_string(),
            run_id: self.lease.run.to_string(),
            fence: self.lease.fence.0,
            failure,
            next_attempt_time: next.map(to_proto),
        };
        self.runner.reconcile.fail(request).await
    }
}
