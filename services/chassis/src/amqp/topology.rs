//! Every exchange and queue of Rollcall, declared here and nowhere else.

use std::time::Duration;

use lapin::{
    Channel, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};

use super::{AmqpError, within};

/// Jobs, by lane (direct).
pub const JOBS: &str = "rollcall.jobs";
/// What was delivered too often, or cannot be decoded (fanout), and its queue.
pub const DEAD: &str = "rollcall.dead";
/// What the portal hears (topic), and the portal's queue.
pub const PORTAL: &str = "rollcall.portal";
/// Progress of runs (topic): worth nothing to those who were not listening.
pub const EVENTS: &str = "rollcall.events";

/// Credentials that a worker sealed anew, for the scheduler.
pub const SEALS: &str = "rollcall.seals";

/// Connection tests, which no run keeps waiting.
pub const TESTS: &str = "rollcall.tests";
/// How long a connection test waits for a worker. Later nobody wants it, and the broker drops it.
pub const TEST_TAKEN_WITHIN: Duration = Duration::from_secs(45);

/// A job that was delivered more often than this breaks its workers.
const DELIVERY_LIMIT: i32 = 20;
/// A listener to events that is this far behind misses the oldest.
const EVENTS_BACKLOG: i32 = 10_000;
/// Who is this far behind with answers misses the oldest.
const REPLIES_BACKLOG: i32 = 10_000;

/// More tests than all schedulers together let wait are refused.
const TESTS_BACKLOG: i32 = 1_000;

/// Where a job waits for a worker; each lane has slots of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// Somebody waits for it.
    Interactive,
    /// The schedule asked for it.
    Scheduled,
    /// Its directory did not answer the last time.
    Slow,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Scheduled, Self::Slow];

    /// The routing key, which is also the text in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Scheduled => "scheduled",
            Self::Slow => "slow",
        }
    }

    /// The lane with this routing key.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.as_str() == text)
    }

    /// The lane's queue.
    pub fn queue(self) -> &'static str {
        match self {
            Self::Interactive => "rollcall.jobs.interactive",
            Self::Scheduled => "rollcall.jobs.scheduled",
            Self::Slow => "rollcall.jobs.slow",
        }
    }
}

/// How long a job waits before it goes back to its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delay {
    /// The only retry of somebody who waits.
    Seconds2,
    /// The first retry of a scheduled run.
    Seconds10,
    /// The second.
    Seconds60,
    /// The third.
    Seconds300,
    /// Not a retry: another run has the tenant, or a service of ours is away.
    Park,
}

impl Delay {
    /// Every delay.
    pub const ALL: [Self; 5] = [
        Self::Seconds2,
        Self::Seconds10,
        Self::Seconds60,
        Self::Seconds300,
        Self::Park,
    ];

    /// How long that is.
    pub fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::Seconds2 => 2,
            Self::Seconds10 => 10,
            Self::Seconds60 => 60,
            Self::Seconds300 => 300,
            Self::Park => 1,
        })
    }

    /// The name of its exchange and of its queue.
    pub fn exchange(self) -> &'static str {
        match self {
            Self::Seconds2 => "rollcall.delay.2s",
            Self::Seconds10 => "rollcall.delay.10s",
            Self::Seconds60 => "rollcall.delay.60s",
            Self::Seconds300 => "rollcall.delay.300s",
            Self::Park => "rollcall.delay.park",
        }
    }
}

/// Declares everything that lasts. What is there already stays as it is; what is there but different is an error.
pub async fn declare(channel: &Channel) -> Result<(), AmqpError> {
    exchange(channel, JOBS, ExchangeKind::Direct).await?;
    exchange(channel, DEAD, ExchangeKind::Fanout).await?;
    exchange(channel, PORTAL, ExchangeKind::Topic).await?;
    exchange(channel, EVENTS, ExchangeKind::Topic).await?;
    queue(channel, DEAD, FieldTable::default()).await?;
    bind(channel, DEAD, DEAD, "").await?;
    queue(channel, PORTAL, FieldTable::default()).await?;
    bind(channel, PORTAL, PORTAL, "#").await?;
    queue(channel, SEALS, lane_arguments()).await?;
    queue(channel, TESTS, tests_arguments()).await?;
    for lane in Lane::ALL {
        queue(channel, lane.queue(), lane_arguments()).await?;
        bind(channel, lane.queue(), JOBS, lane.as_str()).await?;
    }
    for delay in Delay::ALL {
        exchange(channel, delay.exchange(), ExchangeKind::Fanout).await?;
        queue(channel, delay.exchange(), delay_arguments(delay)).await?;
        bind(channel, delay.exchange(), delay.exchange(), "").await?;
    }
    Ok(())
}

