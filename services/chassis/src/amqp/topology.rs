//! Every exchange and queue of Rollcall, declared here and nowhere else.
//!
//! What lasts is declared by an operator's command; services only look if it is there, so that none of them needs the
//! right to declare or delete it. `deploy/rabbitmq/permissions.tsv` gives each its rights, by the names here. No service
//! publishes through the default exchange, which leads to every queue.
//!
//! Every queue has a bound, and at its bound it refuses messages, so that the publisher keeps them: requests and events
//! stay in the database and are published later. Only the dead letters drop their oldest: to refuse one would return a
//! job that breaks its workers to them.
//!
//! The arguments of an existing queue cannot be changed. To change them, give the queue a new name here and name the
//! old one in [`FORMER`]: see [`super::succession`].

use std::time::Duration;

use lapin::{
    Channel, Connection, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};

use uuid::Uuid;

use super::{AmqpError, Fault, succession::Former, within};

/// Jobs, by lane (direct).
pub const JOBS: &str = "rollcall.jobs";
/// Messages that were delivered too often, or cannot be decoded (fanout), and their queue.
pub const DEAD: &str = "rollcall.dead";
/// Events for the portal (topic), and the portal's queue.
pub const PORTAL: &str = "rollcall.portal";
/// Progress of runs (topic): worth nothing to those who were not listening.
pub const EVENTS: &str = "rollcall.events";

/// Connection tests, which no run keeps waiting.
pub const TESTS: &str = "rollcall.tests";
/// The key of [`JOBS`] that leads to [`TESTS`].
pub const TEST_KEY: &str = "test";

/// Reports on connection tests (direct). A scheduler's own queue for them has this name and one more word, which is also
/// its key.
pub const REPLIES: &str = "rollcall.replies";
/// Beginning of the names of the queues that hear [`EVENTS`].
const LISTENERS: &str = "rollcall.listeners";
/// Time that a connection test waits for a worker. Later no caller wants it, and the broker drops it: no two clocks are
/// compared.
const TEST_TAKEN_WITHIN: Duration = Duration::from_secs(45);

/// A job that was delivered more often than this breaks its workers.
const DELIVERY_LIMIT: i32 = 20;
/// RabbitMQ 4 drops a message that was delivered 20 times unless configured otherwise, and 3.10 takes -1 for 0.
const WITHOUT_LIMIT: i32 = i32::MAX;
/// A listener to events that is this far behind misses the oldest.
const EVENTS_BACKLOG: i32 = 10_000;
/// A listener that is this far behind with answers misses the oldest.
const REPLIES_BACKLOG: i32 = 10_000;

/// Lanes in which a job waits for a worker; each has slots of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// A caller waits for it.
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

/// Delays after which a job goes back to its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delay {
    /// The only retry of a run for which a caller waits.
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

    /// Length of the delay.
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

/// A queue that lasts, and what it is bound to.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueSpec {
    /// Its name, which is another one as soon as the arguments are others.
    pub name: &'static str,
    /// The exchange and the routing key that lead to it.
    pub bound_to: (&'static str, &'static str),
    /// Arguments of the declaration.
    pub arguments: FieldTable,
}

/// Queues that earlier releases declared, each with its exchange, its key and the queue that takes its place. Workers of both releases
/// may run side by side.
pub const FORMER: [Former; 0] = [];

/// Every queue that lasts.
pub fn queues() -> Vec<QueueSpec> {
    let mut queues = vec![
        QueueSpec {
            name: DEAD,
            bound_to: (DEAD, ""),
            arguments: dead_arguments(),
        },
        QueueSpec {
            name: PORTAL,
            bound_to: (PORTAL, "#"),
            arguments: portal_arguments(),
        },
        QueueSpec {
            name: TESTS,
            bound_to: (JOBS, TEST_KEY),
            arguments: tests_arguments(),
        },
    ];
    queues.extend(Lane::ALL.map(|lane| QueueSpec {
        name: lane.queue(),
        bound_to: (JOBS, lane.as_str()),
        arguments: job_arguments(JOBS_BACKLOG),
    }));
    queues.extend(Delay::ALL.map(|delay| QueueSpec {
        name: delay.exchange(),
        bound_to: (delay.exchange(), ""),
        arguments: delay_arguments(delay),
    }));
    queues
}

/// Every exchange, which all last.
pub fn exchanges() -> Vec<(&'static str, ExchangeKind)> {
    let mut exchanges = vec![
        (JOBS, ExchangeKind::Direct),
        (REPLIES, ExchangeKind::Direct),
        (DEAD, ExchangeKind::Fanout),
        (PORTAL, ExchangeKind::Topic),
        (EVENTS, ExchangeKind::Topic),
    ];
    exchanges.extend(Delay::ALL.map(|delay| (delay.exchange(), ExchangeKind::Fanout)));
    exchanges
}

