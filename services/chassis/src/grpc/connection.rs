//! Connections of a server: bounds of their number, and of their time without a call.
//!
//! A connection that never makes a call costs its peer nothing, so with only a bound such connections could keep all
//! other callers out. They are therefore closed soon, and when the bound is reached the oldest of them makes room.
//!
//! A certificate is checked when a connection begins. So that nobody calls with one that has expired since then, its
//! connection ends with it: at once if no call is open, otherwise after the last of them or a minute.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::{Stream, stream, task::AtomicWaker};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep, sleep, sleep_until},
};
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::config::ServerConfig;

/// After an error of accepting, such as no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Time that open calls have once their caller's certificate has expired.
const EXPIRY_GRACE: Duration = Duration::from_mins(1);

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Connections {
    all: usize,
    per_address: usize,
    silence: Duration,
    idle: Duration,
    open: Mutex<HashMap<SocketAddr, Arc<Connection>>>,
    /// The bound was reached and nothing has been accepted since then: it is logged once.
    full: AtomicBool,
}

/// One connection, as its stream and its calls share it.
#[derive(Debug)]
struct Connection {
    accepted: Instant,
    use_: Mutex<Use>,
    /// The end of its caller's certificate, once that is known.
    expiry: OnceLock<Instant>,
    /// It must end now.
    closed: AtomicBool,
    stream: AtomicWaker,
}

#[derive(Debug, Clone, Copy)]
enum Use {
    /// It has not made a call yet.
    Silent,
    /// So many calls are open.
    Busy(usize),
    /// Its last call ended then.
    Idle(Instant),
}

impl Connections {
    pub(super) fn new(config: &ServerConfig) -> Self {
        Self {
            all: config.max_connections as usize,
            per_address: config.max_connections_per_address as usize,
            silence: Duration::from_secs(config.silence_seconds.into()),
            idle: Duration::from_secs(config.idle_seconds.into()),
            open: Mutex::default(),
            full: AtomicBool::new(false),
        }
    }

    /// Accepts connections for as long as this is polled.
    pub(super) fn accept(
        self: &Arc<Self>,
        listener: TcpListener,
    ) -> impl Stream<Item = io::Result<Guarded>> + Send + use<> {
        stream::unfold((listener, Arc::clone(self)), async |(listener, connections)| {
            loop {
                match listener.accept().await {
                    Ok((stream, peer)) => {
                        if let Some(guarded) = connections.guard(stream, peer) {
                            return Some((Ok(guarded), (listener, connections)));
                        }
                    }
                    Err(error) => {
                        connections.note_full(&error.to_string());
                        sleep(ACCEPT_PAUSE).await;
                    }
                }
            }
        })
    }

    /// None closes it at once.
    fn guard(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr) -> Option<Guarded> {
        // Answers are small and a caller waits for them; a peer that is gone already needs none.
        stream.set_nodelay(true).ok()?;
        let connection = Arc::new(Connection {
            accepted: Instant::now(),
            use_: Mutex::new(Use::Silent),
            expiry: OnceLock::new(),
            closed: AtomicBool::new(false),
            stream: AtomicWaker::new(),
        });
        self.admit(peer, &connection)?;
        Some(Guarded {
            stream,
            timer: Box::pin(sleep_until(connection.accepted + self.silence)),
            connection,
            connections: Arc::clone(self),
            peer,
        })
    }

