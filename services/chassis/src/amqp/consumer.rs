//! Consuming, across broken connections.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::StreamExt as _;
use lapin::{
    options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use tokio::sync::watch;

use super::{AmqpError, Delivery, Fault, channel::Channel, connection::Links, topology, within};
use crate::{lifecycle::chain, outage};

/// The pause after a queue could not be consumed although there is a connection.
const PAUSE: Duration = Duration::from_secs(1);
/// Time to wait for deliveries that were on their way when the consumer stopped.
const TAIL: Duration = Duration::from_secs(1);

/// Source of a consumer.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Queue(String),
    /// A queue of one's own that hears every event, declared again on every connection.
    Events,
    /// A queue of one's own for answers. Its name is announced here while there is one.
    Replies(watch::Sender<Option<String>>),
}

impl Source {
    /// The queue, declared first if it is one's own.
    async fn open(&self, channel: &lapin::Channel) -> Result<String, AmqpError> {
        match self {
            Self::Queue(queue) => Ok(queue.clone()),
            Self::Events => topology::declare_events_queue(channel).await,
            Self::Replies(_) => topology::declare_reply_queue(channel).await,
        }
    }

    /// The queue's name, or its purpose where the broker chooses the name.
    fn name(&self) -> &str {
        match self {
            Self::Queue(queue) => queue,
            Self::Events => "events",
            Self::Replies(_) => "replies",
        }
    }

    /// Publishes the name of the queue that is consumed from now on.
    fn publish_queue(&self, queue: Option<String>) {
        if let Self::Replies(name) = self {
            name.send_replace(queue);
        }
    }
}

/// The source of deliveries on one channel.
#[derive(Debug)]
struct Subscription {
    channel: Channel,
    stream: lapin::Consumer,
}

impl Subscription {
    /// The next message; none after the end. A stream that was made while its connection broke may never end by itself.
    async fn next(&mut self) -> Option<lapin::Result<lapin::message::Delivery>> {
        let next = self.channel.ended.run_until_cancelled(self.stream.next());
        next.await.flatten()
    }
}

/// Takes deliveries from one queue, on whichever connection there is.
#[derive(Debug)]
pub struct Consumer {
    links: Links,
    source: Source,
    prefetch: u16,
    open: Option<Subscription>,
    /// Deliveries of the present subscription that are not finished.
    unfinished: Arc<AtomicUsize>,
    /// Deliveries of a subscription that was replaced.
    left: VecDeque<Delivery>,
}

impl Consumer {
    pub(super) fn new(links: Links, source: Source, prefetch: u16) -> Self {
        Self {
            links,
            source,
            prefetch,
            open: None,
            unfinished: Arc::default(),
            left: VecDeque::new(),
        }
    }

    /// Number of deliveries that may come before another one is acknowledged.
    pub fn may_come(&self) -> usize {
        let of_broker = match self.open {
            Some(_) => usize::from(self.prefetch).saturating_sub(self.unfinished.load(Ordering::Relaxed)),
            None => 0,
        };
        self.left.len() + of_broker
    }

    /// Lets `prefetch` more deliveries come, beside those that are not acknowledged yet. These stay valid. If it is
    /// subscribed, it subscribes again on the same channel.
    pub async fn allow(&mut self, prefetch: u16) {
        self.prefetch = prefetch;
        let Some(mut open) = self.open.take() else {
            return;
        };
        match self.cancel(&mut open).await {
            Ok(left) => self.left.extend(left),
            Err(error) => {
                tracing::debug!(error = chain(&error), "the consumer was gone already");
                return;
            }
        }
        let wanted = usize::from(prefetch).saturating_sub(self.left.len());
        self.prefetch = u16::try_from(wanted).unwrap_or(u16::MAX);
        if self.prefetch == 0 {
            return;
        }
        match self.subscribe(open.channel).await {
            Ok(open) => self.open = Some(open),
            // The next delivery is awaited on another channel.
            Err(error) => self.note(&error),
        }
    }

    /// Waits until it is subscribed, however long that takes. Without a prefetch it does not subscribe: that would mean
    /// no bound to the broker.
    pub async fn ready(&mut self) {
        while self.open.is_none() && self.prefetch > 0 {
            match self.begin().await {
                Ok(open) => self.open = Some(open),
                Err(AmqpError::Away) => {}
                Err(error) => {
                    self.note(&error);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn note(&self, error: &AmqpError) {
        let queue = self.source.name();
        if let Some(part) = outage::part_of(error) {
            part.suspect(error);
            tracing::debug!(queue, error = chain(error), "cannot consume");
        } else {
            tracing::warn!(queue, error = chain(error), "cannot consume");
        }
    }

    /// The next delivery, however long that takes. Dropping the wait loses nothing. Begins to consume if need be, also
    /// again after [`Consumer::stop`].
    pub async fn next(&mut self) -> Delivery {
        loop {
            if let Some(delivery) = self.left.pop_front() {
                return delivery;
            }
            self.ready().await;
            let Some(open) = &mut self.open else {
                return std::future::pending().await;
            };
            match open.next().await {
                Some(Ok(delivery)) => return Delivery::new(delivery, &open.channel, &self.unfinished),
                Some(Err(error)) => outage::report(
                    &AmqpError::Broken {
                        what: "consuming",
                        source: Fault::from(error),
                    },
                    "consuming was interrupted",
                ),
                // A connection that ends takes its consumers along; that is logged as the broker's outage.
                None => tracing::debug!(queue = self.source.name(), "the broker ended the consumer"),
            }
            self.source.publish_queue(None);
            self.open = None;
        }
    }

    /// Stops taking deliveries and gives back those that were not handed out. Deliveries that were stay valid, and can
    /// be acknowledged.
    pub async fn stop(&mut self) {
        let mut left = std::mem::take(&mut self.left);
        if let Some(mut open) = self.open.take() {
            match self.cancel(&mut open).await {
                Ok(more) => left.extend(more),
                Err(error) => tracing::debug!(error = chain(&error), "the consumer was gone already"),
            }
        }
        for delivery in left {
            if delivery.requeue().await.is_err() {
                return;
            }
        }
    }

    /// Ends a subscription; returns deliveries that had been sent and not handed out.
    async fn cancel(&self, open: &mut Subscription) -> Result<Vec<Delivery>, AmqpError> {
        self.source.publish_queue(None);
        let tag = open.stream.tag();
        let cancelled = open
            .channel
            .inner
            .basic_cancel(tag, BasicCancelOptions::default());
        within("cancelling a consumer", cancelled).await?;
        let mut left = Vec::new();
        while let Ok(Some(Ok(delivery))) = tokio::time::timeout(TAIL, open.next()).await {
            left.push(Delivery::new(delivery, &open.channel, &self.unfinished));
        }
        Ok(left)
    }

    async fn begin(&mut self) -> Result<Subscription, AmqpError> {
        let channel = self.links.open_channel().await?;
        self.subscribe(channel).await
    }

    async fn subscribe(&mut self, channel: Channel) -> Result<Subscription, AmqpError> {
        let queue = self.source.open(&channel.inner).await?;
        within(
            "bounding deliveries",
            channel.inner.basic_qos(self.prefetch, BasicQosOptions::default()),
        )
        .await?;
        let options = BasicConsumeOptions::default();
        let consuming =
            channel
                .inner
                .basic_consume(queue.as_str().into(), "".into(), options, FieldTable::default());
        let stream = within("consuming", consuming).await?;
        self.source.publish_queue(Some(queue));
        // Deliveries of an earlier subscription do not count against the prefetch of this one.
        self.unfinished = Arc::default();
        Ok(Subscription { channel, stream })
    }
}
