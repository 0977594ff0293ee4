use std::{pin::pin, time::Duration};

use futures::{Stream, StreamExt as _};
use rollcall_chassis::{grpc::Caller, status::ApiError};
use rollcall_proto::v1::{TestConnectionResponse, TestStep, TestStepKind};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Patience, Waiting};
use crate::connection_test::{
    desk::{Desk, Report},
    places::{MostTests, Places},
};

const TEST: Uuid = Uuid::from_u128(1);
const PATIENCE: Patience = Patience {
    first: Duration::from_mins(1),
    whole: Duration::from_mins(3),
};

struct Bench {
    desk: Desk,
    queue: watch::Sender<Option<String>>,
    ended: CancellationToken,
    places: Places,
}

impl Bench {
    fn new() -> Self {
        Self {
            desk: Desk::default(),
            queue: watch::Sender::new(Some("q1".to_owned())),
            ended: CancellationToken::new(),
            places: Places::new(MostTests {
                all: 1,
                caller: 1,
                tenant: 1,
            }),
        }
    }

    fn begin(&self) -> impl Stream<Item = Result<TestConnectionResponse, ApiError>> + use<> {
        Waiting {
            reports: self.desk.wait_for(TEST),
            reply_to: "q1".to_owned(),
            queue: self.queue.subscribe(),
            ended: self.ended.clone(),
            patience: PATIENCE,
            _place: self.places.take(Caller::named("portal"), None).unwrap(),
        }
        .into_steps()
    }

    fn report(&self, kind: TestStepKind) {
        let mut step = TestStep::default();
        step.set_kind(kind);
        self.desk.pass_on(TEST, Report::Step(Box::new(step)));
    }
}

fn kind(step: Option<Result<TestConnectionResponse, ApiError>>) -> TestStepKind {
    step.unwrap().unwrap().step.unwrap().kind()
}

fn reason(step: Option<Result<TestConnectionResponse, ApiError>>) -> &'static str {
    step.unwrap().unwrap_err().refusal().as_str()
}

#[tokio::test(start_paused = true)]
async fn steps_come_in_their_order_and_the_stream_ends_with_the_test() {
    let bench = Bench::new();
    let mut steps = pin!(bench.begin());
    bench.report(TestStepKind::Resolve);
    bench.report(TestStepKind::Connect);
    bench.desk.pass_on(TEST, Report::Over);
    assert_eq!(kind(steps.next().await), TestStepKind::Resolve);
    assert_eq!(kind(steps.next().await), TestStepKind::Connect);
    assert!(steps.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_test_that_no_worker_takes_ends_after_a_minute() {
    let bench = Bench::new();
    let before = Instant::now();
    assert_eq!(reason(pin!(bench.begin()).next().await), "NO_WORKER");
    assert_eq!(before.elapsed(), PATIENCE.first);
}

#[tokio::test(start_paused = true)]
async fn a_test_that_goes_on_and_on_ends_after_three_minutes() {
    let bench = Bench::new();
    let before = Instant::now();
    let mut steps = pin!(bench.begin());
    bench.report(TestStepKind::Resolve);
    assert_eq!(kind(steps.next().await), TestStepKind::Resolve);
    assert_eq!(reason(steps.next().await), "TEST_OVERDUE");
    assert_eq!(before.elapsed(), PATIENCE.whole);
}

#[tokio::test(start_paused = true)]
async fn a_test_ends_when_its_queue_is_gone_after_what_was_heard_before() {
    let bench = Bench::new();
    let mut steps = pin!(bench.begin());
    bench.report(TestStepKind::Resolve);
    bench.queue.send_replace(None);
    bench.queue.send_replace(Some("q2".to_owned()));
    assert_eq!(kind(steps.next().await), TestStepKind::Resolve);
    assert_eq!(reason(steps.next().await), "UNAVAILABLE");
}

#[tokio::test(start_paused = true)]
async fn a_test_does_not_hold_up_a_process_that_drains() {
    let bench = Bench::new();
    let mut steps = pin!(bench.begin());
    bench.ended.cancel();
    assert_eq!(reason(steps.next().await), "UNAVAILABLE");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_leaves_its_place_to_another() {
    let bench = Bench::new();
    let steps = bench.begin();
    let take = || bench.places.take(Caller::named("other"), None);
    assert!(take().is_err());
    drop(steps);
    assert!(take().is_ok());
}
