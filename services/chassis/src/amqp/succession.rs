//! Replacement of a queue by one with new arguments, because a queue's arguments cannot be changed.
//!
//! The new queue has a new name, and the messages of the old one are moved to it: first to the new queue, confirmed,
//! and only then acknowledged in the old one. A crash in between therefore moves a message twice and loses none.
//! Processes of the release before may continue beside those of this one: they take from the old queue until they end.
//! If a release before is declared again, it binds the old queue again, and the next declaration of this release moves
//! the messages that came there.
//!
//! Moved messages may overtake each other. So this is for jobs and dead letters, which have no order. The
//! portal's queue has one: deploy/OPERATION.md says how an operator replaces it.

use std::time::Duration;

use futures::StreamExt as _;
use lapin::{
    Channel, Connection, Consumer,
    message::Delivery,
    options::{
        BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions,
        ConfirmSelectOptions, QueueDeclareOptions, QueueDeleteOptions,
    },
    types::FieldTable,
};

use super::{AmqpError, Fault, within};

/// A queue from which nothing comes for so long is asked how much is left in it.
const QUIET: Duration = Duration::from_millis(500);
/// Number of messages that may be on their way from the old queue.
const PREFETCH: u16 = 16;
/// Limit of one move, so that a declaration comes to an end. The next one continues.
const MOST: usize = 100_000;

/// A queue of an earlier release.
#[derive(Debug, Clone, Copy)]
pub struct Former {
    /// Its name.
    pub name: &'static str,
    /// The exchange and the routing key that led to it, if it was bound.
    pub bound_to: Option<(&'static str, &'static str)>,
    /// The queue that takes its place, which is declared already.
    pub successor: &'static str,
}

impl Former {
    /// Moves the messages of the old queue, and deletes it once it is no longer used. Does nothing if there is none.
    pub async fn succeed(&self, connection: &Connection) -> Result<(), AmqpError> {
        // The broker closes a channel on which a queue is asked for that does not exist.
        let channel = within("opening a channel", connection.create_channel()).await?;
        if self.left(&channel).await?.is_none() {
            return Ok(());
        }
        if let Some((exchange, key)) = self.bound_to {
            let unbinding = channel.queue_unbind(
                self.name.into(),
                exchange.into(),
                key.into(),
                FieldTable::default(),
            );
            within("unbinding a queue", unbinding).await?;
        }
        let moved = self.drain(&channel).await?;
        let left = self.left(&channel).await?;
        let deleted = left.is_some_and(|left| left.messages == 0 && left.consumers == 0);
        if deleted {
            let deleting = channel.queue_delete(self.name.into(), QueueDeleteOptions::default());
            within("deleting a queue", deleting).await?;
        }
        tracing::info!(
            queue = self.name,
            successor = self.successor,
            moved,
            deleted,
            "a queue of an earlier release was emptied"
        );
        Ok(())
    }

    async fn drain(&self, channel: &Channel) -> Result<usize, AmqpError> {
        within(
            "asking for confirms",
            channel.confirm_select(ConfirmSelectOptions::default()),
        )
        .await?;
        within(
            "bounding deliveries",
            channel.basic_qos(PREFETCH, BasicQosOptions::default()),
        )
        .await?;
        let consuming = channel.basic_consume(
            self.name.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        let mut old: Consumer = within("consuming", consuming).await?;
        let mut moved = 0;
        while moved < MOST {
            match tokio::time::timeout(QUIET, old.next()).await {
                Ok(Some(Ok(delivery))) => {
                    self.hand_on(channel, delivery).await?;
                    moved += 1;
                }
                Ok(Some(Err(error))) => return Err(broken("consuming", error)),
                Ok(None) => break,
                Err(_) if self.left(channel).await?.is_none_or(|left| left.messages == 0) => break,
                Err(_) => {}
            }
        }
        let cancelling = channel.basic_cancel(old.tag(), BasicCancelOptions::default());
        within("cancelling a consumer", cancelling).await?;
        Ok(moved)
    }

    async fn hand_on(&self, channel: &Channel, delivery: Delivery) -> Result<(), AmqpError> {
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let publishing = channel.basic_publish(
            "".into(),
            self.successor.into(),
            options,
            &delivery.data,
            delivery.properties.clone(),
        );
        let confirm = within("publishing", publishing).await?;
        match within("confirming a message", confirm).await? {
            lapin::Confirmation::Ack(None) => {}
            _ => return Err(AmqpError::Refused),
        }
        within("acknowledging", delivery.acker.ack(BasicAckOptions::default())).await?;
        Ok(())
    }

    /// Number of messages left in the old queue; `None` if there is none.
    async fn left(&self, channel: &Channel) -> Result<Option<Left>, AmqpError> {
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let asking = channel.queue_declare(self.name.into(), options, FieldTable::default());
        match within("asking for a queue", asking).await {
            Ok(queue) => Ok(Some(Left {
                messages: queue.message_count(),
                consumers: queue.consumer_count(),
            })),
            Err(AmqpError::Broken {
                source: Fault::Refused(_),
                ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Left {
    messages: u32,
    consumers: u32,
}

fn broken(what: &'static str, error: lapin::Error) -> AmqpError {
    AmqpError::Broken {
        what,
        source: error.into(),
    }
}