/// Declares everything that lasts. An existing queue stays as it is; one that differs is an error.
pub async fn declare(connection: &Connection) -> Result<(), AmqpError> {
    let channel = &within("opening a channel", connection.create_channel()).await?;
    for (name, kind) in exchanges() {
        exchange(channel, name, kind).await?;
    }
    for spec in queues() {
        queue(channel, spec.name, spec.arguments).await?;
        let (exchange, key) = spec.bound_to;
        bind(channel, spec.name, exchange, key).await?;
    }
    for former in FORMER {
        former.succeed(connection).await?;
    }
    Ok(())
}

/// Declares a queue of this connection's own that hears every event, and gives its name.
pub(super) async fn declare_events_queue(channel: &Channel) -> Result<String, AmqpError> {
    let name = declare_own_queue(channel, LISTENERS, EVENTS_BACKLOG).await?;
    bind(channel, &name, EVENTS, "#").await?;
    Ok(name)
}

/// Declares a queue of this connection's own for answers, and gives its name, by which they are sent.
pub(super) async fn declare_reply_queue(channel: &Channel) -> Result<String, AmqpError> {
    let name = declare_own_queue(channel, REPLIES, REPLIES_BACKLOG).await?;
    bind(channel, &name, REPLIES, &name).await?;
    Ok(name)
}

/// The name is another one each time, with a beginning that a permission can name. The queue goes with its consumer.
async fn declare_own_queue(channel: &Channel, beginning: &str, backlog: i32) -> Result<String, AmqpError> {
    let name = format!("{beginning}.{}", Uuid::new_v4().simple());
    let options = QueueDeclareOptions {
        exclusive: true,
        auto_delete: true,
        ..QueueDeclareOptions::default()
    };
    let mut arguments = FieldTable::default();
    arguments.insert("x-max-length".into(), AMQPValue::LongInt(backlog));
    let declaring = channel.queue_declare(name.as_str().into(), options, arguments);
    within("declaring a queue of one's own", declaring).await?;
    Ok(name)
}

/// At this many messages or bytes, whichever is first.
#[derive(Debug, Clone, Copy)]
struct Backlog {
    messages: i32,
    bytes: i32,
}

const MIB: i32 = 1024 * 1024;
/// More runs than a fleet of 50,000 tenants has waiting at a time.
const JOBS_BACKLOG: Backlog = Backlog {
    messages: 100_000,
    bytes: 128 * MIB,
};
/// More tests than all schedulers together let wait are refused.
const TESTS_BACKLOG: Backlog = Backlog {
    messages: 1_000,
    bytes: 64 * MIB,
};
/// Events that the portal has not read yet. The outbox keeps the rest.
const PORTAL_BACKLOG: Backlog = Backlog {
    messages: 100_000,
    bytes: 256 * MIB,
};
/// Evidence for a person: each letter stands in a worker's log as well, and its run in the database.
const DEAD_BACKLOG: Backlog = Backlog {
    messages: 10_000,
    bytes: 64 * MIB,
};

impl Backlog {
    fn arguments(self, overflow: &str) -> FieldTable {
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), text("quorum"));
        arguments.insert("x-max-length".into(), AMQPValue::LongInt(self.messages));
        arguments.insert("x-max-length-bytes".into(), AMQPValue::LongInt(self.bytes));
        arguments.insert("x-overflow".into(), text(overflow));
        arguments
    }
}

/// A job that is delivered too often goes to the dead letters. At most once: a letter is no more than evidence.
fn job_arguments(backlog: Backlog) -> FieldTable {
    let mut arguments = backlog.arguments("reject-publish");
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(DELIVERY_LIMIT));
    arguments.insert("x-dead-letter-exchange".into(), text(DEAD));
    arguments
}

/// A worker without a free place gives tests back, as often as it takes.
fn tests_arguments() -> FieldTable {
    let ms = i32::try_from(TEST_TAKEN_WITHIN.as_millis()).unwrap_or(i32::MAX);
    let mut arguments = TESTS_BACKLOG.arguments("reject-publish");
    arguments.insert("x-message-ttl".into(), AMQPValue::LongInt(ms));
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(WITHOUT_LIMIT));
    arguments
}

/// An event is never dropped, however often the portal gives it back. One consumer at a time keeps the order.
fn portal_arguments() -> FieldTable {
    let mut arguments = PORTAL_BACKLOG.arguments("reject-publish");
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(WITHOUT_LIMIT));
    arguments.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
    arguments
}

fn dead_arguments() -> FieldTable {
    let mut arguments = DEAD_BACKLOG.arguments("drop-head");
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(WITHOUT_LIMIT));
    arguments
}

