//! Bounds of a directory's answers in size and time.

use std::time::Duration;

/// More than this of a page never waits in memory, unless a single message is larger.
const CREDIT_BYTES: usize = 2 * 1024 * 1024;
/// A message that is larger borrows what it takes.
pub(super) const SMALL_BYTES: usize = 256 * 1024;
/// Memory of a large message, as a multiple of its length.
pub(super) const LARGE_FACTOR: usize = 6;
/// Memory of a connection without large messages, which is also all that a connection test needs.
pub(crate) const CONNECTION_BYTES: usize = CREDIT_BYTES + 4 * SMALL_BYTES;
/// Memory of a run besides its connection: batches on their way to reconcile.
pub(crate) const BATCHES_BYTES: usize = 5 * 1024 * 1024;
/// Memory of a run whose directory does not answer, or answers slowly.
pub(crate) const WAITING_BYTES: usize = 2 * SMALL_BYTES;

/// Deepest nesting of an answer's elements. A search entry needs six levels, a control with a value seven.
pub(super) const ANSWER_DEPTH: usize = 12;

/// Bounds of one frame.
#[derive(Debug, Clone, Copy)]
pub struct FrameLimits {
    /// Header included.
    pub bytes: usize,
    /// Elements of any kind, at any depth.
    pub elements: usize,
    /// Deepest nesting.
    pub depth: usize,
}

/// Bounds of one read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Resolving a name, connecting to one address, agreeing on TLS: each at most this long.
    pub connect: Duration,
    /// All of these together, over all hosts and addresses.
    pub reach: Duration,
    /// Time until the bind is answered.
    pub bind: Duration,
    /// Time until the server's next message after the bind.
    pub operation: Duration,
    /// Entries asked for at a time.
    pub page_size: u32,
    /// Values of one entry.
    pub values: usize,
    /// Length of one value.
    pub value_bytes: usize,
    /// All values of one entry, over all its ranges, and what they take beside their bytes.
    pub entry_bytes: usize,
    /// Length of one message.
    pub message_bytes: usize,
}

impl Limits {
    /// Bounds of one message.
    pub fn frame(&self) -> FrameLimits {
        // An entry is a few elements beside its values; two for each attribute.
        FrameLimits {
            bytes: self.message_bytes,
            elements: self.values.saturating_add(1_000),
            depth: ANSWER_DEPTH,
        }
    }

    /// Bytes of a page that may wait to be read.
    pub fn credit(&self) -> usize {
        CREDIT_BYTES
    }

    /// Memory of a large message until it has become an entry. It lies in the guard, in the library's buffer, and
    /// parsed, for a moment twice. Then there are its values and the claims that are made of them.
    pub fn large_bytes(&self) -> usize {
        self.message_bytes.saturating_mul(LARGE_FACTOR)
    }
}
