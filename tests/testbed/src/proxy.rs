//! A TCP proxy in front of a server that breaks connections where a test wants it.
//!
//! Bytes are counted for each connection and direction from its beginning, so that a rule for byte 5,000 from the server
//! meets every connection in the same place; with TLS they are the bytes on the wire.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::error::{Doing as _, Result};

/// Where bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client.
    ToServer,
    /// From the server.
    ToClient,
}

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Both sides are closed.
    Cut,
    /// Nothing more passes in this direction, until the rule is changed.
    Stall,
    /// Every byte from here on is another one.
    Garble,
}

/// A fault at a chosen place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// In which direction bytes are counted.
    pub direction: Direction,
    /// How many pass unharmed.
    pub after: u64,
    /// What happens then.
    pub action: Action,
}

/// A running proxy. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    rule: watch::Sender<Option<Fault>>,
    counters: Arc<Counters>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicUsize,
    open: AtomicUsize,
    to_server: AtomicU64,
    to_client: AtomicU64,
}

impl Counters {
    fn of(&self, direction: Direction) -> &AtomicU64 {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }
}

impl Proxy {
    /// Starts a proxy to `server` on a free port of 127.0.0.1; at first it only passes on.
    pub async fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .doing(|| "start a proxy".to_owned())?;
        Self::on(listener, server)
    }

    /// Starts a proxy to `server` on an address and port of one's own choice: one that a certificate names.
    pub async fn start_at(address: SocketAddr, server: SocketAddr) -> Result<Self> {
        Self::on(
            TcpListener::bind(address)
                .await
                .doing(|| format!("start a proxy on {address}"))?,
            server,
        )
    }

    fn on(listener: TcpListener, server: SocketAddr) -> Result<Self> {
        let address = listener.local_addr().doing(|| "start a proxy".to_owned())?;
        let (rule, rules) = watch::channel(None);
        let counters = Arc::new(Counters::default());
        let task = tokio::spawn(serve(listener, server, rules, Arc::clone(&counters)));
        Ok(Self {
            address,
            rule,
            counters,
            task,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection, open or to come, at this place.
    pub fn fault(&self, direction: Direction, after: u64, action: Action) {
        self.rule.send_replace(Some(Fault {
            direction,
            after,
            action,
        }));
    }

    /// Cuts what is open and whatever comes.
    pub fn cut(&self) {
        self.fault(Direction::ToServer, 0, Action::Cut);
    }

    /// Passes on again: new connections, and those that were stalled.
    pub fn heal(&self) {
        self.rule.send_replace(None);
    }

    /// How many connections came so far.
    pub fn connections(&self) -> usize {
        self.counters.connections.load(Ordering::Relaxed)
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        self.counters.open.load(Ordering::Relaxed)
    }

    /// How many bytes passed in a direction so far, over all connections.
    pub fn bytes(&self, direction: Direction) -> u64 {
        self.counters.of(direction).load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Rules = watch::Receiver<Option<Fault>>;

async fn serve(listener: TcpListener, server: SocketAddr, rules: Rules, counters: Arc<Counters>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { return };
                counters.connections.fetch_add(1, Ordering::Relaxed);
                counters.open.fetch_add(1, Ordering::Relaxed);
                let (rules, counters) = (rules.clone(), Arc::clone(&counters));
                connections.spawn(async move {
                    relay(client, server, rules, &counters).await;
                    counters.open.fetch_sub(1, Ordering::Relaxed);
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn relay(client: TcpStream, server: SocketAddr, rules: Rules, counters: &Counters) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let up = pump(
        from_client,
        to_server,
        Lane::new(Direction::ToServer, rules.clone(), counters),
    );
    let down = pump(
        from_server,
        to_client,
        Lane::new(Direction::ToClient, rules, counters),
    );
    // A cut in one direction ends both; an ordinary end of one lets the other finish.
    tokio::pin!(up, down);
    tokio::select! {
        end = &mut up => if end == End::Finished { down.await; },
        end = &mut down => if end == End::Finished { up.await; },
    }
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    Finished,
    Cut,
}

/// One direction of one connection.
struct Lane<'a> {
    direction: Direction,
    rules: Rules,
    counters: &'a Counters,
    passed: u64,
}

impl<'a> Lane<'a> {
    fn new(direction: Direction, rules: Rules, counters: &'a Counters) -> Self {
        Self {
            direction,
            rules,
            counters,
            passed: 0,
        }
    }

    /// The fault of this direction and how many bytes are still to pass before it.
    fn fault(&self) -> Option<(Action, u64)> {
        let rule = (*self.rules.borrow())?;
        (rule.direction == self.direction).then(|| (rule.action, rule.after.saturating_sub(self.passed)))
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut lane: Lane<'_>) -> End {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        lane.rules.mark_unchanged();
        let due = lane
            .fault()
            .filter(|(_, left)| *left == 0)
            .map(|(action, _)| action);
        if due == Some(Action::Cut) {
            return End::Cut;
        }
        let read = tokio::select! {
            changed = lane.rules.changed() => {
                if changed.is_err() { return End::Cut; }
                continue;
            }
            read = from.read(&mut buffer), if due != Some(Action::Stall) => read.unwrap_or(0),
        };
        if read == 0 {
            // The peer of this direction learns of the end and may still answer.
            let _ = to.shutdown().await;
            return End::Finished;
        }
        if pass(&mut to, &mut buffer[..read], &mut lane).await != Some(End::Finished) {
            return End::Cut;
        }
    }
}

/// Passes on what was read, broken where the rule says so. None if the receiver is gone.
async fn pass(to: &mut OwnedWriteHalf, mut bytes: &mut [u8], lane: &mut Lane<'_>) -> Option<End> {
    while !bytes.is_empty() {
        lane.rules.mark_unchanged();
        let (action, left) = lane
            .fault()
            .map_or((None, u64::MAX), |(action, left)| (Some(action), left));
        let unharmed = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let (now, later) = bytes.split_at_mut(unharmed);
        write(to, now, lane).await?;
        bytes = later;
        if bytes.is_empty() {
            break;
        }
        match action {
            Some(Action::Cut) => return Some(End::Cut),
            Some(Action::Stall) => drop(lane.rules.changed().await.ok()?),
            Some(Action::Garble) => {
                for byte in &mut *bytes {
                    *byte ^= 0x5a;
                }
                write(to, bytes, lane).await?;
                break;
            }
            None => {}
        }
    }
    Some(End::Finished)
}

/// None if the receiver is gone.
async fn write(to: &mut OwnedWriteHalf, bytes: &[u8], lane: &mut Lane<'_>) -> Option<()> {
    to.write_all(bytes).await.ok()?;
    let count = bytes.len() as u64;
    lane.passed += count;
    lane.counters
        .of(lane.direction)
        .fetch_add(count, Ordering::Relaxed);
    Some(())
}

#[cfg(test)]
mod tests;
