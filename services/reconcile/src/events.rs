//! Reports to all watchers that something about a run changed: as it happens, or not at all.

use std::convert::Infallible;

use prost::Message as _;
use rollcall_chassis::{
    Lifecycle,
    amqp::{Broker, Message, Publisher},
};
use rollcall_domain::{RunId, TenantId};
use rollcall_proto::internal;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Changes that may wait for the broker; further ones are lost, which the database makes good.
const BACKLOG: usize = 1024;
/// Changes that are published at once.
const BATCH: usize = 64;

/// The publisher of changes. It never waits.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    queue: mpsc::Sender<Message>,
}

impl Events {
    /// Begins to publish the reported changes.
    pub(crate) fn start(broker: &Broker, lifecycle: &Lifecycle) -> Self {
        let (queue, receiver) = mpsc::channel(BACKLOG);
        let (publisher, soft) = (broker.publisher(), lifecycle.soft().clone());
        lifecycle.spawn("events", async move {
            publish(receiver, publisher, soft).await;
            Ok::<_, Infallible>(())
        });
        Self { queue }
    }

    /// A run changed.
    pub(crate) fn changed(&self, tenant: &TenantId, run: RunId) {
        let body = internal::v1::RunChanged {
            tenant_id: tenant.to_string(),
            run_id: run.to_string(),
        };
        let message = Message::event(format!("run.{tenant}"), body.encode_to_vec());
        if self.queue.try_send(message).is_err() {
            tracing::debug!(tenant.id = %tenant, run.id = %run, "a change is not announced: too many wait");
        }
    }
}

async fn publish(mut queue: mpsc::Receiver<Message>, publisher: Publisher, soft: CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let received = tokio::select! {
            received = queue.recv_many(&mut batch, BATCH) => received,
            () = soft.cancelled() => return,
        };
        if received == 0 {
            return;
        }
        let lost = publisher
            .publish_all(&batch)
            .await
            .iter()
            .filter(|result| result.is_err())
            .count();
        if lost > 0 {
            tracing::debug!(lost, "changes were not announced");
        }
        batch.clear();
    }
}
