//! Outages of the parts that a service depends on: each is logged once when it begins and once when it ends.
//!
//! Without this, an outage shows as the statement that happened to fail first, and then as a line for each of the
//! thousands that follow. A failure that looks like an outage is therefore not logged where it is met: [`report`]
//! counts it and has the part checked at once, and the check decides if the part is away.

mod classify;

use std::{
    error::Error,
    mem,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use tokio::sync::Notify;

use crate::lifecycle::chain;

pub use classify::part_of;
use classify::words;

/// PostgreSQL.
pub static DATABASE: Part = Part::new("the database cannot be reached", "the database answers again");
/// RabbitMQ.
pub static BROKER: Part = Part::new("the broker cannot be reached", "the broker answers again");
/// Reconcile, as workers see it.
pub static RECONCILE: Part = Part::new(
    "reconcile does not take this worker's calls",
    "reconcile takes this worker's calls again",
);
/// The views in the database that the services read of each other.
pub static VIEWS: Part = Part::new(
    "other services have not published their views yet",
    "all views are published",
);

const PARTS: [&Part; 4] = [&DATABASE, &BROKER, &RECONCILE, &VIEWS];

/// A part that a service cannot do without.
#[derive(Debug)]
pub struct Part {
    began: &'static str,
    ended: &'static str,
    state: Mutex<State>,
    suspected: Notify,
}

#[derive(Debug)]
enum State {
    /// It answers. A failure that looks like an outage waits for the next check.
    Up { suspicion: Option<String> },
    /// It does not answer.
    Down {
        since: Instant,
        cause: Kind,
        failures: u64,
    },
}

/// Reason why a part does not answer. A cause of another kind than the one logged deserves a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Cause {
    kind: Kind,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Away,
    Refused,
}

impl Cause {
    /// No answer, for the reason of this error.
    pub fn away(error: &(dyn Error + 'static)) -> Self {
        Self::no_answer(words(error))
    }

    /// No answer, for this reason.
    pub fn no_answer(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Away,
            text: text.into(),
        }
    }

    /// An answer that refuses: it stays the same until a person changes something.
    pub fn refused(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Refused,
            text: text.into(),
        }
    }

    pub(crate) fn is_refusal(&self) -> bool {
        self.kind == Kind::Refused
    }
}

impl Part {
    pub(crate) const fn new(began: &'static str, ended: &'static str) -> Self {
        Self {
            began,
            ended,
            state: Mutex::new(State::Up { suspicion: None }),
            suspected: Notify::const_new(),
        }
    }

    /// Notes that the part does not answer.
    pub fn is_away(&self, why: &Cause) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, failures) = match &*state {
            State::Down { cause, .. } if *cause == why.kind => return,
            State::Down { since, failures, .. } => (*since, *failures),
            State::Up { .. } => (Instant::now(), 0),
        };
        *state = State::Down {
            since,
            cause: why.kind,
            failures,
        };
        drop(state);
        tracing::warn!(cause = why.text, "{}", self.began);
    }

    /// Notes that the part answers.
    pub fn answers(&self) {
        let up = State::Up { suspicion: None };
        let before = mem::replace(
            &mut *self.state.lock().unwrap_or_else(PoisonError::into_inner),
            up,
        );
        match before {
            State::Down { since, failures, .. } => {
                let seconds = since.elapsed().as_secs_f64();
                tracing::info!(seconds = format_args!("{seconds:.1}"), failures, "{}", self.ended);
            }
            State::Up {
                suspicion: Some(cause),
            } => {
                tracing::info!(cause, "an outage was suspected, and there is none");
            }
            State::Up { suspicion: None } => {}
        }
    }

    /// Notes a failure that may be an outage: it counts towards one, or has the part checked at once.
    pub fn suspect(&self, error: &(dyn Error + 'static)) {
        match &mut *self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Down { failures, .. } => *failures += 1,
            State::Up { suspicion } => {
                if suspicion.is_none() {
                    *suspicion = Some(words(error));
                    self.suspected.notify_one();
                }
            }
        }
    }

    /// Has the part checked at once: something about it changed.
    pub(crate) fn check_soon(&self) {
        self.suspected.notify_one();
    }

    /// Waits for a failure that may be an outage. For one waiter: the loop that checks the part.
    pub(crate) async fn suspected(&self) {
        self.suspected.notified().await;
    }

    fn is_down(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(&*state, State::Down { .. })
    }
}

/// True if a part is away now: further failures are no news.
pub fn is_on() -> bool {
    PARTS.iter().any(|part| part.is_down())
}

/// Logs a failure that its loop repairs by itself, unless it belongs to an outage.
pub fn report(error: &(dyn Error + 'static), failed: &'static str) {
    if let Some(part) = part_of(error) {
        part.suspect(error);
        tracing::debug!(error = chain(error), "{failed}");
    } else {
        tracing::warn!(error = chain(error), "{failed}");
    }
}

#[cfg(test)]
mod tests;
