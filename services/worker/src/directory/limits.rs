//! What a directory may send and how long it may take.

use std::time::Duration;

use super::frame::{ANSWER_DEPTH, FrameLimits};

/// More than this of a page never waits in memory.
const CREDIT_BYTES: usize = 4 * 1024 * 1024;

/// Bounds of one read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Resolving a name, connecting to one address, agreeing on TLS: each at most this long.
    pub connect: Duration,
    /// All of these together, over all hosts and addresses.
    pub reach: Duration,
    /// Until the bind is answered.
    pub bind: Duration,
    /// Until the server's next message after the bind.
    pub operation: Duration,
    /// Entries asked for at a time.
    pub page_size: u32,
    /// Entries of one read.
    pub entries: u64,
    /// Values of one entry.
    pub values: usize,
    /// Length of one value.
    pub value_bytes: usize,
    /// Length of one message.
    pub message_bytes: usize,
}

impl Limits {
    /// What one message may be.
    pub fn frame(&self) -> FrameLimits {
        // An entry is a few elements beside its values; two for each attribute.
        FrameLimits {
            bytes: self.message_bytes,
            elements: self.values.saturating_add(1_000),
            depth: ANSWER_DEPTH,
        }
    }

    /// How many bytes of a page may wait to be read.
    pub fn credit(&self) -> usize {
        CREDIT_BYTES.max(self.message_bytes)
    }
}
