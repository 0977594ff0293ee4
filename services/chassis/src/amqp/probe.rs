//! Asks the broker if it works: an open connection is not enough, because it may hang.

use std::sync::atomic::{AtomicBool, Ordering};

use lapin::{ExchangeKind, options::ExchangeDeclareOptions, types::FieldTable};
use tokio::sync::Mutex;

use super::{AmqpError, channel::Channel, connection::Links, topology::JOBS, within};

/// A channel of its own, kept from one question to the next.
#[derive(Debug)]
pub struct Probe {
    links: Links,
    channel: Mutex<Option<Channel>>,
    was_connected: AtomicBool,
}

impl Probe {
    pub(super) fn new(links: Links) -> Self {
        Self {
            links,
            channel: Mutex::default(),
            was_connected: AtomicBool::new(false),
        }
    }

    /// Asks for an exchange that is declared, which changes nothing. Without a connection it fails at once, except that the
    /// first one is waited for.
    pub async fn ask(&self) -> Result<(), AmqpError> {
        let mut slot = self.channel.lock().await;
        let channel = match slot.take().filter(Channel::is_open) {
            Some(channel) => channel,
            None if self.links.is_connected() || !self.was_connected.load(Ordering::Relaxed) => {
                self.links.open_channel().await?
            }
            None => return Err(AmqpError::Away),
        };
        self.was_connected.store(true, Ordering::Relaxed);
        let options = ExchangeDeclareOptions {
            passive: true,
            ..ExchangeDeclareOptions::default()
        };
        let asking =
            channel
                .inner
                .exchange_declare(JOBS.into(), ExchangeKind::Direct, options, FieldTable::default());
        within("asking the broker", asking).await?;
        // A channel whose answer is overdue is not kept: it may be out of step.
        *slot = Some(channel);
        Ok(())
    }
}
