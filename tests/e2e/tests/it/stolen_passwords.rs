//! What each password of the broker opens: all that its service needs, and nothing else.

use anyhow::{Result, ensure};
use lapin::{
    BasicProperties, Channel, Connection, ErrorKind, ExchangeKind,
    options::{
        BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions,
        ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions, QueuePurgeOptions,
    },
    protocol::{AMQPErrorKind, AMQPSoftError},
    types::FieldTable,
};
use rollcall_chassis::amqp::topology;
use rollcall_e2e::{broker, wait};
use rollcall_testbed::{Kind, StackOptions, rabbitmq};

use crate::own::Own;

/// A user of the broker, the exchanges to which it may publish, the queues that it may take from, and the queues that it
/// may bind to an exchange.
struct Rights {
    user: &'static str,
    publishes: &'static [&'static str],
    takes: &'static [&'static str],
    binds: &'static [(&'static str, &'static str)],
}

const RIGHTS: [Rights; 5] = [
    Rights {
        user: "rollcall_scheduler",
        publishes: &["rollcall.jobs", "rollcall.dead"],
        takes: &[],
        // It publishes to the one and hears the other.
        binds: &[("rollcall.dead", "rollcall.replies")],
    },
    Rights {
        user: "rollcall_worker",
        publishes: &[
            "rollcall.jobs",
            "rollcall.replies",
            "rollcall.dead",
            "rollcall.delay.2s",
            "rollcall.delay.10s",
            "rollcall.delay.60s",
            "rollcall.delay.300s",
            "rollcall.delay.park",
        ],
        takes: &[
            "rollcall.tests",
            "rollcall.jobs.interactive",
            "rollcall.jobs.scheduled",
            "rollcall.jobs.slow",
        ],
        binds: &[],
    },
    Rights {
        user: "rollcall_reconcile",
        publishes: &["rollcall.portal", "rollcall.events"],
        takes: &[],
        binds: &[],
    },
    Rights {
        user: "rollcall_results",
        publishes: &[],
        takes: &[],
        binds: &[],
    },
    Rights {
        user: "rollcall_portal",
        publishes: &[],
        takes: &["rollcall.portal"],
        binds: &[],
    },
];

/// One who has a user's password.
struct Thief {
    connection: Connection,
}

impl Thief {
    async fn with_password_of(own: &Own, user: &str) -> Result<Self> {
        let rabbitmq = own.bed.rabbitmq()?;
        let url = rabbitmq.user_url(user, own.stack.vhost())?;
        let connection = broker::connect_to(&url, &rabbitmq.ca_file()).await?;
        Ok(Self { connection })
    }

    /// A refusal closes its channel, so each attempt has its own.
    async fn channel(&self) -> Result<Channel> {
        Ok(self.connection.create_channel().await?)
    }

    async fn publishes(&self, exchange: &str, key: &str) -> Result<bool> {
        let channel = self.channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        let publishing = channel.basic_publish(exchange.into(), key.into(), options, b"stolen", properties);
        match publishing.await {
            Ok(confirm) => allowed(confirm.await),
            Err(error) => allowed::<()>(Err(error)),
        }
    }

    async fn takes(&self, queue: &str) -> Result<bool> {
        let channel = self.channel().await?;
        let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
        let consuming = channel.basic_consume(queue.into(), "".into(), options, arguments);
        let takes = allowed(consuming.await)?;
        if takes {
            channel.close(200, "OK".into()).await?;
        }
        Ok(takes)
    }

    async fn purges(&self, queue: &str) -> Result<bool> {
        let channel = self.channel().await?;
        allowed(
            channel
                .queue_purge(queue.into(), QueuePurgeOptions::default())
                .await,
        )
    }

    async fn declares(&self, queue: &str) -> Result<bool> {
        let channel = self.channel().await?;
        let (options, arguments) = (QueueDeclareOptions::default(), FieldTable::default());
        allowed(channel.queue_declare(queue.into(), options, arguments).await)
    }

    async fn deletes(&self, queue: &str) -> Result<bool> {
        let channel = self.channel().await?;
        allowed(
            channel
                .queue_delete(queue.into(), QueueDeleteOptions::default())
                .await,
        )
    }

    async fn binds(&self, queue: &str, exchange: &str) -> Result<bool> {
        let channel = self.channel().await?;
        let (options, arguments) = (QueueBindOptions::default(), FieldTable::default());
        allowed(
            channel
                .queue_bind(queue.into(), exchange.into(), "#".into(), options, arguments)
                .await,
        )
    }

