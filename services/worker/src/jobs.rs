//! Takes jobs from the lanes, and finishes each by what its run came to.
//!
//! The job of a run is acknowledged after its effect, never before: whatever ends this process brings the job to another.

mod connection_tests;
mod lane;
mod running;

use std::sync::Arc;

use rollcall_chassis::{
    amqp::{AmqpError, Delay, Delivery, JobError, Lane, Message, Publisher, VerifiedJob},
    fail_point::{self, FailPoint},
    lifecycle::chain,
    outage,
    signing::VerifyingKeys,
    telemetry,
};
use rollcall_proto::internal::v1::SignedJob;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use crate::{
    alone::Alone,
    job_span::span_of,
    run::{Disposition, Runner, after_in_vain},
    slots::Place,
};
pub(crate) use connection_tests::ConnectionTests;
pub(crate) use lane::LaneWork;
use running::{Admission, Runs};

/// Parts that every lane shares.
pub(crate) struct Jobs {
    runner: Arc<Runner>,
    alone: Alone,
    publisher: Publisher,
    /// Known by them is a job that the scheduler ordered.
    keys: VerifyingKeys,
    /// Runs that go on in this process. None is begun beside itself.
    runs: Runs<Delivery>,
}

impl Jobs {
    /// Does runs with `runner`, or in processes of their own, and sends on those that must be tried later.
    pub(crate) fn new(runner: Arc<Runner>, alone: Alone, publisher: Publisher, keys: VerifyingKeys) -> Self {
        Self {
            runner,
            alone,
            publisher,
            keys,
            runs: Runs::default(),
        }
    }

    /// Does one job, in its place.
    async fn do_job(self: Arc<Self>, delivery: Delivery, lane: Lane, place: Arc<Place>) {
        let job = match read_run(delivery.job(&self.keys)) {
            Ok(job) => job,
            Err(refused) => {
                let Refused { reason, word } = refused;
                tracing::error!(reason, "a job is refused: it goes to the dead letters");
                self.runner.metrics.refused(word);
                let dead = Message::dead(&delivery, reason);
                return self.send_on(delivery, dead).await;
            }
        };
        let span = span_of(&job, Some(lane));
        if let Some(parent) = delivery.traceparent() {
            telemetry::set_parent(&span, &parent);
        }
        self.do_run(delivery, job, lane, place).instrument(span).await;
    }

    async fn do_run(self: Arc<Self>, delivery: Delivery, job: VerifiedJob, lane: Lane, place: Arc<Place>) {
        fail_point::pass(FailPoint::JobReceived, &job.tenant_id).await;
        let trace = delivery.traceparent();
        let running = match self.runs.admit(&job.run_id, delivery) {
            Admission::Begins(running) => running,
            Admission::Needless(delivery) => {
                tracing::info!("the run goes on here already: the job that came again is not needed");
                return note_failure("a job could not be acknowledged", delivery.ack().await);
            }
            Admission::Adopted => {
                return tracing::info!("the run goes on here already: its job came again and is kept for it");
            }
        };
        // In a task of its own, so that the job of a run that panics can still be given back.
        let run = {
            let (this, job, trace) = (Arc::clone(&self), job.clone(), trace.clone());
            AbortOnDropHandle::new(tokio::spawn(
                async move { this.run(&job, &place, trace.as_deref()).await }.in_current_span(),
            ))
        };
        let ended = run.await;
        let Some(delivery) = running.end() else { return };
        let disposition = match ended {
            Ok(disposition) => disposition,
            Err(error) => {
                tracing::error!(%error, "the run crashed: its job is given back");
                return note_failure("a job could not be given back", delivery.requeue().await);
            }
        };
        self.finish(delivery, job, lane, disposition).await;
    }

