//! RabbitMQ: one topology, publishers that know what arrived, consumers that survive the broker.
//!
//! A [`Broker`] keeps one connection, and makes another when it breaks; publishers and consumers open their channels on
//! whichever there is. Nothing waits without an end: the client library has no time-outs of its own, and its own
//! recovery was seen to hang when a broker takes a connection and drops it, so neither is relied upon.

mod broker;
mod channel;
mod connection;
mod consumer;
mod declared;
mod delivery;
mod dial;
mod job;
mod message;
mod probe;
mod publisher;
mod subscription;
pub mod succession;
mod target;
pub mod topology;

use std::time::Duration;

pub use broker::Broker;
pub use consumer::Consumer;
pub use delivery::Delivery;
pub use job::{JobError, SCHEMA_VERSION, VerifiedJob, decode_job, sign_job, verify_job};
pub use message::Message;
pub use probe::Probe;
pub use publisher::Publisher;
pub use topology::{Delay, Lane};

pub use crate::amqp_error::{AmqpError, Fault};
use crate::{config::AmqpConfig, status::ApiError};

/// Time that one exchange of words with the broker may take.
const TIMEOUT: Duration = Duration::from_secs(10);

impl From<AmqpError> for ApiError {
    fn from(error: AmqpError) -> Self {
        Self::unavailable("the broker", &error)
    }
}

/// Connects once, whether the topology is declared or not: for a command, or a check of the configuration. `name` is what
/// the broker's operator sees.
pub async fn connect(config: &AmqpConfig, name: &str) -> Result<lapin::Connection, AmqpError> {
    target::Target::new(config, name)?.connect().await
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
