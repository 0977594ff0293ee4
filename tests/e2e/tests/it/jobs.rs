//! Jobs that are no jobs, jobs that come twice: the lane goes on, and nothing is done twice.
//!
//! The stacks here do one interactive job at a time, in order: what ended after a job came shows that the job is finished.

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use lapin::{
    BasicProperties, Channel, Connection,
    options::{
        BasicCancelOptions, BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions,
        QueueDeclareOptions, QueuePurgeOptions,
    },
    types::{AMQPValue, FieldTable},
};
use prost::Message as _;
use rollcall_chassis::{amqp::sign_job, signing::SigningKey};
use rollcall_e2e::{Tenant, broker, wait};
use rollcall_proto::{
    internal::v1::Job,
    v1::{PortalEvent, Security},
};
use rollcall_testbed::{Endpoints, Kind, StackOptions};
use tokio::time::timeout;

use crate::own::{Own, STALLED_AT, reading, succeeded};

pub(crate) const DEAD: &str = "rollcall.dead";
pub(crate) const PARKED: &str = "rollcall.delay.park";
const PORTAL: &str = "rollcall.portal";

/// A stack that does one job at a time in each worker, and its broker.
async fn one_at_a_time(workers: usize) -> Result<(Own, Broker)> {
    let options = StackOptions {
        workers,
        ..StackOptions::default()
    };
    let own = Own::start(options.set(Kind::Worker, "ROLLCALL_LANES__INTERACTIVE", "1")).await?;
    let broker = Broker::connect(own.stack.endpoints()).await?;
    Ok((own, broker))
}

/// A job as the scheduler of this stack signs it.
pub(crate) fn job(own: &Own, tenant: &Tenant, run_id: &str, schema_version: u32) -> Result<Vec<u8>> {
    let job = Job {
        schema_version,
        tenant_id: tenant.id.clone(),
        run_id: run_id.to_owned(),
        test: None,
    };
    let key = SigningKey::read(&own.stack.signing_key())?;
    Ok(sign_job(&key, &job).encode_to_vec())
}

#[tokio::test]
async fn what_is_no_job_goes_to_the_dead_letters_with_its_reason_and_the_lane_goes_on() -> Result<()> {
    let (own, broker) = one_at_a_time(1).await?;
    let (tenant, _forest) = own.office("dead").crowd(3).saved().await?;
    let run_id = tenant.sync().await?.run_id;
    let of_another_time = job(&own, &tenant, &run_id, 99)?;
    broker.put_job(b"\xff\xffno job").await?;
    broker.put_job(&of_another_time).await?;

    tenant.sync().await?;

    // Each is sent on by a task of its own: the second may overtake the first.
    let one = broker.take(DEAD).await?.context("a dead letter")?;
    let other = broker.take(DEAD).await?.context("another dead letter")?;
    let (undecodable, unknown) = if one.body == of_another_time {
        (other, one)
    } else {
        (one, other)
    };
    assert_eq!(undecodable.body, b"\xff\xffno job");
    assert!(undecodable.reason.contains("not a job"), "{undecodable:?}");
    assert_eq!(unknown.body, of_another_time);
    assert!(unknown.reason.contains("version 99"), "{unknown:?}");
    assert!(broker.take(DEAD).await?.is_none());
    Ok(())
}

#[tokio::test]
async fn the_job_of_a_run_that_is_over_changes_nothing() -> Result<()> {
    let (own, broker) = one_at_a_time(1).await?;
    let (tenant, forest) = own.office("over").crowd(3).saved().await?;
    let run_id = tenant.sync().await?.run_id;
    let run = tenant.run(&run_id).await?;
    forest.remove("p0").await?;
    broker.put_job(&job(&own, &tenant, &run_id, 1)?).await?;

    // Of another tenant: behind the job, in the same lane.
    own.office("behind").crowd(3).synced().await?;

    assert_eq!(tenant.run(&run_id).await?, run);
    assert_eq!(
        (own.fence(&tenant).await?, own.applied(&tenant).await?),
        (1, 1),
        "it was not begun again"
    );
    assert!(
        tenant
            .accounts()
            .await?
            .iter()
            .all(|account| account.stale_since.is_none())
    );
    Ok(())
}

