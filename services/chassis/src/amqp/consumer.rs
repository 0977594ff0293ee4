//! Consuming, across broken connections.

use std::{fmt, time::Duration};

use futures::StreamExt as _;
use lapin::{
    Channel,
    options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions},
    types::{AMQPValue, FieldTable},
};
use rollcall_proto::v1::Job;
use tokio::sync::watch;

use super::{AmqpError, Broker, JobError, message::decode_job, topology, within};
use crate::{lifecycle::chain, telemetry::TRACEPARENT};

/// The pause after a queue could not be consumed although there is a connection.
const PAUSE: Duration = Duration::from_secs(1);
/// How long deliveries that were on their way when the consumer stopped are waited for.
const TAIL: Duration = Duration::from_secs(1);

/// What is consumed.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Queue(String),
    /// A queue of one's own that hears every event, declared anew on every connection.
    Events,
    /// A queue of one's own that answers are sent to, by the name that is told here while there is one.
    Replies(watch::Sender<Option<String>>),
}

impl Source {
    /// The queue, declared first if it is one's own.
    async fn open(&self, channel: &Channel) -> Result<String, AmqpError> {
        match self {
            Self::Queue(queue) => Ok(queue.clone()),
            Self::Events => topology::declare_events_queue(channel).await,
            Self::Replies(_) => topology::declare_reply_queue(channel).await,
        }
    }

    /// Says which queue is consumed from now on.
    fn tell(&self, queue: Option<String>) {
        if let Self::Replies(name) = self {
            name.send_replace(queue);
        }
    }
}

/// Takes deliveries from one queue, on whichever connection there is.
#[derive(Debug)]
pub struct Consumer {
    broker: Broker,
    source: Source,
    prefetch: u16,
    open: Option<(Channel, lapin::Consumer)>,
}

impl Consumer {
    pub(super) fn new(broker: Broker, source: Source, prefetch: u16) -> Self {
        Self {
            broker,
            source,
            prefetch,
            open: None,
        }
    }

    /// The next delivery, however long that takes. Dropping the wait loses nothing. Begins to consume if need be, also
    /// again after [`Consumer::stop`].
    pub async fn next(&mut self) -> Delivery {
        loop {
            if let Some((channel, stream)) = &mut self.open {
                match stream.next().await {
                    Some(Ok(delivery)) => {
                        return Delivery {
                            inner: delivery,
                            channel: channel.clone(),
                        };
                    }
                    Some(Err(error)) => tracing::warn!(error = chain(&error), "consuming was interrupted"),
                    None => tracing::warn!("the broker ended the consumer"),
                }
                self.source.tell(None);
                self.open = None;
            }
            match self.begin().await {
                Ok(open) => self.open = Some(open),
                Err(AmqpError::Away) => {}
                Err(error) => {
                    tracing::warn!(source = ?self.source, error = chain(&error), "cannot consume");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Stops taking deliveries and gives back those that were not handed out. Deliveries that were stay valid, and can
    /// be acknowledged.
    pub async fn stop(&mut self) {
        let Some((channel, mut stream)) = self.open.take() else {
            return;
        };
        self.source.tell(None);
        let cancelled = channel.basic_cancel(stream.tag(), BasicCancelOptions::default());
        if let Err(error) = within("cancelling a consumer", cancelled).await {
            tracing::debug!(error = chain(&error), "the consumer was gone already");
            return;
        }
        let back = BasicNackOptions {
            requeue: true,
            ..BasicNackOptions::default()
        };
        while let Ok(Some(Ok(delivery))) = tokio::time::timeout(TAIL, stream.next()).await {
            if within("giving a delivery back", delivery.acker.nack(back))
                .await
                .is_err()
            {
                return;
            }
        }
    }

    async fn begin(&self) -> Result<(Channel, lapin::Consumer), AmqpError> {
        let channel = self.broker.open_channel().await?;
        let queue = self.source.open(&channel).await?;
        within(
            "bounding deliveries",
            channel.basic_qos(self.prefetch, BasicQosOptions::default()),
        )
        .await?;
        let options = BasicConsumeOptions::default();
        let consuming =
            channel.basic_consume(queue.as_str().into(), "".into(), options, FieldTable::default());
        let stream = within("consuming", consuming).await?;
        self.source.tell(Some(queue));
        Ok((channel, stream))
    }
}

/// A message that was handed out, and is this process' until it is acknowledged. One that is dropped instead comes back
/// when its channel closes, which is when its consumer and all its other deliveries are gone.
pub struct Delivery {
    inner: lapin::message::Delivery,
    /// Kept open, since there is no acknowledging without it.
    channel: Channel,
}

impl Delivery {
    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.inner.data
    }

    /// The body as a job of a version that is known.
    pub fn job(&self) -> Result<Job, JobError> {
        decode_job(self.body())
    }

    /// The routing key: the lane of a job.
    pub fn routing_key(&self) -> &str {
        self.inner.routing_key.as_str()
    }

    /// The trace that the message continues.
    pub fn traceparent(&self) -> Option<String> {
        self.header(TRACEPARENT)
    }

    /// How often the message was handed out before, and came back.
    pub fn earlier_deliveries(&self) -> i64 {
        self.inner
            .properties
            .headers()
            .as_ref()
            .map_or(0, |headers| number(headers, "x-delivery-count"))
    }

    /// Whether it can still be acknowledged: its channel is open. If not, the broker hands the message out again.
    pub fn is_open(&self) -> bool {
        self.channel.status().connected()
    }

    /// A header that is a text.
    pub fn header(&self, name: &str) -> Option<String> {
        text(self.inner.properties.headers().as_ref()?, name)
    }

    /// Says that the message's effect is done. After an error the message comes again.
    pub async fn ack(self) -> Result<(), AmqpError> {
        let options = BasicAckOptions::default();
        sent(within("acknowledging", self.inner.acker.ack(options)).await?)
    }

    /// Gives the message back at once, which counts as one of its deliveries.
    pub async fn requeue(self) -> Result<(), AmqpError> {
        let options = BasicNackOptions {
            requeue: true,
            ..BasicNackOptions::default()
        };
        sent(within("giving a delivery back", self.inner.acker.nack(options)).await?)
    }
}

/// Nothing was sent if the channel had broken before.
fn sent(sent: bool) -> Result<(), AmqpError> {
    if sent { Ok(()) } else { Err(AmqpError::Away) }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("routing_key", &self.routing_key())
            .field("bytes", &self.inner.data.len())
            .field("traceparent", &self.traceparent())
            .finish_non_exhaustive()
    }
}

pub(super) fn text(headers: &FieldTable, name: &str) -> Option<String> {
    match headers.inner().get(name)? {
        AMQPValue::LongString(value) => std::str::from_utf8(value.as_bytes()).ok().map(str::to_owned),
        AMQPValue::ShortString(value) => Some(value.as_str().to_owned()),
        _ => None,
    }
}

fn number(headers: &FieldTable, name: &str) -> i64 {
    match headers.inner().get(name) {
        Some(AMQPValue::LongLongInt(number)) => *number,
        Some(AMQPValue::LongInt(number)) => i64::from(*number),
        Some(AMQPValue::LongUInt(number)) => i64::from(*number),
        Some(AMQPValue::ShortInt(number)) => i64::from(*number),
        Some(AMQPValue::ShortShortInt(number)) => i64::from(*number),
        Some(AMQPValue::ShortShortUInt(number)) => i64::from(*number),
        _ => 0,
    }
}
