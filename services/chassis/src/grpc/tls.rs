//! Mutual TLS of a server, over the connections that it accepts.
//!
//! Handshakes run beside each other, so a slow one holds up nobody. Each has an end. Their number is bounded with that of
//! the connections: one whose handshake goes on has made no call yet, and makes room like every silent one.

use std::{io, sync::Arc, time::Duration};

use futures::{Stream, StreamExt as _, stream};
use rollcall_tls::{Reloading, ServerFiles};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// A handshake that takes longer is given up.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The connections that agreed on TLS, each by the certificates that the files held when it came.
pub(super) fn secured<S, C>(
    incoming: S,
    files: Arc<Reloading<ServerFiles>>,
) -> impl Stream<Item = io::Result<TlsStream<C>>> + Send
where
    S: Stream<Item = io::Result<C>> + Send,
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshakes = Handshakes {
        incoming: Box::pin(incoming),
        files,
        // They end with the stream.
        open: JoinSet::new(),
    };
    stream::unfold(handshakes, async |mut handshakes| {
        let next = handshakes.next().await?;
        Some((next, handshakes))
    })
}

struct Handshakes<S, C> {
    incoming: S,
    files: Arc<Reloading<ServerFiles>>,
    open: JoinSet<Option<TlsStream<C>>>,
}

impl<S, C> Handshakes<S, C>
where
    S: Stream<Item = io::Result<C>> + Unpin,
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    /// The next connection that agreed on TLS; `None` when no more come.
    async fn next(&mut self) -> Option<io::Result<TlsStream<C>>> {
        loop {
            tokio::select! {
                Some(ended) = self.open.join_next() => {
                    if let Ok(Some(agreed)) = ended {
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
async fn agree<C>(acceptor: TlsAcceptor, connection: C) -> Option<TlsStream<C>>
where
    C: AsyncRead + AsyncWrite + Unpin,
{
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
