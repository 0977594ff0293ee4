//! Takes jobs from the lanes, and settles each by what its run came to.
//!
//! The job of a run is acknowledged after its effect, never before: whatever ends this process brings the job to another.
//! That of a connection test is acknowledged before: done again, it would bind again, and nobody might wait for it. Tests
//! take no slots of runs.
//! While reconcile is away nothing is taken.

mod running;
mod trials;

use std::sync::Arc;

use rollcall_chassis::{
    amqp::{AmqpError, Broker, Delay, Delivery, Lane, Message, Publisher},
    clock,
    fail_point::{self, FailPoint},
    lifecycle::chain,
    telemetry,
};
use rollcall_proto::v1::{ConnectionTest, Job};
use tokio::{sync::watch, task::JoinSet};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::{Instrument as _, Span, field::Empty};

use crate::{
    connection_test::Tester,
    run::{Disposition, Runner},
};
use running::{Admission as OfRun, Runs};
use trials::{Admission, Trials};

/// What every lane shares.
pub struct Jobs {
    runner: Arc<Runner>,
    trials: Trials,
    publisher: Publisher,
    /// Runs that go on in this process. None is begun beside itself.
    runs: Runs<Delivery>,
}

impl Jobs {
    /// Does runs with `runner` and, beside them, at most `tests` connection tests at once with `tester`; and sends on
    /// what is to be tried later.
    pub fn new(runner: Arc<Runner>, tester: Tester, tests: u16, publisher: Publisher) -> Self {
        Self {
            runner,
            trials: Trials::new(tester, tests),
            publisher,
            runs: Runs::default(),
        }
    }

    /// Works on a lane, on so many jobs at once, until `ending`; what is in hand then is brought to its end.
    pub async fn work(
        self: Arc<Self>,
        broker: Broker,
        lane: Lane,
        slots: u16,
        mut reconcile_serves: watch::Receiver<bool>,
        ending: CancellationToken,
    ) {
        let mut consumer = broker.consumer(lane.queue(), slots);
        let mut in_hand = JoinSet::new();
        loop {
            let serves = *reconcile_serves.borrow_and_update();
            if !serves {
                consumer.stop().await;
            }
            tokio::select! {
                biased;
                () = ending.cancelled() => break,
                Some(ended) = in_hand.join_next() => note_end(ended),
                changed = reconcile_serves.changed() => if changed.is_err() { break },
                delivery = consumer.next(), if serves && in_hand.len() < usize::from(slots) => {
                    in_hand.spawn(Arc::clone(&self).settle(delivery, lane));
                }
            }
        }
        consumer.stop().await;
        while let Some(ended) = in_hand.join_next().await {
            note_end(ended);
        }
        self.trials.end().await;
    }

    async fn settle(self: Arc<Self>, delivery: Delivery, lane: Lane) {
        let job = match delivery.job() {
            Ok(job) => job,
            Err(error) => {
                let reason = chain(&error);
                tracing::error!(reason, "a job cannot be decoded: it goes to the dead letters");
                let dead = Message::dead(&delivery, reason);
                return self.send_on(delivery, dead).await;
            }
        };
        let work = Work::of(&job);
        let span = span_of(work, &job, lane);
        if let Some(parent) = delivery.traceparent() {
            telemetry::set_parent(&span, &parent);
        }
        match work {
            Work::Run => self.settle_run(delivery, job, lane).instrument(span).await,
            Work::Test(test) => self.test(delivery, &job, test, lane).instrument(span).await,
            Work::Nothing => {
                let reason = "it names neither a run nor a connection to test";
                tracing::error!(reason, "a job is refused: it goes to the dead letters");
                let dead = Message::dead(&delivery, reason);
                self.send_on(delivery, dead).await;
            }
        }
    }

    async fn test(&self, delivery: Delivery, job: &Job, test: &ConnectionTest, lane: Lane) {
        match self.trials.admit(test, clock::now()) {
            Admission::Place(place) => match delivery.ack().await {
                Ok(()) => self.trials.begin(job.clone(), place),
                // The broker hands it out again.
                Err(error) => note_failure("acknowledging a job", Err(error)),
            },
            Admission::Later => {
                let later = Message::delayed(Delay::Park, lane, job).with_traceparent(delivery.traceparent());
                self.send_on(delivery, later).await;
            }
            Admission::TooLate => {
                tracing::info!("nobody waits for this connection test any more");
                note_failure("acknowledging a job", delivery.ack().await);
            }
        }
    }