    /// Ends a delivery by what its run came to.
    async fn finish(&self, delivery: Delivery, job: VerifiedJob, lane: Lane, disposition: Disposition) {
        let message = match disposition {
            Disposition::Done => {
                fail_point::pass(FailPoint::OutcomeReceived, &job.tenant_id).await;
                note_failure("a job could not be acknowledged", delivery.ack().await);
                return fail_point::pass(FailPoint::JobAcknowledged, &job.tenant_id).await;
            }
            Disposition::Reject(reason) => {
                tracing::error!(reason, "a job is refused: it goes to the dead letters");
                let dead = Message::dead(&delivery, reason);
                return self.send_on(delivery, dead).await;
            }
            Disposition::Park | Disposition::NeedsProcess => {
                Message::delayed(Delay::Park, lane, &job.signed())
            }
            Disposition::GiveUp(fence) => {
                let again = SignedJob {
                    given_up_fence: fence,
                    ..job.signed()
                };
                Message::delayed(Delay::Park, lane, &again)
            }
            Disposition::InVain(fence) => after_read_in_vain(&job, lane, fence),
            Disposition::GiveWay => Message::job(Lane::Slow, &job.signed()),
            Disposition::Retry(delay) => Message::delayed(delay, lane, &next_attempt(&job)),
            Disposition::RetrySlowly(delay) => Message::delayed(delay, Lane::Slow, &next_attempt(&job)),
        };
        let message = message.with_traceparent(delivery.traceparent());
        self.send_on(delivery, message).await;
    }

    /// A run in a process of its own takes no slot here: it has the other process' time and memory.
    async fn run(&self, job: &VerifiedJob, place: &Arc<Place>, traceparent: Option<&str>) -> Disposition {
        let work = async {
            match self.runner.run(job, place).await {
                Disposition::NeedsProcess if place.give_up().is_ok() => {
                    self.alone.run(job, traceparent).await
                }
                disposition => disposition,
            }
        };
        // The cause of the delay may be the directory, the size, reconcile, or the tenant's lock.
        tokio::select! {
            disposition = work => disposition,
            never = place.take_turns() => match never {},
        }
    }

    async fn send_on(&self, delivery: Delivery, message: Message) {
        send_on(&self.publisher, delivery, message).await;
    }
}

/// Reason why a message is refused: in words, and in one for a metric.
#[derive(Debug, PartialEq)]
struct Refused {
    reason: String,
    word: &'static str,
}

impl Refused {
    fn new(word: &'static str, reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            word,
        }
    }
}

impl From<JobError> for Refused {
    fn from(error: JobError) -> Self {
        Self {
            reason: chain(&error),
            word: error.word(),
        }
    }
}

/// The job of a run, or the reason why it is none.
fn read_run(job: Result<VerifiedJob, JobError>) -> Result<VerifiedJob, Refused> {
    let job = job?;
    if job.run_id.is_empty() {
        return Err(Refused::new("no_run", "it names no run"));
    }
    Ok(job)
}

/// Replaces a delivery by another message. Between the two steps both exist, which does no harm.
async fn send_on(publisher: &Publisher, delivery: Delivery, message: Message) {
    match publisher.publish(&message).await {
        Ok(()) => note_failure("a job could not be acknowledged", delivery.ack().await),
        Err(error) => {
            outage::report(&error, "a job could not be sent on: it is given back");
            note_failure("a job could not be given back", delivery.requeue().await);
        }
    }
}

/// The job of a run whose read could not be handed in, and the fence of its lease if that could not be given back.
fn after_read_in_vain(job: &VerifiedJob, lane: Lane, fence: Option<i64>) -> Message {
    let delay = after_in_vain(job.in_vain, fence.is_some());
    let again = SignedJob {
        given_up_fence: fence.unwrap_or_default(),
        in_vain: job.in_vain.saturating_add(1),
        ..job.signed()
    };
    tracing::info!(
        in_vain = again.in_vain,
        again_in_ms = delay.duration().as_millis(),
        "the directory was asked in vain: the run begins again later"
    );
    Message::delayed(delay, lane, &again)
}

fn next_attempt(job: &VerifiedJob) -> SignedJob {
    SignedJob {
        attempt: job.attempt.max(1).saturating_add(1),
        given_up_fence: 0,
        in_vain: 0,
        ..job.signed()
    }
}

/// The broker hands the job out again, and BeginRun says to the worker that gets it that the run is done.
fn note_failure(failed: &'static str, result: Result<(), AmqpError>) {
    if let Err(error) = result {
        outage::report(&error, failed);
    }
}
