use std::sync::Mutex;

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use rollcall_proto::v1::Counts;
use rollcall_terms::Refusal;

use super::*;
use rollcall_proto::v1::RunState;

const LIMITS: Limits = Limits {
    reread: Duration::from_secs(5),
    idle: Duration::from_mins(10),
    lifetime: Duration::from_hours(1),
};

/// A run that is whatever the test says.
struct Stub(Mutex<Option<Run>>);

impl Stub {
    fn new(run: Run) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(run))))
    }

    fn set(&self, run: Run) {
        *self.0.lock().unwrap() = Some(run);
    }
}

impl ReadRun for Stub {
    async fn read(&self, _run: &RunKey) -> Result<Run, ApiError> {
        self.0
            .lock()
            .unwrap()
            .clone()
            .ok_or_else(|| ApiError::new(Refusal::NoRun, "none"))
    }
}

fn key() -> RunKey {
    RunKey {
        tenant_id: "acme".into(),
        run_id: Uuid::from_u128(1),
    }
}

fn run(state: RunState, objects: u64) -> Run {
    Run {
        state: state.into(),
        counts: Some(Counts {
            objects,
            ..Counts::default()
        }),
        ..Run::default()
    }
}

async fn watched(
    stub: &Arc<Stub>,
    changes: &Changes,
    ended: &CancellationToken,
) -> std::pin::Pin<Box<dyn Stream<Item = Result<Run, ApiError>> + Send>> {
    Box::pin(
        watch(Arc::clone(stub), key(), changes, LIMITS, ended.clone())
            .await
            .unwrap(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_over_is_shown_once() {
    let (changes, ended) = (Changes::default(), CancellationToken::new());
    for state in [
        RunState::Succeeded,
        RunState::Held,
        RunState::Failed,
        RunState::Cancelled,
    ] {
        let stub = Stub::new(run(state, 1));
        let shown: Vec<Run> = watched(&stub, &changes, &ended)
            .await
            .try_collect()
            .await
            .unwrap();
        assert_eq!(shown, [run(state, 1)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_was_reported_is_shown_at_once() {
    let (changes, ended) = (Changes::default(), CancellationToken::new());
    let stub = Stub::new(run(RunState::Queued, 0));
    let mut stream = watched(&stub, &changes, &ended).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), run(RunState::Queued, 0));
    let before = Instant::now();
    stub.set(run(RunState::Running, 7));
    changes.notify(&key());
    assert_eq!(stream.next().await.unwrap().unwrap(), run(RunState::Running, 7));
    assert!(before.elapsed() <= SPACING, "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_change_that_was_not_reported_is_found_all_the_same() {
    let (changes, ended) = (Changes::default(), CancellationToken::new());
    let stub = Stub::new(run(RunState::Running, 0));
    let mut stream = watched(&stub, &changes, &ended).await;
    stream.next().await.unwrap().unwrap();
    let before = Instant::now();
    stub.set(run(RunState::Succeeded, 7));
    assert_eq!(stream.next().await.unwrap().unwrap(), run(RunState::Succeeded, 7));
    assert!(before.elapsed() <= LIMITS.reread, "{:?}", before.elapsed());
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_report_without_a_change_is_not_shown_again() {
    let (changes, ended) = (Changes::default(), CancellationToken::new());
    let stub = Stub::new(run(RunState::Running, 3));
    let mut stream = watched(&stub, &changes, &ended).await;
    stream.next().await.unwrap().unwrap();
    changes.notify(&key());
    assert!(
        tokio::time::timeout(Duration::from_mins(1), stream.next())
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn a_watch_without_changes_ends_and_says_so() {
    let (changes, ended) = (Changes::default(), CancellationToken::new());
    let stub = Stub::new(run(RunState::Queued, 0));
    let mut stream = watched(&stub, &changes, &ended).await;
    let before = Instant::now();
    stream.next().await.unwrap().unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.refusal(), Refusal::WatchTooLong);
    assert!(before.elapsed() >= LIMITS.idle);
}

#[tokio::test(start_paused = true)]
async fn a_draining_service_sends_its_watchers_elsewhere() {
    let (changes, ended) = (Changes::default(), CancellationToken::new());
    let stub = Stub::new(run(RunState::Queued, 0));
    let mut stream = watched(&stub, &changes, &ended).await;
    stream.next().await.unwrap().unwrap();
    ended.cancel();
    assert_eq!(
        stream.next().await.unwrap().unwrap_err().refusal(),
        Refusal::WatchEnded
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_run_cannot_be_watched() {
    let stub = Arc::new(Stub(Mutex::new(None)));
    let watching = watch(stub, key(), &Changes::default(), LIMITS, CancellationToken::new()).await;
    assert_eq!(watching.err().map(|error| error.refusal()), Some(Refusal::NoRun));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_a_watch_whose_client_went_away() {
    let (changes, ended) = (Changes::default(), CancellationToken::new());
    let stub = Stub::new(run(RunState::Running, 3));
    let mut stream = watched(&stub, &changes, &ended).await;
    stream.next().await.unwrap().unwrap();
    assert!(stream.next().now_or_never().is_none());
    drop(stream);
    assert_eq!((Arc::strong_count(&stub), changes.watchers()), (1, 0));
}