    async fn settle_run(self: Arc<Self>, delivery: Delivery, job: Job, lane: Lane) {
        fail_point::pass(FailPoint::JobReceived, &job.tenant_id).await;
        let trace = delivery.traceparent();
        let running = match self.runs.admit(&job.run_id, delivery) {
            OfRun::Begins(running) => running,
            OfRun::Needless(delivery) => {
                tracing::info!("the run goes on here already: the job that came again is not needed");
                return note_failure("acknowledging a job", delivery.ack().await);
            }
            OfRun::Adopted => {
                return tracing::info!("the run goes on here already: its job came again and is kept for it");
            }
        };
        // In a task of its own, so that the job of a run that panics can still be given back.
        let run = {
            let (this, job) = (Arc::clone(&self), job.clone());
            AbortOnDropHandle::new(tokio::spawn(
                async move { this.runner.run(&job).await }.in_current_span(),
            ))
        };
        let ended = run.await;
        let Some(delivery) = running.end() else { return };
        let disposition = match ended {
            Ok(disposition) => disposition,
            Err(error) => {
                tracing::error!(%error, "the run crashed: its job is given back");
                return note_failure("giving a job back", delivery.requeue().await);
            }
        };
        match disposition {
            Disposition::Done => {
                fail_point::pass(FailPoint::OutcomeReceived, &job.tenant_id).await;
                note_failure("acknowledging a job", delivery.ack().await);
                fail_point::pass(FailPoint::JobAcknowledged, &job.tenant_id).await;
            }
            Disposition::Park => {
                let later = Message::delayed(Delay::Park, lane, &job).with_traceparent(trace);
                self.send_on(delivery, later).await;
            }
            Disposition::Reject(reason) => {
                tracing::error!(reason, "a job is refused: it goes to the dead letters");
                let dead = Message::dead(&delivery, reason);
                self.send_on(delivery, dead).await;
            }
            Disposition::Retry(delay) => {
                let next = Job {
                    attempt: job.attempt.max(1).saturating_add(1),
                    ..job
                };
                let later = Message::delayed(delay, lane, &next).with_traceparent(trace);
                self.send_on(delivery, later).await;
            }
        }
    }

    /// Replaces a delivery by another message. Between the two steps both exist, which does no harm.
    async fn send_on(&self, delivery: Delivery, message: Message) {
        match self.publisher.publish(&message).await {
            Ok(()) => note_failure("acknowledging a job", delivery.ack().await),
            Err(error) => {
                tracing::warn!(
                    error = chain(&error),
                    "a job could not be sent on: it is given back"
                );
                note_failure("giving a job back", delivery.requeue().await);
            }
        }
    }
}

/// What a job asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Work<'j> {
    Run,
    Test(&'j ConnectionTest),
    Nothing,
}

impl<'j> Work<'j> {
    fn of(job: &'j Job) -> Self {
        match (&job.test, job.run_id.as_str()) {
            (Some(test), _) => Self::Test(test),
            (None, "") => Self::Nothing,
            (None, _) => Self::Run,
        }
    }
}

fn span_of(work: Work<'_>, job: &Job, lane: Lane) -> Span {
    match work {
        Work::Test(test) => tracing::info_span!(
            "connection test",
            otel.kind = "consumer",
            tenant.id = job.tenant_id,
            test.id = test.test_id,
            lane = lane.as_str(),
        ),
        Work::Run | Work::Nothing => tracing::info_span!(
            "run",
            otel.kind = "consumer",
            tenant.id = job.tenant_id,
            run.id = job.run_id,
            attempt = job.attempt,
            lane = lane.as_str(),
            fence = Empty,
        ),
    }
}

/// The broker hands the job out again, and BeginRun tells whoever gets it that it is done.
fn note_failure(what: &str, result: Result<(), AmqpError>) {
    if let Err(error) = result {
        tracing::warn!(error = chain(&error), "{what} failed");
    }
}

fn note_end(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "settling a job crashed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_asks_for_a_run_or_for_a_connection_test_or_is_none() {
        let run = Job {
            run_id: "r".to_owned(),
            ..Job::default()
        };
        let test = Job {
            test: Some(ConnectionTest::default()),
            ..Job::default()
        };
        assert_eq!(Work::of(&run), Work::Run);
        assert_eq!(Work::of(&test), Work::Test(&ConnectionTest::default()));
        assert_eq!(Work::of(&Job::default()), Work::Nothing);
    }
}
