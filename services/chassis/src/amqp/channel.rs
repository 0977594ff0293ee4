//! Channels that know whether their connection has ended.

use tokio_util::sync::CancellationToken;

/// A channel of one connection. Clones are the same channel.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    pub(super) inner: lapin::Channel,
    /// Cancelled when the connection has ended. The client library marks the channels of a broken connection after it has
    /// announced the break, one by one.
    pub(super) ended: CancellationToken,
}

impl Channel {
    /// True if it can be used. Once there is another connection, this is false for each channel of the one before.
    pub(super) fn is_open(&self) -> bool {
        !self.ended.is_cancelled() && self.inner.status().connected()
    }
}
