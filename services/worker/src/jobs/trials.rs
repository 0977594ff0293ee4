//! Connection tests beside the runs: they come by a lane of runs, and take none of its slots.
//!
//! A host that answers nothing keeps a test for minutes, and anybody can have many of those tested. So tests have
//! places of their own. One that finds none waits outside, as a message, for as long as somebody waits for it.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use rollcall_proto::v1::{ConnectionTest, Job};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

use crate::connection_test::{Tester, is_expired};

/// How long those under way may go on when the process ends: less than it drains, so that each is still told its end.
const GRACE: Duration = Duration::from_secs(10);

/// Does connection tests, so many at once.
pub(super) struct Trials {
    tester: Arc<Tester>,
    places: Arc<Semaphore>,
    under_way: TaskTracker,
    interrupted: CancellationToken,
}

/// What becomes of a test.
#[derive(Debug)]
pub(super) enum Admission {
    /// It can begin.
    Place(OwnedSemaphorePermit),
    /// All places are taken.
    Later,
    /// Nobody waits for it any more.
    TooLate,
}

impl Trials {
    /// At most `places` at once.
    pub(super) fn new(tester: Tester, places: u16) -> Self {
        Self {
            tester: Arc::new(tester),
            places: Arc::new(Semaphore::new(places.into())),
            under_way: TaskTracker::new(),
            interrupted: CancellationToken::new(),
        }
    }

    /// Whether a test can begin.
    pub(super) fn admit(&self, test: &ConnectionTest, now: Timestamp) -> Admission {
        admit(&self.places, test, now)
    }

    /// Begins a test, whose job was acknowledged.
    pub(super) fn begin(&self, job: Job, place: OwnedSemaphorePermit) {
        let (tester, interrupted) = (Arc::clone(&self.tester), self.interrupted.clone());
        let test = async move {
            tester.run(&job, &interrupted).await;
            drop(place);
        };
        self.under_way.spawn(test.in_current_span());
    }

    /// Waits for those that began, and interrupts those that take long.
    pub(super) async fn end(&self) {
        end(&self.under_way, &self.interrupted).await;
    }
}

async fn end(under_way: &TaskTracker, interrupted: &CancellationToken) {
    under_way.close();
    if timeout(GRACE, under_way.wait()).await.is_err() {
        interrupted.cancel();
        under_way.wait().await;
    }
}

fn admit(places: &Arc<Semaphore>, test: &ConnectionTest, now: Timestamp) -> Admission {
    if is_expired(test, now) {
        return Admission::TooLate;
    }
    Arc::clone(places)
        .try_acquire_owned()
        .map_or(Admission::Later, Admission::Place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_begins_waits_for_a_place_or_comes_too_late() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let end = prost_types::Timestamp {
            seconds: 100,
            nanos: 0,
        };
        let test = ConnectionTest {
            expire_time: Some(end),
            ..ConnectionTest::default()
        };
        let places = Arc::new(Semaphore::new(1));
        let first = admit(&places, &test, at(99));
        assert!(matches!(first, Admission::Place(_)), "{first:?}");
        assert!(matches!(admit(&places, &test, at(99)), Admission::Later));
        assert!(matches!(admit(&places, &test, at(100)), Admission::TooLate));
        drop(first);
        assert!(matches!(admit(&places, &test, at(99)), Admission::Place(_)));
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
