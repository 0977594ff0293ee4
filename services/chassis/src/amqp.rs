//! RabbitMQ: one topology, publishers that know what arrived, consumers that survive the broker.
//!
//! A [`Broker`] keeps one connection, and makes another when it breaks; publishers and consumers open their channels on
//! whichever there is. Nothing waits without an end: the client library has no time-outs of its own, and its own
//! recovery was seen to hang when a broker takes a connection and drops it, so neither is relied upon.

mod broker;
mod consumer;
mod fault;
mod message;
mod probe;
mod publisher;
pub mod succession;
pub mod topology;

use std::{io, path::PathBuf, time::Duration};

pub use broker::Broker;
pub use consumer::{Consumer, Delivery};
pub use fault::Fault;
pub use message::{JobError, Message, SCHEMA_VERSION, decode_job};
pub use probe::Probe;
pub use publisher::Publisher;
pub use topology::{Delay, Lane};

use crate::status::ApiError;

/// How long one exchange of words with the broker may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why the broker did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum AmqpError {
    /// The URL is none. Its text is not shown: it holds the password.
    #[error("amqp.url is not an AMQP URL")]
    Url,
    /// The authority's certificate could not be read.
    #[error("cannot read amqp.ca_file {}", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There was no connection for the whole of the time-out.
    #[error("there is no connection to the broker")]
    Away,
    /// The broker did not answer in time.
    #[error("{0}: the broker did not answer in time")]
    TimedOut(&'static str),
    /// The message has no queue to go to.
    #[error("no queue takes messages of exchange {exchange} with key “{routing_key}”")]
    Unroutable {
        /// The exchange.
        exchange: String,
        /// The routing key.
        routing_key: String,
    },
    /// A queue exists with other arguments.
    #[error(
        "queue {queue} exists with other arguments than this release declares; ARCHITECTURE.md says how to replace it: {told}"
    )]
    Queue {
        /// Its name.
        queue: String,
        /// The broker's words.
        told: String,
    },
    /// A queue would not take the message.
    #[error("the broker refused the message")]
    Refused,
    /// The connection or channel broke, or the broker refused an operation.
    #[error("{what} failed")]
    Broken {
        /// What was attempted.
        what: &'static str,
        /// Why it failed.
        #[source]
        source: Fault,
    },
}

impl From<AmqpError> for ApiError {
    fn from(error: AmqpError) -> Self {
        Self::unavailable("the broker", &error)
    }
}

/// Gives an operation its time-out and its name.
async fn within<T>(
    what: &'static str,
    operation: impl Future<Output = lapin::Result<T>>,
) -> Result<T, AmqpError> {
    match tokio::time::timeout(TIMEOUT, operation).await {
        Ok(result) => result.map_err(|error| AmqpError::Broken {
            what,
            source: error.into(),
        }),
        Err(_) => Err(AmqpError::TimedOut(what)),
    }
}
