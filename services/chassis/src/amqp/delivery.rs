//! Deliveries: messages that were handed out, until they are acknowledged.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use lapin::{
    options::{BasicAckOptions, BasicNackOptions},
    types::{AMQPValue, FieldTable},
};

use super::{
    AmqpError,
    channel::Channel,
    job::{JobError, VerifiedJob, verify_job},
    within,
};
use crate::{signing::VerifyingKeys, telemetry::TRACEPARENT};

/// A message that was handed out, and belongs to this process until it is acknowledged. A delivery that is dropped
/// instead comes back when its channel closes, together with its consumer and all its other deliveries.
pub struct Delivery {
    inner: lapin::message::Delivery,
    _unfinished: Unfinished,
    /// Kept open, because nothing can be acknowledged without it.
    channel: Channel,
}

/// Counts a delivery until it is dropped.
struct Unfinished(Arc<AtomicUsize>);

impl Unfinished {
    fn new(all: &Arc<AtomicUsize>) -> Self {
        all.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(all))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Delivery {
    pub(super) fn new(
        inner: lapin::message::Delivery,
        channel: &Channel,
        unfinished: &Arc<AtomicUsize>,
    ) -> Self {
        Self {
            inner,
            _unfinished: Unfinished::new(unfinished),
            channel: channel.clone(),
        }
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.inner.data
    }

    /// The body as a job of a version that is known, signed with one of these keys.
    pub fn job(&self, keys: &VerifyingKeys) -> Result<VerifiedJob, JobError> {
        verify_job(keys, self.body())
    }

    /// The routing key: the lane of a job.
    pub fn routing_key(&self) -> &str {
        self.inner.routing_key.as_str()
    }

    /// The trace that the message continues.
    pub fn traceparent(&self) -> Option<String> {
        self.header(TRACEPARENT)
    }

    /// Number of times that the message was handed out before, and came back.
    pub fn earlier_deliveries(&self) -> i64 {
        self.inner
            .properties
            .headers()
            .as_ref()
            .map_or(0, |headers| number(headers, "x-delivery-count"))
    }

    /// True if it can still be acknowledged: its channel is open. If not, the broker hands the message out again.
    pub fn is_open(&self) -> bool {
        self.channel.is_open()
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