/// Without a routing key for dead letters, a message keeps its own: the lane. While the lane is full, it waits here.
fn delay_arguments(delay: Delay) -> FieldTable {
    let ms = i32::try_from(delay.duration().as_millis()).unwrap_or(i32::MAX);
    let mut arguments = JOBS_BACKLOG.arguments("reject-publish");
    arguments.insert("x-message-ttl".into(), AMQPValue::LongInt(ms));
    arguments.insert("x-dead-letter-exchange".into(), text(JOBS));
    arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
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

async fn queue(channel: &Channel, name: &str, arguments: FieldTable) -> Result<(), AmqpError> {
    let options = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    let declaring = channel.queue_declare(name.into(), options, arguments);
    match within("declaring a queue", declaring).await {
        Ok(_) => Ok(()),
        Err(AmqpError::Broken {
            source: Fault::Refused(answer),
            ..
        }) => Err(AmqpError::Queue {
            queue: name.to_owned(),
            answer,
        }),
        Err(error) => Err(error),
    }
}

async fn bind(channel: &Channel, queue: &str, exchange: &str, key: &str) -> Result<(), AmqpError> {
    let options = QueueBindOptions::default();
    let routing = channel.queue_bind(
        queue.into(),
        exchange.into(),
        key.into(),
        options,
        FieldTable::default(),
    );
    within("routing to a queue", routing).await
}

#[cfg(test)]
mod tests {
    use lapin::types::{AMQPValue, FieldTable};

    use super::{Delay, Lane, queues};

    #[test]
    fn a_lane_and_its_text_lead_to_each_other() {
        for lane in Lane::ALL {
            assert_eq!(Lane::parse(lane.as_str()), Some(lane));
            assert_eq!(lane.queue(), format!("rollcall.jobs.{}", lane.as_str()));
        }
        assert_eq!(Lane::parse("fast"), None);
    }

    /// The arguments of a queue that exists cannot be changed. If this fails, give the queue a new name, name the old one
    /// in `FORMER`, and only then change what stands here.
    #[test]
    fn the_arguments_of_a_queue_are_those_of_its_name() {
        let jobs = "x-dead-letter-exchange=rollcall.dead x-delivery-limit=20 x-max-length=100000 \
                    x-max-length-bytes=134217728 x-overflow=reject-publish x-queue-type=quorum";
        let delay = "x-dead-letter-exchange=rollcall.jobs x-dead-letter-strategy=at-least-once x-max-length=100000 \
                     x-max-length-bytes=134217728";
        let expected = [
            (
                "rollcall.dead",
                "x-delivery-limit=2147483647 x-max-length=10000 x-max-length-bytes=67108864 x-overflow=drop-head \
                 x-queue-type=quorum"
                    .to_owned(),
            ),
            (
                "rollcall.portal",
                "x-delivery-limit=2147483647 x-max-length=100000 x-max-length-bytes=268435456 \
                 x-overflow=reject-publish x-queue-type=quorum x-single-active-consumer=true"
                    .to_owned(),
            ),
            (
                "rollcall.tests",
                "x-delivery-limit=2147483647 x-max-length=1000 x-max-length-bytes=67108864 x-message-ttl=45000 \
                 x-overflow=reject-publish x-queue-type=quorum"
                    .to_owned(),
            ),
            ("rollcall.jobs.interactive", jobs.to_owned()),
            ("rollcall.jobs.scheduled", jobs.to_owned()),
            ("rollcall.jobs.slow", jobs.to_owned()),
            ("rollcall.delay.2s", delayed(delay, 2_000)),
            ("rollcall.delay.10s", delayed(delay, 10_000)),
            ("rollcall.delay.60s", delayed(delay, 60_000)),
            ("rollcall.delay.300s", delayed(delay, 300_000)),
            ("rollcall.delay.park", delayed(delay, 1_000)),
        ];
        let declared: Vec<_> = queues()
            .iter()
            .map(|spec| (spec.name, shown(&spec.arguments)))
            .collect();
        assert_eq!(declared, expected);
    }

    fn delayed(arguments: &str, ms: u32) -> String {
        format!("{arguments} x-message-ttl={ms} x-overflow=reject-publish x-queue-type=quorum")
    }

    fn shown(arguments: &FieldTable) -> String {
        let shown: Vec<String> = arguments
            .inner()
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    AMQPValue::LongString(text) => text.to_string(),
                    AMQPValue::LongInt(number) => number.to_string(),
                    AMQPValue::Boolean(flag) => flag.to_string(),
                    other => panic!("{other:?}"),
                };
                format!("{name}={value}")
            })
            .collect();
        // In the order of their names.
        shown.join(" ")
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
