//! The portal: takes every event from its queue, and keeps them by tenant.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Result;
use futures::StreamExt as _;
use lapin::{
    options::{BasicAckOptions, BasicConsumeOptions},
    types::FieldTable,
};
use prost::Message as _;
use rollcall_chassis::amqp;
use rollcall_e2e::broker;
use rollcall_proto::v1::PortalEvent;
use tokio::task::JoinHandle;

/// Between two tries to reach the broker.
const PAUSE: Duration = Duration::from_millis(100);

type Heard = Arc<Mutex<HashMap<String, Vec<PortalEvent>>>>;

/// Listens until it is dropped, and connects again whenever the broker was away.
#[derive(Debug)]
pub(crate) struct Portal {
    heard: Heard,
    task: JoinHandle<()>,
}

impl Portal {
    /// Begins to listen.
    pub(crate) fn listen(amqp_url: String, ca_file: PathBuf) -> Self {
        let heard = Heard::default();
        let task = tokio::spawn({
            let heard = Arc::clone(&heard);
            async move {
                loop {
                    // An error is an end like any other: what was not acknowledged comes again.
                    let _ = consume(&amqp_url, &ca_file, &heard).await;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        });
        Self { heard, task }
    }

    /// Events that a tenant's portal received so far, in that order.
    pub(crate) fn heard(&self, tenant: &str) -> Vec<PortalEvent> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get(tenant).cloned().unwrap_or_default()
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn consume(amqp_url: &str, ca_file: &Path, heard: &Heard) -> Result<()> {
    let connection = broker::connect_to(amqp_url, ca_file).await?;
    let channel = connection.create_channel().await?;
    let mut deliveries = channel
        .basic_consume(
            amqp::topology::PORTAL.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await?;
    while let Some(delivery) = deliveries.next().await {
        let delivery = delivery?;
        let event = PortalEvent::decode(delivery.data.as_slice())?;
        heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(event.tenant_id.clone())
            .or_default()
            .push(event);
        delivery.acker.ack(BasicAckOptions::default()).await?;
    }
    Ok(())
}
