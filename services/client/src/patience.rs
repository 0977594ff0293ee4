//! Bounds of the waiting for a service.

use std::time::Duration;

use crate::CONNECT;

/// How long a front end waits for a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection, with TLS.
    pub connect: Duration,
    /// For the answer to a call, or the next part of it.
    pub answer: Duration,
}

impl Patience {
    /// Enough for each call: a connection test answers once a worker has taken it, or after a minute without one.
    pub const DEFAULT: Self = Self {
        connect: CONNECT,
        answer: Duration::from_secs(75),
    };
}