    async fn changes_exchange(&self, exchange: &str) -> Result<bool> {
        let (one, other) = (self.channel().await?, self.channel().await?);
        let (options, arguments) = (ExchangeDeclareOptions::default(), FieldTable::default());
        let declared = one.exchange_declare(exchange.into(), ExchangeKind::Topic, options, arguments);
        let deleted = other.exchange_delete(exchange.into(), ExchangeDeleteOptions::default());
        Ok(allowed(declared.await)? || allowed(deleted.await)?)
    }
}

/// False if the broker refused it to this user. Any other failure is one of the test.
fn allowed<T>(result: lapin::Result<T>) -> Result<bool> {
    match result {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::ProtocolError(answer)
                if matches!(answer.kind(), AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED)) =>
            {
                Ok(false)
            }
            _ => Err(error.into()),
        },
    }
}

fn queues() -> Vec<&'static str> {
    topology::queues().iter().map(|queue| queue.name).collect()
}

fn exchanges() -> Vec<&'static str> {
    topology::exchanges().iter().map(|(name, _)| *name).collect()
}

/// No service takes what is in the queues, so that nothing is taken from it.
async fn quiet() -> Result<Own> {
    Own::start(StackOptions {
        workers: 0,
        ..StackOptions::default()
    })
    .await
}

#[tokio::test]
async fn a_stolen_password_publishes_and_takes_only_what_its_service_does() -> Result<()> {
    let own = quiet().await?;
    for rights in RIGHTS {
        let thief = Thief::with_password_of(&own, rights.user).await?;
        for exchange in exchanges() {
            assert_eq!(
                thief.publishes(exchange, "nowhere").await?,
                rights.publishes.contains(&exchange),
                "{} publishes to {exchange}",
                rights.user
            );
        }
        for queue in queues() {
            let takes = rights.takes.contains(&queue);
            assert_eq!(
                thief.takes(queue).await?,
                takes,
                "{} takes from {queue}",
                rights.user
            );
            assert_eq!(
                thief.purges(queue).await?,
                takes,
                "{} purges {queue}",
                rights.user
            );
            ensure!(
                !thief.publishes("", queue).await?,
                "{} reaches {queue} by the default exchange",
                rights.user
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_stolen_password_declares_deletes_and_binds_nothing_that_lasts() -> Result<()> {
    let own = quiet().await?;
    for Rights { user, binds, .. } in RIGHTS {
        let thief = Thief::with_password_of(&own, user).await?;
        for exchange in exchanges() {
            ensure!(
                !thief.changes_exchange(exchange).await?,
                "{user} changes {exchange}"
            );
        }
        for queue in queues() {
            ensure!(!thief.declares(queue).await?, "{user} declares {queue}");
            ensure!(!thief.deletes(queue).await?, "{user} deletes {queue}");
            for exchange in exchanges() {
                assert_eq!(
                    thief.binds(queue, exchange).await?,
                    binds.contains(&(queue, exchange)),
                    "{user} binds {queue} to {exchange}"
                );
            }
        }
        ensure!(!thief.declares("mine").await?, "{user} declares any queue");
    }
    Ok(())
}

#[tokio::test]
async fn queues_of_a_services_own_hear_nothing_else() -> Result<()> {
    let own = quiet().await?;
    for (user, own_queue, hears) in [
        ("rollcall_scheduler", "rollcall.replies.mine", "rollcall.replies"),
        ("rollcall_results", "rollcall.listeners.mine", "rollcall.events"),
    ] {
        let thief = Thief::with_password_of(&own, user).await?;
        ensure!(thief.declares(own_queue).await?, "{user} needs {own_queue}");
        for exchange in exchanges() {
            assert_eq!(
                thief.binds(own_queue, exchange).await?,
                exchange == hears,
                "{user} hears {exchange}"
            );
        }
        for Rights { user: other, .. } in RIGHTS.iter().filter(|rights| rights.user != user) {
            let other_thief = Thief::with_password_of(&own, other).await?;
            ensure!(
                !other_thief.takes(own_queue).await?,
                "{other} takes from {own_queue}"
            );
            ensure!(
                !other_thief.deletes(own_queue).await?,
                "{other} deletes {own_queue}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_service_waits_for_what_an_operator_has_not_declared_and_says_what_it_is() -> Result<()> {
    let mut own = quiet().await?;
    let operator = Thief::with_password_of(&own, rabbitmq::OPERATOR).await?;
    ensure!(operator.deletes("rollcall.tests").await?);
    own.stack.add_unready(Kind::Worker).await?;
    let worker = own.stack.service(Kind::Worker, 0)?;
    wait::until(
        "the worker to say what it waits for",
        || async { Ok(worker.log()) },
        |log| log.contains("rollcall.tests is not declared yet"),
    )
    .await?;
    ensure!(!worker.is_serving().await?);

    own.stack.declare_topology().await?;
    worker.until_serving().await?;
    let (tenant, _forest) = own.office("declared").crowd(1).saved().await?;
    tenant.sync().await?;
    Ok(())
}
