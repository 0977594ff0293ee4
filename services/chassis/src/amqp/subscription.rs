//! Subscriptions to queues: what is sent on one channel, and how it begins and ends.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use futures::StreamExt as _;
use lapin::{
    options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use tokio::sync::watch;

use super::{AmqpError, Delivery, channel::Channel, connection::Links, topology, within};

/// Reply code of a channel that is closed in order (AMQP 0-9-1, reply-success).
const REPLY_SUCCESS: u16 = 200;
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
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Queue(queue) => queue,
            Self::Events => "events",
            Self::Replies(_) => "replies",
        }
    }

    /// Publishes the name of the queue that is consumed from now on.
    pub(super) fn publish_queue(&self, queue: Option<String>) {
        if let Self::Replies(name) = self {
            name.send_replace(queue);
        }
    }
}

/// The source of deliveries on one channel.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) channel: Channel,
    stream: lapin::Consumer,
}

/// A subscription on its way. The broker sends deliveries as soon as it has the request, so a wait that is given up must
/// not give this up too: nobody would hear of them, and they would stay unacknowledged on a channel that nobody knows.
pub(super) struct Opening(Pin<Box<dyn Future<Output = Result<Subscription, AmqpError>> + Send>>);

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Opening").finish_non_exhaustive()
    }
}

impl Opening {
    /// Subscribes on a channel of its own.
    pub(super) fn begin(links: Links, source: Source, prefetch: u16) -> Self {
        Self(Box::pin(async move {
            let channel = links.open_channel().await?;
            Subscription::on(channel, &source, prefetch).await
        }))
    }

    /// The subscription. The wait may be dropped and begun again.
    pub(super) async fn opened(&mut self) -> Result<Subscription, AmqpError> {
        (&mut self.0).await
    }
}

impl Subscription {
    /// Subscribes on a channel, which is closed if that fails: the broker may have heard the request.
    pub(super) async fn on(channel: Channel, source: &Source, prefetch: u16) -> Result<Self, AmqpError> {
        match Self::request(&channel, source, prefetch).await {
            Ok(stream) => Ok(Self { channel, stream }),
            Err(error) => {
                close(&channel).await;
                Err(error)
            }
        }
    }

    async fn request(
        channel: &Channel,
        source: &Source,
        prefetch: u16,
    ) -> Result<lapin::Consumer, AmqpError> {
        let queue = source.open(&channel.inner).await?;
        within(
            "bounding deliveries",
            channel.inner.basic_qos(prefetch, BasicQosOptions::default()),
        )
        .await?;
        let options = BasicConsumeOptions::default();
        let consuming =
            channel
                .inner
                .basic_consume(queue.as_str().into(), "".into(), options, FieldTable::default());
        let stream = within("consuming", consuming).await?;
        source.publish_queue(Some(queue));
        Ok(stream)
    }

    /// The next message; none after the end. A stream that was made while its connection broke may never end by itself.
    pub(super) async fn next(&mut self) -> Option<lapin::Result<lapin::message::Delivery>> {
        let next = self.channel.ended.run_until_cancelled(self.stream.next());
        next.await.flatten()
    }

    /// Ends the subscription; returns deliveries that had been sent and not handed out. If that fails the channel is
    /// closed: the broker would go on to send.
    pub(super) async fn cancel(
        &mut self,
        source: &Source,
        unfinished: &Arc<AtomicUsize>,
    ) -> Result<Vec<Delivery>, AmqpError> {
        source.publish_queue(None);
        let tag = self.stream.tag();
        let cancelled = self
            .channel
            .inner
            .basic_cancel(tag, BasicCancelOptions::default());
        if let Err(error) = within("cancelling a consumer", cancelled).await {
            close(&self.channel).await;
            return Err(error);
        }
        let mut left = Vec::new();
        while let Ok(Some(Ok(delivery))) = tokio::time::timeout(TAIL, self.next()).await {
            left.push(Delivery::new(delivery, &self.channel, unfinished));
        }
        Ok(left)
    }
}

/// Closes a channel whose state at the broker is not known. What was delivered on it comes again.
async fn close(channel: &Channel) {
    let closed = channel.inner.close(REPLY_SUCCESS, "OK".into());
    let _ = within("closing a channel", closed).await;
}
