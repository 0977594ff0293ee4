//! Queues have bounds: a message to a full one is refused, and its sender keeps it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection,
    options::{
        BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions, QueueBindOptions,
        QueueDeclareOptions, QueuePurgeOptions,
    },
    types::{AMQPValue, FieldTable},
};
use prost::Message as _;
use rollcall_chassis::{
    Lifecycle,
    amqp::{Broker, succession::Former},
    config::{AmqpConfig, Secret},
};
use rollcall_e2e::{broker, wait};
use rollcall_proto::v1::{GetFleetRequest, PortalEvent, RunState};
use rollcall_testbed::{Kind, StackOptions};
use tokio::time::timeout;

use crate::own::{Own, people};

const PORTAL: &str = "rollcall.portal";
const DEAD: &str = "rollcall.dead";
const INTERACTIVE: &str = "rollcall.jobs.interactive";
/// Few messages fill a queue.
const LARGE: usize = 4 * 1024 * 1024;

/// The broker, as a client beside the services sees it.
struct Hand {
    connection: Connection,
    channel: Channel,
}

impl Hand {
    async fn connect(own: &Own) -> Result<Self> {
        let connection = broker::connect(own.stack.endpoints()).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self { connection, channel })
    }

    /// Puts a body into a queue; false if the queue refuses it.
    async fn put(&self, queue: &str, body: &[u8]) -> Result<bool> {
        let publishing = self.channel.basic_publish(
            "".into(),
            queue.into(),
            BasicPublishOptions::default(),
            body,
            BasicProperties::default().with_delivery_mode(2),
        );
        Ok(matches!(publishing.await?.await?, Confirmation::Ack(None)))
    }

    /// Fills a queue until it takes no more, and answers how much it took.
    async fn fill(&self, queue: &str) -> Result<usize> {
        let body = vec![0; LARGE];
        for messages in 0..1_000 {
            if !self.put(queue, &body).await? {
                return Ok(messages * LARGE);
            }
        }
        anyhow::bail!("{queue} has no bound")
    }

    async fn purge(&self, queue: &str) -> Result<()> {
        let purging = self
            .channel
            .queue_purge(queue.into(), QueuePurgeOptions::default());
        purging.await?;
        Ok(())
    }

    async fn declare(&self, queue: &str, arguments: FieldTable) -> Result<()> {
        let options = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        self.channel
            .queue_declare(queue.into(), options, arguments)
            .await?;
        Ok(())
    }
}

