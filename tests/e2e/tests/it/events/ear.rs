//! Listeners for the portal: the test itself, through a queue of its own, and the example program, through the durable one.

use std::{net::SocketAddr, path::PathBuf, process::Stdio};

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use lapin::{
    Connection, Consumer,
    options::{BasicConsumeOptions, QueueBindOptions, QueueDeclareOptions},
    types::FieldTable,
};
use prost::Message as _;
use rollcall_e2e::{Tenant, broker, wait};
use rollcall_proto::v1::{PortalEvent, portal_event::Event};
use rollcall_testbed::rabbitmq;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::own::Own;

/// An event of a tenant, as it was heard.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) name: String,
    pub(super) event: PortalEvent,
}

impl Heard {
    /// `account.created ann@acme.example welcome`: what the example prints behind tenant and sequence of an account's event.
    pub(super) fn in_short(&self) -> String {
        match &self.event.event {
            Some(Event::Account(event_body)) => {
                let account = event_body.account.clone().unwrap_or_default();
                let welcome = if event_body.send_welcome { " welcome" } else { "" };
                format!("{} {}{welcome}", self.name, account.primary_address)
            }
            _ => self.name.clone(),
        }
    }
}

/// A queue of the test's own, that hears what the portal hears.
pub(super) struct Ear {
    _connection: Connection,
    consumer: Consumer,
}

impl Ear {
    pub(super) async fn listen(own: &Own) -> Result<Self> {
        let connection = broker::connect(own.stack.endpoints()).await?;
        let channel = connection.create_channel().await?;
        let options = QueueDeclareOptions {
            exclusive: true,
            ..QueueDeclareOptions::default()
        };
        let queue = channel
            .queue_declare("".into(), options, FieldTable::default())
            .await?
            .name()
            .clone();
        channel
            .queue_bind(
                queue.clone(),
                "rollcall.portal".into(),
                "#".into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await?;
        let options = BasicConsumeOptions {
            no_ack: true,
            ..BasicConsumeOptions::default()
        };
        let consumer = channel
            .basic_consume(queue, "".into(), options, FieldTable::default())
            .await?;
        Ok(Self {
            _connection: connection,
            consumer,
        })
    }

    /// The tenant's next events, up to and with one of this name.
    pub(super) async fn up_to(&mut self, tenant: &Tenant, name: &str) -> Result<Vec<Heard>> {
        let mut heard = Vec::new();
        loop {
            let delivery = timeout(wait::CEILING, self.consumer.next())
                .await
                .with_context(|| format!("{name} did not come; heard: {heard:?}"))?
                .context("the queue ended")??;
            let event = PortalEvent::decode(delivery.data.as_slice())?;
            if event.tenant_id != tenant.id {
                continue;
            }
            let is_last = delivery.routing_key.as_str() == name;
            heard.push(Heard {
                name: delivery.routing_key.to_string(),
                event,
            });
            if is_last {
                return Ok(heard);
            }
        }
    }
}

/// `deploy/examples/portal-events`, running.
pub(super) struct Example {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Example {
    /// Started with the portal's own user, past the broker's address if another one leads there.
    pub(super) fn start(own: &Own, through: Option<SocketAddr>) -> Result<Self> {
        let rabbitmq = own.bed.rabbitmq()?;
        let address = through.unwrap_or_else(|| rabbitmq.socket_address());
        let mut process = Command::new(binary()?)
            .env(
                "AMQP_URL",
                rabbitmq.user_url_through(address, rabbitmq::PORTAL, own.stack.vhost())?,
            )
            .env("AMQP_CA_FILE", rabbitmq.ca_file())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let lines = BufReader::new(process.stdout.take().context("standard output")?).lines();
        Ok(Self { process, lines })
    }

    /// The next lines about the tenant, up to and with one that names this event.
    pub(super) async fn up_to(&mut self, tenant: &Tenant, name: &str) -> Result<Vec<String>> {
        let mut printed = Vec::new();
        loop {
            let line = timeout(wait::CEILING, self.lines.next_line())
                .await
                .with_context(|| format!("{name} is not printed; printed: {printed:?}"))??
                .context("the example ended")?;
            let mut words = line.split(' ');
            if words.next() != Some(tenant.id.as_str()) {
                continue;
            }
            let is_last = words.nth(1) == Some(name);
            printed.push(line);
            if is_last {
                return Ok(printed);
            }
        }
    }

    /// Ends it by Ctrl-C.
    pub(super) async fn interrupt(mut self) -> Result<()> {
        let process = self.process.id().context("a process")?.to_string();
        let sent = Command::new("kill").args(["-INT", &process]).status().await?;
        ensure!(sent.success(), "the example is still there");
        let ended = timeout(wait::CEILING, self.process.wait()).await??;
        ensure!(ended.success(), "it ended as {ended:?}");
        Ok(())
    }
}

/// Built beside the tests.
fn binary() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let built = own.ancestors().nth(2).context("a folder of binaries")?;
    let binary = built.join("portal-events");
    ensure!(binary.exists(), "{} is not built", binary.display());
    Ok(binary)
}
