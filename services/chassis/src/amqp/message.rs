//! Messages to publish.

use lapin::{
    BasicProperties,
    types::{AMQPValue, FieldTable},
};
use prost::Message as _;
use rollcall_proto::internal::v1::{ConnectionTestReport, SignedJob};

use super::{
    Delivery,
    topology::{DEAD, Delay, EVENTS, JOBS, Lane, PORTAL, REPLIES, TEST_KEY},
};
use crate::telemetry::{TRACEPARENT, traceparent};

/// Reason why a message went to the dead letters.
const REASON_HEADER: &str = "x-rollcall-reason";
/// AMQP's delivery mode of messages that survive the broker.
const PERSISTENT: u8 = 2;
const TRANSIENT: u8 = 1;

/// A message on its way out. It carries the trace of the span in which it was made, unless another is given.
#[derive(Debug, Clone)]
pub struct Message {
    pub(super) exchange: &'static str,
    pub(super) routing_key: String,
    pub(super) body: Vec<u8>,
    pub(super) mandatory: bool,
    persistent: bool,
    traceparent: Option<String>,
    reason: Option<String>,
}

impl Message {
    /// A job for a lane.
    pub fn job(lane: Lane, job: &SignedJob) -> Self {
        Self::lasting(JOBS, lane.as_str().to_owned(), job.encode_to_vec())
    }

    /// A job that goes to its lane after a while.
    pub fn delayed(delay: Delay, lane: Lane, job: &SignedJob) -> Self {
        Self::lasting(delay.exchange(), lane.as_str().to_owned(), job.encode_to_vec())
    }

    /// A connection test, for the next worker that has a place for it.
    pub fn test(job: &SignedJob) -> Self {
        Self::lasting(JOBS, TEST_KEY.to_owned(), job.encode_to_vec())
    }

    /// A delivery that cannot be worked on, and why.
    pub fn dead(delivery: &Delivery, reason: impl Into<String>) -> Self {
        Self {
            traceparent: delivery.traceparent(),
            reason: Some(reason.into()),
            ..Self::lasting(DEAD, delivery.routing_key().to_owned(), delivery.body().to_vec())
        }
    }

    /// Something that the portal hears, such as `account.created`.
    pub fn portal(routing_key: impl Into<String>, body: Vec<u8>) -> Self {
        Self::lasting(PORTAL, routing_key.into(), body)
    }

    /// Progress, for those who listen at the moment.
    pub fn event(routing_key: impl Into<String>, body: Vec<u8>) -> Self {
        Self {
            mandatory: false,
            persistent: false,
            ..Self::lasting(EVENTS, routing_key.into(), body)
        }
    }

    /// A report on a connection test, for the caller that waits at this queue; it may no longer wait.
    pub fn report(reply_to: impl Into<String>, report: &ConnectionTestReport) -> Self {
        Self {
            mandatory: false,
            persistent: false,
            ..Self::lasting(REPLIES, reply_to.into(), report.encode_to_vec())
        }
    }

    fn lasting(exchange: &'static str, routing_key: String, body: Vec<u8>) -> Self {
        let traceparent = traceparent();
        Self {
            exchange,
            routing_key,
            body,
            mandatory: true,
            persistent: true,
            traceparent,
            reason: None,
        }
    }

    /// Continues another trace than the current span's.
    #[must_use]
    pub fn with_traceparent(mut self, traceparent: Option<String>) -> Self {
        self.traceparent = traceparent;
        self
    }

    pub(super) fn properties(&self) -> BasicProperties {
        let mut headers = FieldTable::default();
        let texts = [(TRACEPARENT, &self.traceparent), (REASON_HEADER, &self.reason)];
        for (name, value) in texts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
        {
            headers.insert(name.into(), AMQPValue::LongString(value.into()));
        }
        BasicProperties::default()
            .with_content_type("application/x-protobuf".into())
            .with_delivery_mode(if self.persistent { PERSISTENT } else { TRANSIENT })
            .with_headers(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::{Delay, Lane, Message, SignedJob};

    #[test]
    fn a_delayed_job_keeps_its_lane() {
        let message = Message::delayed(Delay::Seconds10, Lane::Slow, &SignedJob::default());
        assert_eq!(
            (message.exchange, message.routing_key.as_str()),
            ("rollcall.delay.10s", "slow")
        );
        assert!(message.mandatory);
        assert_eq!(message.properties().delivery_mode(), &Some(2));
    }

    #[test]
    fn an_event_is_transient_and_needs_no_listener() {
        let message = Message::event("run.progress", Vec::new());
        assert!(!message.mandatory);
        assert_eq!(message.properties().delivery_mode(), &Some(1));
    }

    #[test]
    fn the_trace_travels_in_the_headers() {
        let message =
            Message::job(Lane::Interactive, &SignedJob::default()).with_traceparent(Some("00-a-b-01".into()));
        let properties = message.properties();
        let headers = properties.headers().as_ref().expect("headers");
        assert_eq!(
            crate::amqp::delivery::text(headers, "traceparent").as_deref(),
            Some("00-a-b-01")
        );
    }
}
