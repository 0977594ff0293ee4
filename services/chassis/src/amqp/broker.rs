//! The broker, and the publishers and consumers that share its connection.

use tokio::sync::watch;

use super::{
    AmqpError, Consumer, Probe, Publisher,
    connection::{self, Links},
    subscription::Source,
};
use crate::{Lifecycle, config::AmqpConfig};

/// The broker, even while it is away. Clones share one connection, which is closed with the last of them, and of their
/// publishers and consumers.
#[derive(Debug, Clone)]
pub struct Broker {
    links: Links,
}

impl Broker {
    /// Begins to connect, under a name that the broker's operator sees. No connection is used before the topology is
    /// declared.
    pub fn start(config: &AmqpConfig, name: &str, lifecycle: &Lifecycle) -> Result<Self, AmqpError> {
        let links = Links::start(config, name, lifecycle)?;
        Ok(Self { links })
    }

    /// Connects once, declares nothing, and disconnects.
    pub(crate) async fn check(config: &AmqpConfig, name: &str) -> Result<(), AmqpError> {
        connection::check(config, name).await
    }

    /// True if there is a connection now.
    pub fn is_connected(&self) -> bool {
        self.links.is_connected()
    }

    /// Waits until there is a connection, however long that takes.
    pub async fn connected(&self) {
        self.links.connected().await;
    }

    /// A publisher with a channel of its own.
    pub fn publisher(&self) -> Publisher {
        Publisher::new(self.links.clone())
    }

    /// A check that the broker works, to be made repeatedly.
    pub fn probe(&self) -> Probe {
        Probe::new(self.links.clone())
    }

    /// A consumer of a queue, with at most so many deliveries not yet acknowledged.
    pub fn consumer(&self, queue: impl Into<String>, prefetch: u16) -> Consumer {
        Consumer::new(self.links.clone(), Source::Queue(queue.into()), prefetch)
    }

    /// A listener to every event from now on.
    pub fn events(&self, prefetch: u16) -> Consumer {
        Consumer::new(self.links.clone(), Source::Events, prefetch)
    }

    /// A listener to answers, and the queue for them: none while there is no connection, and a new one on the next
    /// connection. Answers on their way at that time are lost.
    pub fn replies(&self, prefetch: u16) -> (Consumer, watch::Receiver<Option<String>>) {
        let (name, receiver) = watch::channel(None);
        let consumer = Consumer::new(self.links.clone(), Source::Replies(name), prefetch);
        (consumer, receiver)
    }
}
