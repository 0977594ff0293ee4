//! Awaiting a condition, with a ceiling and the last state seen in the error.

use std::{fmt::Debug, future::Future, time::Duration};

use anyhow::{Result, bail};
use tokio::time::{Instant, sleep};

/// Longer than anything takes on a loaded machine.
pub const CEILING: Duration = Duration::from_secs(90);

/// Asks until `accept` holds, and answers what was then seen. Fails at the ceiling with the last answer.
pub async fn until<T, F, Fut>(what: &str, mut ask: F, accept: impl Fn(&T) -> bool) -> Result<T>
where
    T: Debug,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let end = Instant::now() + CEILING;
    loop {
        let seen = ask().await?;
        if accept(&seen) {
            return Ok(seen);
        }
        if Instant::now() >= end {
            bail!("waited {CEILING:?} for {what}; last seen: {seen:?}");
        }
        // The interval of a poll, not a guess of how long something takes.
        sleep(Duration::from_millis(50)).await;
    }
}