#[tokio::test]
async fn a_job_that_two_workers_have_is_done_by_one_of_them() -> Result<()> {
    let (own, broker) = one_at_a_time(2).await?;
    let (tenant, forest) = own.office("twice").crowd(40).furnished().await?;
    let proxy = forest.proxy().await?;
    proxy.stall_after(STALLED_AT);
    tenant.put_directory(proxy.settings(Security::Plaintext)).await?;
    let run_id = reading(&tenant, &proxy).await?;

    broker.put_job(&job(&own, &tenant, &run_id, 1)?).await?;
    wait::until(
        "the other worker to park its job",
        || broker.waiting(PARKED),
        |jobs| *jobs == 1,
    )
    .await?;
    proxy.heal();

    succeeded(&tenant, &run_id).await?;
    // In both workers one job is behind those of before.
    for word in ["after", "after-that"] {
        own.office(word).crowd(3).synced().await?;
    }
    assert_eq!((own.fence(&tenant).await?, own.applied(&tenant).await?), (1, 1));
    let keys = broker.events_of(&tenant).await?;
    assert_eq!(
        keys.iter().filter(|key| *key == "account.created").count(),
        40,
        "{keys:?}"
    );
    assert_eq!(
        keys.iter().filter(|key| *key == "run.finished").count(),
        1,
        "{keys:?}"
    );
    Ok(())
}

/// The virtual host of a stack, from outside.
pub(crate) struct Broker {
    _connection: Connection,
    channel: Channel,
}

/// A message that was taken from a queue.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) reason: String,
    pub(crate) body: Vec<u8>,
}

impl Broker {
    pub(crate) async fn connect(endpoints: &Endpoints) -> Result<Self> {
        let connection = broker::connect(endpoints).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        Ok(Self {
            _connection: connection,
            channel,
        })
    }

    /// Puts a body into the interactive lane.
    async fn put_job(&self, body: &[u8]) -> Result<()> {
        self.put("interactive", body).await
    }

    /// Puts a body into a lane.
    pub(crate) async fn put(&self, lane: &str, body: &[u8]) -> Result<()> {
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        let publishing =
            self.channel
                .basic_publish("rollcall.jobs".into(), lane.into(), options, body, properties);
        ensure!(publishing.await?.await?.is_ack(), "the broker confirms");
        Ok(())
    }

    /// Puts a body where connection tests wait.
    pub(crate) async fn put_test(&self, body: &[u8]) -> Result<()> {
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        let publishing =
            self.channel
                .basic_publish("".into(), "rollcall.tests".into(), options, body, properties);
        ensure!(publishing.await?.await?.is_ack(), "the broker confirms");
        Ok(())
    }

    /// The next message of a queue, for good; none if it is empty.
    pub(crate) async fn take(&self, queue: &str) -> Result<Option<Taken>> {
        let options = BasicGetOptions { no_ack: true };
        let Some(message) = self.channel.basic_get(queue.into(), options).await? else {
            return Ok(None);
        };
        let headers = message.delivery.properties.headers().clone().unwrap_or_default();
        let reason = match headers.inner().get("x-rollcall-reason") {
            Some(AMQPValue::LongString(reason)) => reason.to_string(),
            _ => String::new(),
        };
        Ok(Some(Taken {
            reason,
            body: message.delivery.data.clone(),
        }))
    }

    /// Throws away what waits in a queue.
    pub(crate) async fn purge(&self, queue: &str) -> Result<()> {
        let options = QueuePurgeOptions::default();
        self.channel.queue_purge(queue.into(), options).await?;
        Ok(())
    }

    /// Number of messages that wait in a queue.
    pub(crate) async fn waiting(&self, queue: &str) -> Result<u32> {
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let declared = self
            .channel
            .queue_declare(queue.into(), options, FieldTable::default())
            .await?;
        Ok(declared.message_count())
    }

    /// The names of the events about a tenant, up to and with the end of its run.
    async fn events_of(&self, tenant: &Tenant) -> Result<Vec<String>> {
        let mut keys: Vec<String> = Vec::new();
        // A queue for one consumer at a time takes no single questions.
        let options = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        let consuming = self
            .channel
            .basic_consume(PORTAL.into(), "".into(), options, FieldTable::default());
        let mut portal = consuming.await?;
        while keys.last().is_none_or(|key| key != "run.finished") {
            let delivery = timeout(wait::CEILING, portal.next())
                .await
                .with_context(|| format!("the portal hears of the run; so far: {keys:?}"))?
                .context("the queue ended")??;
            if PortalEvent::decode(delivery.data.as_slice())?.tenant_id == tenant.id {
                keys.push(delivery.routing_key.to_string());
            }
        }
        self.channel
            .basic_cancel(portal.tag(), BasicCancelOptions::default())
            .await?;
        Ok(keys)
    }
}
