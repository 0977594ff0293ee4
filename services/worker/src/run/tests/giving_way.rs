//! Runs that wait for their directories, when as many others do as may.

use rollcall_chassis::amqp::{Delay, Lane};
use tokio::net::TcpListener;

use super::{
    Disposition,
    scripted::{Answers, Scripted},
};

/// A server whose system accepts connections, and that never says a word.
async fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A worker in which so many runs may be without a slot.
async fn worker(lane: Lane, waiting: u16) -> Scripted {
    Scripted::start(Answers {
        lane,
        waiting,
        ..Answers::default()
    })
    .await
}

#[tokio::test]
async fn a_run_that_cannot_connect_gives_way_before_it_binds_and_that_is_no_attempt() {
    let (_listener, port) = silent().await;
    let scripted = worker(Lane::Scheduled, 0).await;
    assert_eq!(scripted.run_over_tls(port).await, Disposition::GiveWay);
    let failed = scripted.failed().expect("its lease is given back");
    assert_eq!(failed.failure, None);
    assert!(failed.next_attempt_time.is_some(), "it is not over");
}

#[tokio::test]
async fn a_run_whose_password_was_sent_never_gives_way_so_that_it_is_not_sent_again() {
    let (_listener, port) = silent().await;
    let scripted = worker(Lane::Scheduled, 0).await;
    assert_eq!(
        scripted.run(port, 1).await,
        Disposition::RetrySlowly(Delay::Seconds2)
    );
    let failed = scripted.failed().expect("a failure");
    assert_eq!(failed.failure.expect("why").code, "OPERATION_TIMEOUT");
}

#[tokio::test]
async fn a_run_of_the_slow_lane_has_nowhere_to_give_way_to() {
    let (_listener, port) = silent().await;
    let scripted = worker(Lane::Slow, 0).await;
    assert_eq!(
        scripted.run_over_tls(port).await,
        Disposition::RetrySlowly(Delay::Seconds2)
    );
}

#[tokio::test]
async fn with_a_place_to_wait_a_silent_directory_is_waited_for_and_the_next_attempt_is_in_the_slow_lane() {
    let (_listener, port) = silent().await;
    let scripted = worker(Lane::Interactive, 1).await;
    assert_eq!(
        scripted.run_over_tls(port).await,
        Disposition::RetrySlowly(Delay::Seconds2)
    );
    let failed = scripted.failed().expect("a failure");
    assert_eq!(failed.failure.expect("why").code, "CONNECT_TIMEOUT");
}
