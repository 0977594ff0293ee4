//! Prints what the portal hears of Rollcall, an event a line: an example for the portal's developers to start from.
//!
//! It reads the durable queue `rollcall.portal` on the broker that `AMQP_URL` names, with the portal's user, who may do
//! nothing else. `AMQP_CA_FILE` names the authority of the broker's certificate. It connects as Rollcall's services do;
//! any client of AMQP 0-9-1 with TLS serves as well. What is to be copied from it is the order of things: take an event,
//! do what it says, and only then acknowledge it.

mod line;
mod seen;

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures::StreamExt as _;
use lapin::{
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use prost::Message as _;
use rollcall_chassis::{
    amqp,
    config::{AmqpConfig, Problems, Secret},
};
use rollcall_proto::v1::PortalEvent;

use seen::{Meeting, Seen};

/// Rollcall's queue for the portal.
const QUEUE: &str = "rollcall.portal";
/// The version of events that this program knows.
const SCHEMA_VERSION: u32 = 1;
/// So many events may be on their way to us; they come in order all the same.
const IN_FLIGHT: u16 = 100;
/// The first and the longest pause between two tries to connect.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(15));

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let broker = broker()?;
    let mut seen = Seen::default();
    tokio::select! {
        never = listen_for_ever(&broker, &mut seen) => match never {},
        stopped = tokio::signal::ctrl_c() => stopped.context("listen for Ctrl-C"),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an example is configured by its environment alone"
)]
fn broker() -> Result<AmqpConfig> {
    let url = std::env::var("AMQP_URL")
        .context("AMQP_URL says where the broker is: amqps://user:password@host:5671/%2f")?;
    let config = AmqpConfig {
        ca_file: std::env::var_os("AMQP_CA_FILE").map(Into::into),
        ..AmqpConfig::new(Secret::new(url))
    };
    let mut problems = Problems::default();
    config.validate(&mut problems);
    problems.into_result()?;
    Ok(config)
}

/// Connects again whenever the connection breaks. What was not acknowledged comes again then.
async fn listen_for_ever(broker: &AmqpConfig, seen: &mut Seen) -> std::convert::Infallible {
    let (first, longest) = PAUSES;
    let mut pause = first;
    loop {
        let before = seen.events();
        let Err(error) = listen(broker, seen).await;
        if seen.events() > before {
            pause = first;
        }
        eprintln!("{error:#}; trying again in {} s", pause.as_secs_f32());
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

/// Listens until the connection breaks.
async fn listen(broker: &AmqpConfig, seen: &mut Seen) -> Result<std::convert::Infallible> {
    let connection = amqp::connect(broker, "portal-events")
        .await
        .context("cannot connect to the broker")?;
    let channel = connection.create_channel().await?;
    channel.basic_qos(IN_FLIGHT, BasicQosOptions::default()).await?;
    let mut deliveries = channel
        .basic_consume(
            QUEUE.into(),
            "portal-events".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await
        .context("cannot listen to the queue")?;
    eprintln!("listening");
    while let Some(delivery) = deliveries.next().await {
        let delivery = delivery.context("the connection broke")?;
        take(&delivery, seen)?;
        delivery
            .ack(BasicAckOptions::default())
            .await
            .context("cannot acknowledge")?;
    }
    bail!("the broker ended the connection")
}

/// Does what an event says. A portal would write to its own database here, the event's sequence with it in one
/// transaction: then an event counts once, whatever breaks.
fn take(delivery: &Delivery, seen: &mut Seen) -> Result<()> {
    let name = delivery.routing_key.as_str();
    let event = match PortalEvent::decode(delivery.data.as_slice()) {
        Ok(event) => event,
        // Of another program: coming again would not help.
        Err(error) => {
            eprintln!("passed over: not an event: {error}");
            return Ok(());
        }
    };
    // It stays in the queue, and what follows it too, until a newer program takes them in their order.
    ensure!(
        event.schema_version == SCHEMA_VERSION,
        "an event of schema version {}: this program must be updated",
        event.schema_version
    );
    match seen.meet(&event.tenant_id, event.sequence) {
        Meeting::New => println!("{}", line::describe(name, &event)),
        Meeting::Repetition => {}
        Meeting::AfterGap { expected } => eprintln!(
            "{} {}: {expected} is missing; it comes again, with all that follows it",
            event.tenant_id, event.sequence
        ),
    }
    Ok(())
}