    fn admit(&self, peer: SocketAddr, connection: &Arc<Connection>) -> Option<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = open.keys().filter(|other| other.ip() == peer.ip()).count();
        let room = if of_address >= self.per_address {
            displace(&mut open, |other| other.ip() == peer.ip())
        } else if open.len() >= self.all {
            displace(&mut open, |_| true)
        } else {
            Some(())
        };
        if room.is_some() {
            open.insert(peer, Arc::clone(connection));
        }
        drop(open);
        if room.is_none() {
            self.note_full(&format!("{of_address} connections from {}", peer.ip()));
        } else if of_address < self.per_address {
            self.full.store(false, Ordering::Relaxed);
        }
        room
    }

    fn note_full(&self, cause: &str) {
        if !self.full.swap(true, Ordering::Relaxed) {
            tracing::warn!(cause, "new connections are refused: too many are open");
        }
    }

    /// A call begins on the connection from this address; it ends when the answer is dropped.
    pub(super) fn call(&self, peer: Option<SocketAddr>) -> Option<OpenOn> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = Arc::clone(open.get(&peer?)?);
        drop(open);
        connection.change(|use_| match use_ {
            Use::Busy(calls) => Use::Busy(calls + 1),
            Use::Silent | Use::Idle(_) => Use::Busy(1),
        });
        Some(OpenOn(connection))
    }

    fn forget(&self, peer: SocketAddr, connection: &Arc<Connection>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // A displaced connection has gone already, and its address may be another connection's.
        if open
            .get(&peer)
            .is_some_and(|current| Arc::ptr_eq(current, connection))
        {
            open.remove(&peer);
        }
    }
}

/// Closes the oldest of these connections that has never made a call.
fn displace(
    open: &mut HashMap<SocketAddr, Arc<Connection>>,
    may: impl Fn(&SocketAddr) -> bool,
) -> Option<()> {
    let (peer, _) = open
        .iter()
        .filter(|(peer, connection)| may(peer) && matches!(connection.state(), Use::Silent))
        .min_by_key(|(_, connection)| connection.accepted)?;
    let peer = *peer;
    let connection = open.remove(&peer)?;
    connection.close();
    Some(())
}

impl Connection {
    fn state(&self) -> Use {
        *self.use_.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the new use.
    fn change(&self, to: impl FnOnce(Use) -> Use) -> Use {
        let mut use_ = self.use_.lock().unwrap_or_else(PoisonError::into_inner);
        *use_ = to(*use_);
        *use_
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.stream.wake();
    }

    /// The time at which it must end in this use of it, as far as that is known now.
    fn end(&self, use_: Use, now: Instant, connections: &Connections) -> Instant {
        let (unused, expired) = match use_ {
            Use::Silent => (self.accepted + connections.silence, Duration::ZERO),
            Use::Busy(_) => (now + connections.idle, EXPIRY_GRACE),
            Use::Idle(since) => (since + connections.idle, Duration::ZERO),
        };
        let expiry = self.expiry.get().map(|expiry| *expiry + expired);
        expiry.map_or(unused, |expiry| expiry.min(unused))
    }
}

/// A call on a connection.
#[derive(Debug)]
pub(super) struct OpenOn(Arc<Connection>);

impl Drop for OpenOn {
    fn drop(&mut self) {
        let now = Instant::now();
        let left = self.0.change(|use_| match use_ {
            Use::Busy(calls) if calls > 1 => Use::Busy(calls - 1),
            _ => Use::Idle(now),
        });
        let has_expired = self.0.expiry.get().is_some_and(|expiry| *expiry <= now);
        if has_expired && matches!(left, Use::Idle(_)) {
            self.0.close();
        }
    }
}

/// A connection's stream, which ends when the connection had no call for too long, its caller's certificate has expired, or
/// it must make room.
#[derive(Debug)]
pub(super) struct Guarded {
    stream: TcpStream,
    timer: Pin<Box<Sleep>>,
    connection: Arc<Connection>,
    connections: Arc<Connections>,
    peer: SocketAddr,
}

impl Guarded {
    /// Lets the connection end when its caller's certificate does, which is so far from now.
    pub(super) fn expire_in(&mut self, left: Duration) {
        let now = Instant::now();
        // An end that no clock reaches is none.
        if let Some(expiry) = now.checked_add(left)
            && self.connection.expiry.set(expiry).is_ok()
        {
            let end = self
                .connection
                .end(self.connection.state(), now, &self.connections);
            self.timer.as_mut().reset(end);
        }
    }

    /// Ready when the connection must be closed.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.connection.stream.register(context.waker());
        if self.connection.closed.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        while self.timer.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            let end = self
                .connection
                .end(self.connection.state(), now, &self.connections);
            if end <= now {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(end);
        }
        Poll::Pending
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.connections.forget(self.peer, &self.connection);
    }
}

impl Connected for Guarded {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.poll_end(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut this.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests;
