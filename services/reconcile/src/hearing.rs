//! The time since which heartbeats get through.
//!
//! While the database is away, or this process, no heartbeat is noted, and every run that goes on looks silent.
//! Silence counts against a run only if it could have been heard.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// The time since which heartbeats get through to the database by this process, as far as it knows.
#[derive(Debug)]
pub(crate) struct Hearing(Mutex<Instant>);

/// A heartbeat on its way. Unless it is [`Listening::heard`], it did not get through.
#[must_use]
pub(crate) struct Listening<'a> {
    hearing: &'a Hearing,
    heard: bool,
}

impl Hearing {
    /// From now on.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// Before a heartbeat is noted.
    pub(crate) fn listen(&self) -> Listening<'_> {
        Listening {
            hearing: self,
            heard: false,
        }
    }

    /// True if a run that lives would have been heard within this time.
    pub(crate) fn would_have_heard(&self, within: Duration) -> bool {
        self.since().elapsed() >= within
    }

    fn since(&self) -> MutexGuard<'_, Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listening<'_> {
    /// The database has answered.
    pub(crate) fn heard(mut self) {
        self.heard = true;
    }
}

/// A caller that waits no longer drops its call, so this is where an answer that never came is seen.
impl Drop for Listening<'_> {
    fn drop(&mut self) {
        if !self.heard {
            *self.hearing.since() = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENCE: Duration = Duration::from_secs(15);

    #[tokio::test(start_paused = true)]
    async fn silence_counts_only_once_a_run_could_have_been_heard() {
        let hearing = Hearing::new();
        assert!(!hearing.would_have_heard(SILENCE), "the process has only begun");
        tokio::time::advance(SILENCE).await;
        hearing.listen().heard();
        assert!(hearing.would_have_heard(SILENCE));
        drop(hearing.listen());
        assert!(!hearing.would_have_heard(SILENCE), "a heartbeat was lost");
        tokio::time::advance(SILENCE).await;
        assert!(hearing.would_have_heard(SILENCE));
    }
}
