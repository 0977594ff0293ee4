//! Pace of a directory, and its consequences: a slot is for a run whose directory is at work.
//!
//! Only the directory's own time counts, in which nothing but the directory holds up the run. A directory that is
//! silent, or slower than a worker's attention is worth, costs the run its slot at once. It costs the run itself only
//! after a window that is longer than any server works on one page.

use std::{collections::VecDeque, time::Duration};

use tokio::time::{Instant, sleep};

use crate::{
    slots::{Place, TURN},
    source::error::ReadError,
    source::signs::{Sight, Signs, Step},
};

#[cfg(test)]
mod tests;

/// Between two looks at a run that has a slot.
const LOOK: Duration = Duration::from_millis(125);
/// Between two looks at one that has none: there may be hundreds.
const LOOK_SELDOM: Duration = Duration::from_secs(1);
/// Over so much of the directory's time it is judged whether a run needs its slot.
const SLOT_WINDOW: Duration = TURN;

/// Expectations of a directory.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Time in which it must accept the bind, or the run gives up its slot.
    pub grace: Duration,
    /// Time that it may be silent within a read, or the run gives up its slot.
    pub silence: Duration,
    /// With fewer entries a second, and fewer bytes, the run gives up its slot.
    pub slot_entries: u64,
    /// Of a second.
    pub slot_bytes: u64,
    /// With fewer than `least_entries` and `least_bytes` in so much of the directory's time, the read fails.
    pub window: Duration,
    /// Of a window.
    pub least_entries: u64,
    /// Of a window.
    pub least_bytes: u64,
}

/// Findings of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It is at work.
    Steady,
    /// It needs no slot.
    Slow,
    /// A read at this rate does not end. So many entries came in the window.
    Hopeless(u64),
}

/// Watches a run's directory, and gives up its slot when it can. Ends only with the reason to end the read.
pub(super) async fn watch(signs: &Signs, place: &Place, bounds: Pace) -> ReadError {
    if let Some(error) = watch_bind(signs, place, bounds.grace).await {
        return error;
    }
    let mut meter = Meter::new(bounds, signs.sight());
    let mut last = Instant::now();
    loop {
        sleep(if place.is_waiting() { LOOK_SELDOM } else { LOOK }).await;
        let (now, sight) = (Instant::now(), signs.sight());
        match meter.look(now - last, sight) {
            Verdict::Slow if place.give_up().is_err() && place.may_give_way() => return ReadError::GivesWay,
            // A run of the slow lane keeps what it has: there is nowhere else to wait.
            Verdict::Steady | Verdict::Slow => {}
            Verdict::Hopeless(entries) => {
                return ReadError::TooSlow {
                    entries,
                    window: bounds.window,
                    least: bounds.least_entries,
                };
            }
        }
        last = now;
    }
}

/// Watches until the read begins. Once a password was sent, its answer is awaited: if the run began again, the password
/// would be sent again, and a wrong one would be a try nearer to locking the account.
async fn watch_bind(signs: &Signs, place: &Place, grace: Duration) -> Option<ReadError> {
    sleep(grace).await;
    loop {
        let step = signs.sight().step;
        if step == Step::Reading {
            return None;
        }
        let is_full = place.give_up().is_err();
        if is_full && place.may_give_way() && step != Step::Binding {
            return Some(ReadError::GivesWay);
        }
        sleep(LOOK).await;
    }
}

/// True if nothing but the directory holds up a read.
fn is_its_turn(sight: Sight) -> bool {
    sight.its_turn && sight.step == Step::Reading
}

/// Measures in the directory's own time.
struct Meter {
    pace: Pace,
    /// The directory's time so far.
    time: Duration,
    silent: Duration,
    last: Sight,
    /// Looks of the last window, oldest first: the directory's time, and what had come.
    past: VecDeque<(Duration, u64, u64)>,
}

impl Meter {
    fn new(pace: Pace, sight: Sight) -> Self {
        Self {
            pace,
            time: Duration::ZERO,
            silent: Duration::ZERO,
            last: sight,
            past: VecDeque::from([(Duration::ZERO, sight.messages, sight.bytes)]),
        }
    }

    fn look(&mut self, passed: Duration, sight: Sight) -> Verdict {
        let came = sight.messages > self.last.messages;
        let was_its_turn = is_its_turn(self.last);
        self.last = sight;
        if !(was_its_turn && is_its_turn(sight)) {
            self.silent = Duration::ZERO;
            return Verdict::Steady;
        }
        self.time += passed;
        self.silent = if came {
            Duration::ZERO
        } else {
            self.silent + passed
        };
        self.past.push_back((self.time, sight.messages, sight.bytes));
        // One that is just older than the window stays, so that the window is whole.
        while self
            .past
            .get(1)
            .is_some_and(|(at, ..)| self.time.saturating_sub(*at) >= self.pace.window)
        {
            self.past.pop_front();
        }
        if let Some((entries, bytes)) = self.came_within(self.pace.window)
            && entries < self.pace.least_entries
            && bytes < self.pace.least_bytes
        {
            return Verdict::Hopeless(entries);
        }
        let is_slow = self.came_within(SLOT_WINDOW).is_some_and(|(entries, bytes)| {
            entries < in_window(self.pace.slot_entries) && bytes < in_window(self.pace.slot_bytes)
        });
        if is_slow || self.silent >= self.pace.silence {
            Verdict::Slow
        } else {
            Verdict::Steady
        }
    }

    /// Entries and bytes of the last `window`; none if there was not so much time yet.
    fn came_within(&self, window: Duration) -> Option<(u64, u64)> {
        let (_, entries, bytes) = self
            .past
            .iter()
            .rev()
            .find(|(at, ..)| self.time.saturating_sub(*at) >= window)?;
        Some((self.last.messages - entries, self.last.bytes - bytes))
    }
}

/// Amount in the window that a slot is judged by, for so much a second.
fn in_window(a_second: u64) -> u64 {
    let ms = u64::try_from(SLOT_WINDOW.as_millis()).unwrap_or(u64::MAX);
    a_second.saturating_mul(ms) / 1000
}
