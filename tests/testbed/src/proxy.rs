//! A TCP proxy in front of a server that breaks connections where a test wants it.
//!
//! Bytes are counted for each connection and direction from its beginning, so that a rule for byte 5,000 from the
//! server meets every connection in the same place; with TLS they are the bytes on the wire. LDAP's messages can be
//! counted instead, as long as they are not encrypted.

mod messages;
mod relay;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::{Doing as _, Result};

/// The direction of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client.
    ToServer,
    /// From the server.
    ToClient,
}

/// Effect on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Both sides are closed.
    Cut,
    /// Nothing more passes in this direction, until the rule is changed.
    Stall,
    /// Every byte from here on is another one, as long as the connection lasts. It does not outlast the rule.
    Garble,
    /// From here on so many bytes a second pass in this direction.
    Throttle(u32),
}

/// A place in what passes in one direction of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Behind so many bytes.
    Bytes(u64),
    /// Behind so many messages of LDAP.
    Messages(u64),
}

/// A fault at a chosen place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// In which direction bytes or messages are counted.
    pub direction: Direction,
    /// Place up to which bytes pass unharmed.
    pub place: Place,
    /// Effect from there on.
    pub action: Action,
}

/// A running proxy. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    rule: watch::Sender<Option<Fault>>,
    servers: watch::Sender<Vec<SocketAddr>>,
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
    fn bytes_of(&self, direction: Direction) -> &AtomicU64 {
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
        let (servers, targets) = watch::channel(vec![server]);
        let counters = Arc::new(Counters::default());
        let task = tokio::spawn(relay::serve(listener, targets, rules, Arc::clone(&counters)));
        Ok(Self {
            address,
            rule,
            servers,
            counters,
            task,
        })
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection, open or to come, at this place.
    pub fn fault(&self, direction: Direction, after: u64, action: Action) {
        self.break_at(Fault {
            direction,
            place: Place::Bytes(after),
            action,
        });
    }

    /// Breaks every connection, open or to come, in this way.
    pub fn break_at(&self, fault: Fault) {
        self.rule.send_replace(Some(fault));
    }

    /// Heals, but leaves the way from the server slow: so many bytes a second.
    pub fn heal_slowly(&self, bytes_per_second: u32) {
        self.fault(Direction::ToClient, 0, Action::Throttle(bytes_per_second));
    }

    /// Cuts what is open and whatever comes.
    pub fn cut(&self) {
        self.fault(Direction::ToServer, 0, Action::Cut);
    }

    /// Passes on again: new connections, and those that were stalled or slow.
    pub fn heal(&self) {
        self.rule.send_replace(None);
    }

    /// Leads new connections to the first of these servers that takes them. Those that are open stay where they are.
    pub fn lead_to(&self, servers: &[SocketAddr]) {
        self.servers.send_replace(servers.to_vec());
    }

    /// Number of connections that came so far.
    pub fn connections(&self) -> usize {
        self.counters.connections.load(Ordering::Relaxed)
    }

    /// Number of open connections.
    pub fn open_connections(&self) -> usize {
        self.counters.open.load(Ordering::Relaxed)
    }

    /// Number of bytes that passed in a direction so far, over all connections.
    pub fn bytes(&self, direction: Direction) -> u64 {
        self.counters.bytes_of(direction).load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests;
