//! Connection tests, on a queue and in places of their own.
//!
//! Runs never keep a test waiting, and tests never keep a run waiting. A worker takes a test only once it has a place
//! for it, so that another worker's free place is used first. A test begins once, whatever becomes of its message:
//! reconcile admits it, and its job is acknowledged before its first step. Done again, it would bind again, perhaps after
//! its caller has gone.

use std::{sync::Arc, time::Duration};

use rollcall_chassis::{
    amqp::{Broker, Delivery, JobError, Message, Publisher, VerifiedJob, topology::TESTS},
    signing::VerifyingKeys,
    telemetry,
};
use rollcall_proto::internal::v1::{BeginTestRequest, BeginTestResponse, BeginTestStatus, ConnectionTest};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

use super::{Refused, note_failure, send_on};
use crate::{
    connection_test::{Order, Tester},
    metrics::Metrics,
    reconcile::{self, CallError},
};

/// Time that running tests may continue when the process ends. It is less than the drain, so that each still reports
/// its end.
const GRACE: Duration = Duration::from_secs(10);
/// Pause before a test is given back because reconcile did not answer.
const GIVE_BACK_AFTER: Duration = Duration::from_secs(1);

/// Does connection tests, at most so many at once.
pub(crate) struct ConnectionTests {
    tester: Tester,
    publisher: Publisher,
    /// Known by them is a test that the scheduler ordered.
    keys: VerifyingKeys,
    metrics: Metrics,
    places: Arc<Semaphore>,
    under_way: TaskTracker,
    interrupted: CancellationToken,
}

impl ConnectionTests {
    /// At most `places` at once; what is no test is sent to the dead letters through `publisher`.
    pub(crate) fn new(
        tester: Tester,
        places: u16,
        publisher: Publisher,
        keys: VerifyingKeys,
        metrics: Metrics,
    ) -> Self {
        Self {
            tester,
            publisher,
            keys,
            metrics,
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
        let (job, test) = match read(delivery.job(&self.keys)) {
            Ok(read) => read,
            Err(refused) => return self.refuse(delivery, refused).await,
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
        Box::pin(self.begin(delivery, &job, &test).instrument(span)).await;
    }

    async fn begin(&self, delivery: Delivery, job: &VerifiedJob, test: &ConnectionTest) {
        let begun = self.tester.reconcile.begin_test(request(job, test)).await;
        let begun = match admitted(begun) {
            Ok(begun) => begun,
            Err(NotAdmitted::Refused(refused)) => return self.refuse(delivery, refused).await,
            Err(NotAdmitted::Unanswered(error)) => {
                reconcile::report(&error, "a connection test cannot begin: it is given back");
                sleep(GIVE_BACK_AFTER).await;
                return note_failure("a job could not be given back", delivery.requeue().await);
            }
        };
        // A failure: the broker hands the job out again, and its test has begun. Its caller hears nothing and is told so.
        if let Err(error) = delivery.ack().await {
            return note_failure("a job could not be acknowledged", Err(error));
        }
        let order = Order {
            tenant_id: &job.tenant_id,
            test,
            stored: begun.credential.as_ref(),
            renewed: begun.renewed_credential.as_ref(),
        };
        self.tester.run(order, &self.interrupted).await;
    }

    async fn refuse(&self, delivery: Delivery, refused: Refused) {
        let Refused { reason, word } = refused;
        tracing::error!(
            reason,
            "a connection test is refused: it goes to the dead letters"
        );
        self.metrics.refused(word);
        let dead = Message::dead(&delivery, reason);
        send_on(&self.publisher, delivery, dead).await;
    }
}

/// The job with its test, or why it is none.
fn read(job: Result<VerifiedJob, JobError>) -> Result<(VerifiedJob, ConnectionTest), Refused> {
    let job = job?;
    let test = job
        .test
        .clone()
        .ok_or_else(|| Refused::new("no_test", "it names no connection to test"))?;
    Ok((job, test))
}

fn request(job: &VerifiedJob, test: &ConnectionTest) -> BeginTestRequest {
    let tenant_id = match test.credential_generation {
        0 => String::new(),
        _ => job.tenant_id.clone(),
    };
    BeginTestRequest {
        test_id: test.test_id.clone(),
        expire_time: test.expire_time,
        tenant_id,
        credential_generation: test.credential_generation,
    }
}

enum NotAdmitted {
    Refused(Refused),
    /// A service of ours is away.
    Unanswered(CallError),
}

/// The answer about a test that may begin, with the stored credential if one is tested.
fn admitted(begun: Result<BeginTestResponse, CallError>) -> Result<BeginTestResponse, NotAdmitted> {
    let refused = |word, reason| Err(NotAdmitted::Refused(Refused::new(word, reason)));
    let begun = match begun {
        Ok(begun) => begun,
        Err(CallError::Refused(why)) => return refused("malformed_test", &why),
        Err(error) => return Err(NotAdmitted::Unanswered(error)),
    };
    match begun.status() {
        BeginTestStatus::Started => Ok(begun),
        BeginTestStatus::Repeated => refused("repeated_test", "the test has begun before"),
        BeginTestStatus::Expired => refused(
            "expired_test",
            "the time in which the test may begin is over, or too far ahead",
        ),
        BeginTestStatus::Unspecified => {
            refused("malformed_test", "reconcile does not say if the test may begin")
        }
    }
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
    use super::*;

    #[test]
    fn what_is_no_job_is_refused_with_the_reason() {
        let error = read(Err(JobError::UnknownVersion(9))).expect_err("no job");
        assert!(error.reason.contains("version 9"), "{error:?}");
    }

    #[test]
    fn a_test_that_has_begun_or_whose_time_is_over_does_not_begin() {
        for (status, word) in [
            (BeginTestStatus::Repeated, "repeated_test"),
            (BeginTestStatus::Expired, "expired_test"),
            (BeginTestStatus::Unspecified, "malformed_test"),
        ] {
            let answer = BeginTestResponse {
                status: status.into(),
                ..BeginTestResponse::default()
            };
            assert!(
                matches!(admitted(Ok(answer)), Err(NotAdmitted::Refused(refused)) if refused.word == word),
                "{status:?}"
            );
        }
        let started = BeginTestResponse {
            status: BeginTestStatus::Started.into(),
            ..BeginTestResponse::default()
        };
        assert!(admitted(Ok(started)).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_end_a_test_may_go_on_for_a_while_and_is_interrupted_then() {
        let (under_way, interrupted) = (TaskTracker::new(), CancellationToken::new());
        under_way.spawn(sleep(GRACE / 2));
        end(&under_way, &interrupted).await;
        assert!(!interrupted.is_cancelled());
        under_way.spawn(interrupted.clone().cancelled_owned());
        end(&under_way, &interrupted).await;
        assert!(interrupted.is_cancelled());
    }
}
