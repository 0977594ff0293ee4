//! The connection, and the next one when it breaks.

use std::{sync::Arc, time::Duration};

use futures::StreamExt as _;
use lapin::Connection;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{AmqpError, TIMEOUT, channel::Channel, declared, target::Target, within};
use crate::{
    BoxError, Lifecycle,
    config::AmqpConfig,
    file_watch::{self, Content},
    outage::{BROKER, Cause},
    pauses::Pauses,
};

/// Pauses between two tries to connect.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(200), Duration::from_secs(2));

/// Between two looks at whether a connection still works. The client library announces no end without an error code, and
/// none that came before a listener; it has nothing else to await an end by.
const LOOK: Duration = Duration::from_secs(1);

/// A connection of the moment.
#[derive(Clone)]
struct Link {
    connection: Arc<Connection>,
    /// Cancelled when the connection has ended, also by code that finds it dead before the connection itself does.
    ended: CancellationToken,
}

/// The connection, even while there is none. Clones share it; it is closed with the last of them.
#[derive(Clone)]
pub(super) struct Links {
    links: watch::Receiver<Option<Link>>,
    _held: Arc<DropGuard>,
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links")
            .field("connected", &self.is_connected())
            .finish_non_exhaustive()
    }
}

impl Links {
    /// Begins to connect, under a name that the broker's operator sees. No connection is used before the topology is
    /// declared.
    pub(super) fn start(config: &AmqpConfig, name: &str, lifecycle: &Lifecycle) -> Result<Self, AmqpError> {
        let target = Target::new(config, name)?;
        if let Some(files) = target.files() {
            file_watch::watch(Content::Certificates, files, lifecycle);
        }
        let (links, receiver) = watch::channel(None);
        let unused = CancellationToken::new();
        let held = Arc::new(unused.clone().drop_guard());
        lifecycle.spawn("broker connection", async move {
            keep_connected(&target, &links, &unused).await;
            Ok::<_, BoxError>(())
        });
        Ok(Self {
            links: receiver,
            _held: held,
        })
    }

    /// True if there is a connection now.
    pub(super) fn is_connected(&self) -> bool {
        self.links
            .borrow()
            .as_ref()
            .is_some_and(|link| link.connection.status().connected())
    }

    /// Waits until there is a connection, however long that takes.
    pub(super) async fn connected(&self) {
        let mut links = self.links.clone();
        // The sender lives as long as this handle, unless the process ends at once.
        let _ = links.wait_for(Option::is_some).await;
    }

    /// Opens a channel on the connection of the moment, waiting for one if there is none.
    pub(super) async fn open_channel(&self) -> Result<Channel, AmqpError> {
        let mut links = self.links.clone();
        let found = async {
            let found = links.wait_for(Option::is_some).await.map(|link| link.clone());
            match found {
                Ok(link) => link,
                // No code keeps a connection any longer, and the process is about to end. An answer at once would let a
                // caller that asks repeatedly keep a thread busy.
                Err(_) => std::future::pending().await,
            }
        };
        let link = tokio::time::timeout(TIMEOUT, found).await.ok().flatten();
        let link = link.ok_or(AmqpError::Away)?;
        let opened = within("opening a channel", link.connection.create_channel()).await;
        if opened.is_err() {
            link.ended.cancel();
        }
        Ok(Channel {
            inner: opened?,
            ended: link.ended,
        })
    }
}

/// Connects, and sees that all that lasts is declared.
async fn connect(target: &Target) -> Result<Connection, AmqpError> {
    let connection = target.connect().await?;
    declared::check(&connection).await?;
    Ok(connection)
}

/// Connects once, and disconnects.
pub(super) async fn check(config: &AmqpConfig, name: &str) -> Result<(), AmqpError> {
    let connection = Target::new(config, name)?.connect().await?;
    within("closing the connection", connection.close(200, "OK".into())).await
}

/// Connects, hands the connection out, and waits for its end, until it is no longer used.
async fn keep_connected(target: &Target, links: &watch::Sender<Option<Link>>, unused: &CancellationToken) {
    let mut pauses = PAUSES;
    loop {
        let connected = tokio::select! {
            connected = connect(target) => connected,
            () = unused.cancelled() => return,
        };
        match connected {
            Ok(connection) => {
                pauses.reset();
                tracing::debug!("connected to the broker");
                BROKER.answers();
                BROKER.check_soon();
                let goes_on = hold(connection, links, unused).await;
                if !goes_on {
                    return;
                }
                tracing::debug!("the connection to the broker broke");
                BROKER.suspect(&AmqpError::Away);
            }
            Err(error) => BROKER.is_away(&Cause::away(&error)),
        }
        tokio::select! {
            () = tokio::time::sleep(pauses.grow()) => {}
            () = unused.cancelled() => return,
        }
    }
}

/// Hands a connection out while it works. False when it is no longer used.
async fn hold(
    connection: Connection,
    links: &watch::Sender<Option<Link>>,
    unused: &CancellationToken,
) -> bool {
    let mut events = Box::pin(connection.events_listener());
    let link = Link {
        connection: Arc::new(connection),
        ended: CancellationToken::new(),
    };
    links.send_replace(Some(link.clone()));
    let goes_on = loop {
        if !link.connection.status().connected() {
            break true;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            event = events.next() => match event {
                Some(lapin::Event::ConnectionBlocked(reason)) => {
                    tracing::warn!(reason, "the broker takes no messages at the moment");
                }
                Some(lapin::Event::ConnectionUnblocked) => tracing::info!("the broker takes messages again"),
                Some(_) => {}
                None => break true,
            },
            () = link.ended.cancelled() => break true,
            () = unused.cancelled() => break false,
        }
    };
    links.send_replace(None);
    link.ended.cancel();
    // A broken connection gives nothing more; a whole one is closed in order.
    let _ = within("closing the connection", link.connection.close(200, "OK".into())).await;
    goes_on
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::{sync::watch, time::Instant};
    use tokio_util::sync::CancellationToken;

    use super::{AmqpError, Links, TIMEOUT};

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_connection_is_not_requested_in_a_busy_loop() {
        let (_, links) = watch::channel(None);
        let links = Links {
            links,
            _held: Arc::new(CancellationToken::new().drop_guard()),
        };
        let before = Instant::now();
        assert!(matches!(links.open_channel().await, Err(AmqpError::Away)));
        assert!(before.elapsed() >= TIMEOUT, "{:?}", before.elapsed());
    }
}
