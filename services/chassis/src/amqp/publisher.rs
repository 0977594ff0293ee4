//! Publishing, and knowing that it arrived.

use std::{collections::VecDeque, sync::Arc};

use lapin::{
    Confirmation, PublisherConfirm,
    options::{BasicPublishOptions, ConfirmSelectOptions},
};
use tokio::sync::Mutex;

use super::{AmqpError, Message, channel::Channel, connection::Links, within};

/// Number of messages in progress at once; more is not faster.
const WINDOW: usize = 256;

/// Publishes with confirms. Clones share a channel, which is opened again after it broke. An error means that the
/// message may or may not have arrived: publish it again.
#[derive(Debug, Clone)]
pub struct Publisher {
    links: Links,
    channel: Arc<Mutex<Option<Channel>>>,
}

impl Publisher {
    pub(super) fn new(links: Links) -> Self {
        Self {
            links,
            channel: Arc::default(),
        }
    }

    /// Publishes one message and waits until the broker has it. A mandatory message that no queue takes is an error.
    pub async fn publish(&self, message: &Message) -> Result<(), AmqpError> {
        let channel = self.channel().await?;
        let result = match begin(&channel, message).await {
            Ok(confirm) => await_confirm(message, confirm).await,
            Err(error) => Err(error),
        };
        self.give_up_on_failure(&channel, &result).await;
        result
    }

    /// Publishes messages in their order, many in progress at once, and says of each if the broker has it.
    pub async fn publish_all(&self, messages: &[Message]) -> Vec<Result<(), AmqpError>> {
        let channel = match self.channel().await {
            Ok(channel) => channel,
            Err(error) => return messages.iter().map(|_| Err(again(&error))).collect(),
        };
        let mut results = Vec::with_capacity(messages.len());
        let mut under_way = VecDeque::with_capacity(WINDOW);
        for message in messages {
            if under_way.len() == WINDOW
                && let Some((message, confirm)) = under_way.pop_front()
            {
                results.push(await_begun(message, confirm).await);
            }
            under_way.push_back((message, begin(&channel, message).await));
        }
        for (message, confirm) in under_way {
            results.push(await_begun(message, confirm).await);
        }
        if let Some(failed) = results.iter().find(|result| is_channel_lost(result)) {
            self.give_up_on_failure(&channel, failed).await;
        }
        results
    }

    /// The channel, opened first if there is none that works. Others wait during that time, no longer than its
    /// time-outs.
    async fn channel(&self) -> Result<Channel, AmqpError> {
        let mut slot = self.channel.lock().await;
        if let Some(channel) = slot.as_ref().filter(|channel| channel.is_open()) {
            return Ok(channel.clone());
        }
        let channel = self.links.open_channel().await?;
        within(
            "asking for confirms",
            channel.inner.confirm_select(ConfirmSelectOptions::default()),
        )
        .await?;
        *slot = Some(channel.clone());
        Ok(channel)
    }

    /// A channel on which an answer is overdue may be out of step: the next message gets a new one.
    async fn give_up_on_failure(&self, channel: &Channel, result: &Result<(), AmqpError>) {
        if is_channel_lost(result) {
            let mut slot = self.channel.lock().await;
            if slot
                .as_ref()
                .is_some_and(|current| current.inner.id() == channel.inner.id())
            {
                *slot = None;
            }
        }
    }
}

fn is_channel_lost(result: &Result<(), AmqpError>) -> bool {
    matches!(result, Err(AmqpError::TimedOut(_) | AmqpError::Broken { .. }))
}

/// The error that met one message, for the next, which was not even begun.
fn again(error: &AmqpError) -> AmqpError {
    match error {
        AmqpError::TimedOut(what) => AmqpError::TimedOut(what),
        _ => AmqpError::Away,
    }
}

async fn begin(channel: &Channel, message: &Message) -> Result<PublisherConfirm, AmqpError> {
    let options = BasicPublishOptions {
        mandatory: message.mandatory,
        ..BasicPublishOptions::default()
    };
    let publishing = channel.inner.basic_publish(
        message.exchange.into(),
        message.routing_key.as_str().into(),
        options,
        &message.body,
        message.properties(),
    );
    within("publishing", publishing).await
}

async fn await_begun(message: &Message, begun: Result<PublisherConfirm, AmqpError>) -> Result<(), AmqpError> {
    await_confirm(message, begun?).await
}

async fn await_confirm(message: &Message, confirm: PublisherConfirm) -> Result<(), AmqpError> {
    match within("confirming a message", confirm).await? {
        // The broker confirms what it returned as well.
        Confirmation::Ack(Some(_)) => Err(AmqpError::Unroutable {
            exchange: message.exchange.to_owned(),
            routing_key: message.routing_key.clone(),
        }),
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Nack(_) | Confirmation::NotRequested => Err(AmqpError::Refused),
    }
}