/// Arguments of each queue, beside its bounds.
fn expected() -> [(&'static str, &'static [&'static str]); 11] {
    [
        (
            PORTAL,
            &[
                "x-overflow=reject-publish",
                "x-delivery-limit=2147483647",
                "x-single-active-consumer=true",
                "x-max-length-bytes=268435456",
            ],
        ),
        (
            DEAD,
            &[
                "x-overflow=drop-head",
                "x-delivery-limit=2147483647",
                "x-max-length=10000",
            ],
        ),
        (
            "rollcall.tests",
            &[
                "x-overflow=reject-publish",
                "x-delivery-limit=2147483647",
                "x-message-ttl=45000",
            ],
        ),
        (INTERACTIVE, &["x-overflow=reject-publish", "x-delivery-limit=20"]),
        (
            "rollcall.jobs.scheduled",
            &["x-overflow=reject-publish", "x-delivery-limit=20"],
        ),
        (
            "rollcall.jobs.slow",
            &["x-overflow=reject-publish", "x-delivery-limit=20"],
        ),
        (
            "rollcall.delay.2s",
            &["x-overflow=reject-publish", "x-message-ttl=2000"],
        ),
        (
            "rollcall.delay.10s",
            &["x-overflow=reject-publish", "x-message-ttl=10000"],
        ),
        (
            "rollcall.delay.60s",
            &["x-overflow=reject-publish", "x-message-ttl=60000"],
        ),
        (
            "rollcall.delay.300s",
            &["x-overflow=reject-publish", "x-message-ttl=300000"],
        ),
        (
            "rollcall.delay.park",
            &["x-overflow=reject-publish", "x-message-ttl=1000"],
        ),
    ]
}

#[tokio::test]
async fn every_queue_has_a_bound_and_says_what_becomes_of_what_is_beyond_it() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let rabbitmq = own.bed.rabbitmq()?;
    for (queue, wanted) in expected() {
        let arguments = rabbitmq.queue_arguments(own.stack.vhost(), queue).await?;
        let arguments: Vec<&str> = arguments.split(' ').collect();
        for bound in ["x-max-length=", "x-max-length-bytes="] {
            ensure!(
                arguments.iter().any(|argument| argument.starts_with(bound)),
                "{queue} has no {bound} in {arguments:?}"
            );
        }
        for argument in wanted {
            ensure!(
                arguments.contains(argument),
                "{queue} has no {argument} in {arguments:?}"
            );
        }
        ensure!(
            arguments.contains(&"x-queue-type=quorum"),
            "{queue}: {arguments:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn while_the_portal_does_not_read_runs_go_on_and_events_wait_in_their_order() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let hand = Hand::connect(&own).await?;
    let (one, forest_of_one) = own.tenant("unread").await?;
    let (other, forest_of_other) = own.tenant("beside").await?;
    for (tenant, forest) in [(&one, &forest_of_one), (&other, &forest_of_other)] {
        people(tenant, forest, 3).await?;
        tenant.put_directory(forest.settings()).await?;
    }
    let bytes = hand.fill(PORTAL).await?;
    assert!(bytes <= 300 * 1024 * 1024, "the broker does not fill up: {bytes}");

    one.sync().await?;
    forest_of_one.add(&one.person("late")).await?;
    one.sync().await?;
    other.sync().await?;
    let waiting = "SELECT count(*) FROM reconcile.outbox WHERE tenant_id = $1";
    assert_eq!(
        own.number(waiting, &one).await?,
        3 + 1 + 1 + 1,
        "all events are kept"
    );
    let fleet = one.clients.results.clone().get_fleet(GetFleetRequest {}).await?;
    let events = fleet.into_inner().events.context("the events that wait")?;
    assert_eq!(events.tenants, 2);
    assert!(events.oldest_create_time.is_some());

    let consuming = hand.channel.basic_consume(
        PORTAL.into(),
        "".into(),
        BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        },
        FieldTable::default(),
    );
    let mut portal = consuming.await?;
    let mut heard = Vec::new();
    while heard.len() < 6 {
        let delivery = timeout(wait::CEILING, portal.next())
            .await?
            .context("the queue goes on")??;
        if delivery.data.len() == LARGE {
            continue;
        }
        let event = PortalEvent::decode(delivery.data.as_slice())?;
        if event.tenant_id == one.id {
            heard.push(event.sequence);
        }
    }
    assert_eq!(heard, [1, 2, 3, 4, 5, 6], "in order, none missing and none twice");
    for tenant in [&one, &other] {
        wait::until(
            "the outbox to be empty",
            || own.number(waiting, tenant),
            |left| *left == 0,
        )
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_request_that_finds_its_lane_full_waits_in_the_database_and_is_done_later() -> Result<()> {
    let options = StackOptions {
        workers: 0,
        ..StackOptions::default()
    };
    let mut own = Own::start(options).await?;
    let hand = Hand::connect(&own).await?;
    let (tenant, _forest) = own.office("full").crowd(2).saved().await?;
    hand.fill(INTERACTIVE).await?;

    let run_id = tenant.start_sync().await?;
    let scheduler = own.stack.service(Kind::Scheduler, 0)?;
    wait::until(
        "the scheduler to say that the lane takes no more",
        || async { Ok(scheduler.log()) },
        |log| log.contains("the broker did not take all jobs"),
    )
    .await?;
    let unpublished =
        "SELECT count(*) FROM scheduler.run_request WHERE tenant_id = $1 AND publish_time IS NULL";
    assert_eq!(own.number(unpublished, &tenant).await?, 1);

    hand.purge(INTERACTIVE).await?;
    own.stack.add(Kind::Worker).await?;
    assert_eq!(tenant.ended(&run_id).await?.state(), RunState::Succeeded);
    Ok(())
}

#[tokio::test]
async fn what_is_left_in_a_queue_of_an_earlier_release_is_moved_to_its_successor() -> Result<()> {
    const OLD: Former = Former {
        name: "rollcall.test.old",
        bound_to: Some(("rollcall.jobs", "old")),
        successor: "rollcall.test.new",
    };
    let own = Own::start(StackOptions {
        workers: 0,
        ..StackOptions::default()
    })
    .await?;
    let hand = Hand::connect(&own).await?;
    OLD.succeed(&hand.connection)
        .await
        .context("without an old queue, nothing is done")?;

    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    hand.declare(OLD.name, arguments.clone()).await?;
    let binding = hand.channel.queue_bind(
        OLD.name.into(),
        "rollcall.jobs".into(),
        "old".into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    binding.await?;
    for n in 0..300 {
        ensure!(hand.put(OLD.name, format!("job {n}").as_bytes()).await?);
    }
    arguments.insert("x-max-length".into(), AMQPValue::LongInt(1_000));
    hand.declare(OLD.successor, arguments).await?;

    // Two processes of the new release come at the same time.
    let (first, second) = (Hand::connect(&own).await?, Hand::connect(&own).await?);
    let (one, two) = tokio::join!(OLD.succeed(&first.connection), OLD.succeed(&second.connection));
    one.or(two)?;
    OLD.succeed(&hand.connection).await?;

    let options = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let asking = hand
        .channel
        .queue_declare(OLD.successor.into(), options, FieldTable::default());
    assert_eq!(asking.await?.message_count(), 300, "none is lost");
    let rabbitmq = own.bed.rabbitmq()?;
    assert!(
        rabbitmq.messages(own.stack.vhost(), OLD.name).await.is_err(),
        "the old queue is gone"
    );
    Ok(())
}

#[tokio::test]
async fn a_wait_for_a_delivery_that_is_given_up_leaves_no_consumer_behind() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let hand = Hand::connect(&own).await?;
    let lifecycle = Lifecycle::new();
    let config = AmqpConfig {
        ca_file: Some(own.stack.endpoints().broker_ca_file.clone()),
        ..AmqpConfig::new(Secret::new(own.stack.endpoints().amqp_url.as_str()))
    };
    let broker = Broker::start(&config, "e2e", &lifecycle)?;
    broker.connected().await;
    // Given up at each step of a subscription, which takes a few milliseconds.
    for given_up_after in (0..40).map(|half| Duration::from_micros(500 * half)) {
        let mut consumer = broker.consumer(DEAD, 1);
        let _ = timeout(given_up_after, consumer.next()).await;
        ensure!(hand.put(DEAD, b"one").await?);
        let delivery = timeout(wait::CEILING, consumer.next())
            .await
            .with_context(|| format!("the delivery after a wait of {given_up_after:?} was given up"))?;
        delivery.ack().await?;
        consumer.stop().await;
    }
    lifecycle.soft().cancel();
    Ok(())
}
