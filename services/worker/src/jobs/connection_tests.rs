//! Connection tests, on a queue and in places of their own.
//!
//! Runs never keep a test waiting, and tests never keep a run waiting. A worker takes a test only once it has a place
//! for it, so that another worker's free place is used first. The job is acknowledged before the test begins: done
//! again, it would bind again, perhaps after its caller has gone.

use std::{sync::Arc, time::Duration};

use rollcall_chassis::{
    amqp::{Broker, Delivery, Message, Publisher, topology::TESTS},
    lifecycle::chain,
    telemetry,
};
use rollcall_proto::internal::v1::{ConnectionTest, Job};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

use super::{note_failure, send_on};
use crate::connection_test::Tester;

/// Time that running tests may continue when the process ends. It is less than the drain, so that each still reports
/// its end.
const GRACE: Duration = Duration::from_secs(10);

/// Does connection tests, at most so many at once.
pub(crate) struct ConnectionTests {
    tester: Tester,
    publisher: Publisher,
    places: Arc<Semaphore>,
    under_way: TaskTracker,
    interrupted: CancellationToken,
}

impl ConnectionTests {
    /// At most `places` at once; what is no test is sent to the dead letters through `publisher`.
    pub(crate) fn new(tester: Tester, places: u16, publisher: Publisher) -> Self {
        Self {
            tester,
            publisher,
            places: Arc::new(Semaphore::new(places.into())),
            under_way: TaskTracker::new(),
            interrupted: CancellationToken::new(),
        }
    }

    /// Takes tests until `ending`. While reconcile is away none is taken: it counts their binds.
    pub(crate) async fn work(
        self: Arc<Self>,
        broker: Broker,
        mut reconcile_serves: watch::Receiver<bool>,
        ending: CancellationToken,
    ) {
        let mut consumer = broker.consumer(TESTS, 1);
        let mut place = None;
        loop {
            let serves = *reconcile_serves.borrow_and_update();
            if place.is_none() {
                place = Arc::clone(&self.places).try_acquire_owned().ok();
            }
            if !serves || place.is_none() {
                consumer.stop().await;
            }
            tokio::select! {
                biased;
                () = ending.cancelled() => break,
                changed = reconcile_serves.changed() => if changed.is_err() { break },
                freed = Arc::clone(&self.places).acquire_owned(), if place.is_none() => place = freed.ok(),
                delivery = consumer.next(), if serves && place.is_some() => {
                    if let Some(place) = place.take() {
                        self.under_way.spawn(Arc::clone(&self).do_test(delivery, place));
                    }
                }
            }
        }
        consumer.stop().await;
        end(&self.under_way, &self.interrupted).await;
    }

    async fn do_test(self: Arc<Self>, delivery: Delivery, _place: OwnedSemaphorePermit) {
        let (job, test) = match read(delivery.job()) {
            Ok(read) => read,
            Err(reason) => {
                tracing::error!(
                    reason,
                    "a connection test is refused: it goes to the dead letters"
                );
                let dead = Message::dead(&delivery, reason);
                return send_on(&self.publisher, delivery, dead).await;
            }
        };
        let span = tracing::info_span!(
            "connection test",
            otel.kind = "consumer",
            tenant.id = job.tenant_id,
            test.id = test.test_id,
        );
        if let Some(parent) = delivery.traceparent() {
            telemetry::set_parent(&span, &parent);
        }
        let work = async {
            match delivery.ack().await {
                Ok(()) => self.tester.run(&job, &self.interrupted).await,
                // The broker hands it out again.
                Err(error) => note_failure("a job could not be acknowledged", Err(error)),
            }
        };
        work.instrument(span).await;
    }
}

/// The job with its test, or why it is none.
fn read<E: std::error::Error + 'static>(job: Result<Job, E>) -> Result<(Job, ConnectionTest), String> {
    let job = job.map_err(|error| chain(&error))?;
    let test = job.test.clone().ok_or("it names no connection to test")?;
    Ok((job, test))
}

async fn end(under_way: &TaskTracker, interrupted: &CancellationToken) {
    under_way.close();
    if timeout(GRACE, under_way.wait()).await.is_err() {
        interrupted.cancel();
        under_way.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use rollcall_chassis::amqp::JobError;

    use super::*;

    #[test]
    fn a_job_without_a_connection_to_test_is_refused_with_the_reason() {
        let run = Job {
            run_id: "r".to_owned(),
            ..Job::default()
        };
        assert_eq!(
            read(Ok::<_, JobError>(run)),
            Err("it names no connection to test".to_owned())
        );
        let error = read(Err(JobError::UnknownVersion(9))).expect_err("no job");
        assert!(error.contains("version 9"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_end_a_test_may_go_on_for_a_while_and_is_interrupted_then() {
        let (under_way, interrupted) = (TaskTracker::new(), CancellationToken::new());
        under_way.spawn(tokio::time::sleep(GRACE / 2));
        end(&under_way, &interrupted).await;
        assert!(!interrupted.is_cancelled());
        under_way.spawn(interrupted.clone().cancelled_owned());
        end(&under_way, &interrupted).await;
        assert!(interrupted.is_cancelled());
    }
}
