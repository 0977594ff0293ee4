//! The one place where the time is read. Everything below the edges is given the time.

use jiff::Timestamp;

/// The time now.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge at which the clock is read"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}
