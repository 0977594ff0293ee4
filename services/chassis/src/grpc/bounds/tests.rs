use std::sync::Arc;

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{Caller, Kind, Place, Places};
use crate::config::ServerConfig;

fn caller(name: &str) -> Caller {
    Caller::named(name)
}

fn places() -> Arc<Places> {
    let mut config = ServerConfig::plaintext(([127, 0, 0, 1], 0).into());
    (config.max_calls, config.max_calls_per_caller) = (5, 2);
    (config.max_streams, config.max_streams_per_caller) = (4, 3);
    Arc::new(Places::new(&config))
}

fn taken(places: &Arc<Places>, name: &str, kind: Kind) -> Vec<Place> {
    std::iter::from_fn(|| places.admit(caller(name), kind).ok()).collect()
}

fn refusal(places: &Arc<Places>, name: &str, kind: Kind) -> Status {
    places.admit(caller(name), kind).expect_err("no place")
}

#[test]
fn one_caller_never_takes_the_places_of_another_nor_streams_those_of_calls() {
    let places = places();
    let streams = taken(&places, "a", Kind::Stream);
    assert_eq!(streams.len(), 3);
    assert_eq!(
        taken(&places, "b", Kind::Stream).len(),
        1,
        "the rest is another's"
    );
    assert_eq!(taken(&places, "a", Kind::Unary).len(), 2, "calls have their own");
    assert!(!taken(&places, "a", Kind::Check).is_empty());
    assert_eq!(taken(&places, "a", Kind::Upload).len(), 4);
}

#[test]
fn a_refusal_names_the_bound_and_its_setting_and_says_when_to_try_again() {
    let places = places();
    let _streams = taken(&places, "a", Kind::Stream);
    let status = refusal(&places, "a", Kind::Stream);
    assert_eq!(status.code(), Code::ResourceExhausted);
    let info = status.get_details_error_info().expect("an ErrorInfo");
    assert_eq!(info.reason, "CALLER_LIMIT");
    assert_eq!(info.metadata["setting"], "server.max_streams_per_caller");
    assert!(
        status.message().contains("3 streams open"),
        "{}",
        status.message()
    );
    assert!(
        status
            .get_details_retry_info()
            .expect("a RetryInfo")
            .retry_delay
            .is_some()
    );

    let _other = taken(&places, "b", Kind::Stream);
    let status = refusal(&places, "c", Kind::Stream);
    assert_eq!(
        status.get_details_error_info().expect("an ErrorInfo").reason,
        "SERVER_LIMIT"
    );
}

#[test]
fn a_place_is_given_back_and_a_caller_without_calls_is_forgotten() {
    let places = places();
    for _ in 0..10 {
        assert_eq!(taken(&places, "a", Kind::Stream).len(), 3);
    }
    assert_eq!(places.callers(), 0);
}
