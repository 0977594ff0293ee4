//! Distinguishes an outage from a statement or message that fails by itself.

use std::error::Error;

use super::{BROKER, DATABASE, Part};
use crate::{amqp_error::AmqpError, lifecycle::chain};

/// Classes and codes of SQLSTATE by which PostgreSQL ends or refuses a connection: connection exceptions, no
/// connection left, operator intervention (shut down, starting up), and a primary that has become a standby.
const AWAY: [&str; 4] = ["08", "53300", "57P0", "25006"];

/// The part whose outage this error may be, found anywhere among its causes.
pub fn part_of(error: &(dyn Error + 'static)) -> Option<&'static Part> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<sqlx::Error>() {
            return is_database_away(error).then_some(&DATABASE);
        }
        if let Some(error) = error.downcast_ref::<AmqpError>() {
            return is_broker_away(error).then_some(&BROKER);
        }
        next = error.source();
    }
    None
}

/// The error and its causes, for a person. sqlx names its own modules where a connection ends in the middle of an answer.
pub(super) fn words(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Protocol(_)) => "the connection ended before the database had answered".to_owned(),
        _ => chain(error),
    }
}

fn is_database_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| AWAY.iter().any(|away| code.starts_with(away))),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

fn is_broker_away(error: &AmqpError) -> bool {
    match error {
        AmqpError::Away | AmqpError::TimedOut(_) => true,
        AmqpError::Broken { source, .. } => source.is_lost(),
        AmqpError::Url
        | AmqpError::Certificates(_)
        | AmqpError::Undeclared(_)
        | AmqpError::Unroutable { .. }
        | AmqpError::Queue { .. }
        | AmqpError::Refused => false,
    }
}
