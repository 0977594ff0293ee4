//! The treatment of the bytes of one connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::messages::Messages;
use super::{Action, Counters, Direction, Fault, Place};

/// Times a second that a slow way takes some bytes.
const TICKS_PER_SECOND: u32 = 20;

type Rules = watch::Receiver<Option<Fault>>;

pub(super) async fn serve(
    listener: TcpListener,
    servers: watch::Receiver<Vec<SocketAddr>>,
    rules: Rules,
    counters: Arc<Counters>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { return };
                counters.connections.fetch_add(1, Ordering::Relaxed);
                counters.open.fetch_add(1, Ordering::Relaxed);
                let (rules, counters) = (rules.clone(), Arc::clone(&counters));
                let servers = servers.borrow().clone();
                connections.spawn(async move {
                    relay(client, &servers, rules, &counters).await;
                    counters.open.fetch_sub(1, Ordering::Relaxed);
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn relay(client: TcpStream, servers: &[SocketAddr], rules: Rules, counters: &Counters) {
    // The first that takes it.
    let Ok(server) = TcpStream::connect(servers).await else {
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
    messages: Messages,
    garbles: bool,
}

impl<'a> Lane<'a> {
    fn new(direction: Direction, rules: Rules, counters: &'a Counters) -> Self {
        Self {
            direction,
            rules,
            counters,
            passed: 0,
            messages: Messages::default(),
            garbles: false,
        }
    }

    /// The rule of this direction.
    fn fault(&self) -> Option<Fault> {
        (*self.rules.borrow()).filter(|rule| rule.direction == self.direction)
    }

    /// The action that is due before another byte passes.
    fn due(&self) -> Option<Action> {
        let fault = self.fault()?;
        let reached = match fault.place {
            Place::Bytes(bytes) => self.passed >= bytes,
            Place::Messages(messages) => self.messages.ended() >= messages,
        };
        reached.then_some(fault.action)
    }

    /// Number of these bytes that pass unharmed, and the action on the others.
    fn judge(&mut self, bytes: &[u8]) -> (usize, Option<Action>) {
        let fault = self.fault();
        let until = match fault.map(|fault| fault.place) {
            Some(Place::Messages(messages)) => messages,
            _ => u64::MAX,
        };
        let within = self.messages.pass(bytes, until);
        match fault.map(|fault| fault.place) {
            None => (bytes.len(), None),
            Some(Place::Messages(_)) => (within, fault.map(|fault| fault.action)),
            Some(Place::Bytes(place)) => {
                let left = usize::try_from(place.saturating_sub(self.passed)).unwrap_or(usize::MAX);
                (left.min(bytes.len()), fault.map(|fault| fault.action))
            }
        }
    }

    /// True if the connection was garbled under a rule that is gone: its bytes are beyond repair.
    fn is_spoilt(&self) -> bool {
        self.garbles && self.fault().is_none_or(|fault| fault.action != Action::Garble)
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut lane: Lane<'_>) -> End {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        lane.rules.mark_unchanged();
        let due = lane.due();
        if due == Some(Action::Cut) || lane.is_spoilt() {
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

/// Passes on what was read, broken where the rule says so. `None` if the receiver is gone.
async fn pass(to: &mut OwnedWriteHalf, mut bytes: &mut [u8], lane: &mut Lane<'_>) -> Option<End> {
    lane.rules.mark_unchanged();
    let (unharmed, action) = lane.judge(bytes);
    let (now, later) = bytes.split_at_mut(unharmed);
    write(to, now, lane).await?;
    bytes = later;
    let mut action = action;
    while !bytes.is_empty() {
        match action {
            Some(Action::Cut) => return Some(End::Cut),
            Some(Action::Stall) => {
                lane.rules.changed().await.ok()?;
                action = lane.due();
            }
            Some(Action::Garble) => {
                lane.garbles = true;
                for byte in &mut *bytes {
                    *byte ^= 0x5a;
                }
                return write(to, bytes, lane).await.map(|()| End::Finished);
            }
            Some(Action::Throttle(per_second)) => {
                let piece = usize::try_from((per_second / TICKS_PER_SECOND).max(1)).unwrap_or(usize::MAX);
                let (now, later) = bytes.split_at_mut(piece.min(bytes.len()));
                write(to, now, lane).await?;
                bytes = later;
                tokio::time::sleep(Duration::from_secs(1) / TICKS_PER_SECOND).await;
                action = lane.due();
            }
            None => return write(to, bytes, lane).await.map(|()| End::Finished),
        }
    }
    Some(End::Finished)
}

/// `None` if the receiver is gone.
async fn write(to: &mut OwnedWriteHalf, bytes: &[u8], lane: &mut Lane<'_>) -> Option<()> {
    to.write_all(bytes).await.ok()?;
    let count = bytes.len() as u64;
    lane.passed += count;
    lane.counters
        .bytes_of(lane.direction)
        .fetch_add(count, Ordering::Relaxed);
    Some(())
}
