//! Mutual TLS of a server, over the connections that it accepts.
//!
//! Handshakes run beside each other, so a slow one holds up nobody. Each has an end. Their number is bounded with that of
//! the connections: one whose handshake goes on has made no call yet, and makes room like every silent one.

use std::{io, sync::Arc, time::Duration};

use futures::{Stream, StreamExt as _, stream};
use jiff::Timestamp;
use rollcall_tls::{Reloading, ServerFiles, end_of};
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::connection::Guarded;

/// A handshake that takes longer is given up.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The connections that agreed on TLS, each by the certificates that the files held when it came. It ends with its client's
/// certificate.
pub(super) fn secured<S>(
    incoming: S,
    files: Arc<Reloading<ServerFiles>>,
    clock: fn() -> Timestamp,
) -> impl Stream<Item = io::Result<TlsStream<Guarded>>> + Send
where
    S: Stream<Item = io::Result<Guarded>> + Send,
{
    let handshakes = Handshakes {
        incoming: Box::pin(incoming),
        files,
        clock,
        // They end with the stream.
        open: JoinSet::new(),
    };
    stream::unfold(handshakes, async |mut handshakes| {
        let next = handshakes.next().await?;
        Some((next, handshakes))
    })
}

struct Handshakes<S> {
    incoming: S,
    files: Arc<Reloading<ServerFiles>>,
    clock: fn() -> Timestamp,
    open: JoinSet<Option<TlsStream<Guarded>>>,
}

impl<S> Handshakes<S>
where
    S: Stream<Item = io::Result<Guarded>> + Unpin,
{
    /// The next connection that agreed on TLS; `None` when no more come.
    async fn next(&mut self) -> Option<io::Result<TlsStream<Guarded>>> {
        loop {
            tokio::select! {
                Some(ended) = self.open.join_next() => {
                    if let Ok(Some(mut agreed)) = ended
                        && expire(&mut agreed, (self.clock)()).is_some()
                    {
                        return Some(Ok(agreed));
                    }
                }
                connection = self.incoming.next() => match connection? {
                    Ok(connection) => {
                        let acceptor = TlsAcceptor::from(self.files.current());
                        self.open.spawn(agree(acceptor, connection));
                    }
                    Err(error) => return Some(Err(error)),
                },
            }
        }
    }
}

/// `None` if the peer does not agree, or not in time.
async fn agree(acceptor: TlsAcceptor, connection: Guarded) -> Option<TlsStream<Guarded>> {
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(connection)).await {
        Ok(Ok(agreed)) => Some(agreed),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a connection did not agree on TLS");
            None
        }
        Err(_) => {
            tracing::debug!("a connection did not agree on TLS in time");
            None
        }
    }
}

/// Lets a connection end with its client's certificate. `None` if that has no end that can be read.
fn expire(agreed: &mut TlsStream<Guarded>, now: Timestamp) -> Option<()> {
    let (connection, session) = agreed.get_mut();
    let end = end_of(session.peer_certificates()?.first()?)?;
    // It was valid a moment ago; if it is no longer, the connection ends at once.
    let left = end.duration_since(now).try_into().unwrap_or_default();
    connection.expire_in(left);
    Some(())
}
