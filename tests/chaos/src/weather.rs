//! Shows if anything is broken at the moment, and since when nothing is.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Shared by those who break things and those who wait for them to be whole.
#[derive(Debug)]
pub(crate) struct Weather {
    now: Mutex<Now>,
}

#[derive(Debug, Clone, Copy)]
struct Now {
    broken: usize,
    since: Instant,
}

/// Something is broken until this is dropped.
#[derive(Debug)]
pub(crate) struct Broken<'a>(&'a Weather);

impl Weather {
    /// Nothing is broken.
    pub(crate) fn fair() -> Self {
        Self {
            now: Mutex::new(Now {
                broken: 0,
                since: Instant::now(),
            }),
        }
    }

    /// Something breaks.
    pub(crate) fn strikes(&self) -> Broken<'_> {
        self.change(|now| now.broken += 1);
        Broken(self)
    }

    /// For how long nothing has been broken.
    pub(crate) fn fair_for(&self) -> Duration {
        let now = *self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.broken == 0 {
            now.since.elapsed()
        } else {
            Duration::ZERO
        }
    }

    fn change(&self, change: impl FnOnce(&mut Now)) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut now);
        now.since = Instant::now();
    }
}

impl Drop for Broken<'_> {
    fn drop(&mut self) {
        self.0.change(|now| now.broken -= 1);
    }
}
