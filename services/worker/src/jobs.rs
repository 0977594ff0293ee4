//! Takes jobs from the lanes, and settles each by what its run came to.
//!
//! The job of a run is acknowledged after its effect, never before: whatever ends this process brings the job to another.
//! While reconcile is away nothing is taken.

mod connection_tests;
mod running;

use std::sync::Arc;

use rollcall_chassis::{
    amqp::{AmqpError, Broker, Delay, Delivery, Lane, Message, Publisher},
    fail_point::{self, FailPoint},
    lifecycle::chain,
    telemetry,
};
use rollcall_proto::v1::Job;
use tokio::{sync::watch, task::JoinSet};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::{Instrument as _, Span, field::Empty};

use crate::run::{Disposition, Runner};
pub use connection_tests::ConnectionTests;
use running::{Admission, Runs};

/// What every lane shares.
pub struct Jobs {
    runner: Arc<Runner>,
    publisher: Publisher,
    /// Runs that go on in this process. None is begun beside itself.
    runs: Runs<Delivery>,
}

impl Jobs {
    /// Does runs with `runner`, and sends on what is to be tried later.
    pub fn new(runner: Arc<Runner>, publisher: Publisher) -> Self {
        Self {
            runner,
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
        if job.run_id.is_empty() {
            let reason = "it names no run";
            tracing::error!(reason, "a job is refused: it goes to the dead letters");
            let dead = Message::dead(&delivery, reason);
            return self.send_on(delivery, dead).await;
        }
        let span = span_of(&job, lane);
        if let Some(parent) = delivery.traceparent() {
            telemetry::set_parent(&span, &parent);
        }
        self.settle_run(delivery, job, lane).instrument(span).await;
    }

    async fn settle_run(self: Arc<Self>, delivery: Delivery, job: Job, lane: Lane) {
        fail_point::pass(FailPoint::JobReceived, &job.tenant_id).await;
        let trace = delivery.traceparent();
        let running = match self.runs.admit(&job.run_id, delivery) {
            Admission::Begins(running) => running,
            Admission::Needless(delivery) => {
                tracing::info!("the run goes on here already: the job that came again is not needed");
                return note_failure("acknowledging a job", delivery.ack().await);
            }
            Admission::Adopted => {
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

    async fn send_on(&self, delivery: Delivery, message: Message) {
        send_on(&self.publisher, delivery, message).await;
    }
}

/// Replaces a delivery by another message. Between the two steps both exist, which does no harm.
async fn send_on(publisher: &Publisher, delivery: Delivery, message: Message) {
    match publisher.publish(&message).await {
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

fn span_of(job: &Job, lane: Lane) -> Span {
    tracing::info_span!(
        "run",
        otel.kind = "consumer",
        tenant.id = job.tenant_id,
        run.id = job.run_id,
        attempt = job.attempt,
        lane = lane.as_str(),
        fence = Empty,
    )
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