/// Declares a queue of this connection's own that hears every event, and gives its name.
pub(super) async fn declare_events_queue(channel: &Channel) -> Result<String, AmqpError> {
    let name = declare_own_queue(channel, EVENTS_BACKLOG).await?;
    bind(channel, &name, EVENTS, "#").await?;
    Ok(name)
}

/// Declares a queue of this connection's own for answers, and gives its name, by which they are sent.
pub(super) async fn declare_reply_queue(channel: &Channel) -> Result<String, AmqpError> {
    declare_own_queue(channel, REPLIES_BACKLOG).await
}

/// The broker chooses the name, another one each time. The queue goes with its consumer.
async fn declare_own_queue(channel: &Channel, backlog: i32) -> Result<String, AmqpError> {
    let options = QueueDeclareOptions {
        exclusive: true,
        auto_delete: true,
        ..QueueDeclareOptions::default()
    };
    let mut arguments = FieldTable::default();
    arguments.insert("x-max-length".into(), AMQPValue::LongInt(backlog));
    let declared = within(
        "declaring a queue of one's own",
        channel.queue_declare("".into(), options, arguments),
    )
    .await?;
    Ok(declared.name().as_str().to_owned())
}

fn lane_arguments() -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(DELIVERY_LIMIT));
    arguments.insert("x-dead-letter-exchange".into(), text(DEAD));
    arguments
}

/// A worker without a free place gives tests back, as often as it takes.
fn tests_arguments() -> FieldTable {
    let ms = i32::try_from(TEST_TAKEN_WITHIN.as_millis()).unwrap_or(i32::MAX);
    let mut arguments = FieldTable::default();
    arguments.insert("x-message-ttl".into(), AMQPValue::LongInt(ms));
    arguments.insert("x-max-length".into(), AMQPValue::LongInt(TESTS_BACKLOG));
    arguments.insert("x-overflow".into(), text("reject-publish"));
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(i32::MAX));
    arguments
}

/// Without a routing key for dead letters, a message keeps its own: the lane.
fn delay_arguments(delay: Delay) -> FieldTable {
    let ms = i32::try_from(delay.duration().as_millis()).unwrap_or(i32::MAX);
    let mut arguments = FieldTable::default();
    arguments.insert("x-message-ttl".into(), AMQPValue::LongInt(ms));
    arguments.insert("x-dead-letter-exchange".into(), text(JOBS));
    arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
    arguments.insert("x-overflow".into(), text("reject-publish"));
    arguments
}

fn text(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

async fn exchange(channel: &Channel, name: &str, kind: ExchangeKind) -> Result<(), AmqpError> {
    let options = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    let declaring = channel.exchange_declare(name.into(), kind, options, FieldTable::default());
    within("declaring an exchange", declaring).await
}

async fn queue(channel: &Channel, name: &str, mut arguments: FieldTable) -> Result<(), AmqpError> {
    let options = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    arguments.insert("x-queue-type".into(), text("quorum"));
    within(
        "declaring a queue",
        channel.queue_declare(name.into(), options, arguments),
    )
    .await
    .map(|_| ())
}

async fn bind(channel: &Channel, queue: &str, exchange: &str, key: &str) -> Result<(), AmqpError> {
    let options = QueueBindOptions::default();
    let binding = channel.queue_bind(
        queue.into(),
        exchange.into(),
        key.into(),
        options,
        FieldTable::default(),
    );
    within("binding a queue", binding).await
}

#[cfg(test)]
mod tests {
    use super::{Delay, Lane};

    #[test]
    fn a_lane_and_its_text_lead_to_each_other() {
        for lane in Lane::ALL {
            assert_eq!(Lane::parse(lane.as_str()), Some(lane));
            assert_eq!(lane.queue(), format!("rollcall.jobs.{}", lane.as_str()));
        }
        assert_eq!(Lane::parse("fast"), None);
    }

    #[test]
    fn a_delay_is_named_for_its_length() {
        for delay in Delay::ALL.into_iter().filter(|delay| *delay != Delay::Park) {
            assert_eq!(
                delay.exchange(),
                format!("rollcall.delay.{}s", delay.duration().as_secs())
            );
        }
    }
}
