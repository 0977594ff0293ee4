use std::io;

use super::{BROKER, Cause, DATABASE, Part, State, part_of};
use crate::amqp::AmqpError;

fn part() -> Part {
    Part::new("it is away", "it is back")
}

fn failures(part: &Part) -> Option<u64> {
    match &*part.state.lock().expect("the state") {
        State::Down { failures, .. } => Some(*failures),
        State::Up { .. } => None,
    }
}

#[test]
fn failures_count_towards_the_outage_that_is_on() {
    let part = part();
    part.suspect(&io::Error::other("reset"));
    assert_eq!(failures(&part), None, "a suspicion is no outage yet");
    part.is_away(&Cause::no_answer("refused"));
    part.suspect(&io::Error::other("reset"));
    part.is_away(&Cause::no_answer("refused again"));
    part.suspect(&io::Error::other("reset"));
    assert_eq!(failures(&part), Some(2));
    assert!(part.is_down());
    part.answers();
    assert!(!part.is_down());
}

#[tokio::test]
async fn a_suspicion_has_the_part_checked_at_once_and_only_once() {
    let part = part();
    part.suspect(&io::Error::other("reset"));
    part.suspect(&io::Error::other("reset"));
    part.suspected().await;
    let again = tokio::time::timeout(std::time::Duration::ZERO, part.suspected()).await;
    assert!(again.is_err(), "one suspicion, one check");
    part.answers();
    part.suspect(&io::Error::other("reset"));
    part.suspected().await;
}

#[test]
fn a_lost_connection_is_an_outage_and_a_wrong_statement_is_none() {
    let found = |error: sqlx::Error| part_of(&error).map(std::ptr::from_ref);
    assert_eq!(
        found(sqlx::Error::Io(io::Error::other("reset"))),
        Some(std::ptr::from_ref(&DATABASE))
    );
    assert_eq!(
        found(sqlx::Error::PoolTimedOut),
        Some(std::ptr::from_ref(&DATABASE))
    );
    assert_eq!(found(sqlx::Error::RowNotFound), None);
    assert_eq!(
        part_of(&AmqpError::Away).map(std::ptr::from_ref),
        Some(std::ptr::from_ref(&BROKER))
    );
    assert!(part_of(&AmqpError::Refused).is_none());
    assert!(part_of(&io::Error::other("something else")).is_none());
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read")]
struct Wrapped(#[source] sqlx::Error);

#[test]
fn an_outage_is_found_behind_the_operation_that_met_it() {
    let error = Wrapped(sqlx::Error::PoolClosed);
    assert!(part_of(&error).is_some());
}
