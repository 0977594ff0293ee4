//! Bounds of the open calls of one caller, and of all callers together.
//!
//! Unary calls, streams, submissions and probes have places of their own. Streams, which stay open for minutes,
//! therefore never take the place of a call that is answered in milliseconds, and no call takes the place of a health
//! check.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rollcall_terms::Refusal;
use tonic::Status;

use super::peer::Caller;
use crate::{config::ServerConfig, sentences, status::ApiError};

/// Health checks: in all, and of one caller.
const CHECKS: Bound = Bound { all: 512, caller: 64 };
/// Streams of health and of reflection.
const WATCHES: Bound = Bound { all: 256, caller: 32 };
/// Time after which a refused caller may try again.
const RETRY: Duration = Duration::from_secs(1);

/// Calls that share places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One request, one answer.
    Unary,
    /// One request, many answers: open for as long as the caller watches.
    Stream,
    /// Many requests: a worker's submission, which has bounds of its own.
    Upload,
    /// A check that the service serves.
    Check,
    /// A stream of such answers, or of the contract's description.
    Watch,
}

const KINDS: usize = 5;

#[derive(Debug, Clone, Copy)]
struct Bound {
    all: usize,
    caller: usize,
}

/// The places of a server.
#[derive(Debug)]
pub(super) struct Places {
    bounds: [Bound; KINDS],
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: [usize; KINDS],
    callers: HashMap<Caller, [usize; KINDS]>,
}

/// A place among the open calls, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    caller: Caller,
    kind: Kind,
}

impl Places {
    pub(super) fn new(config: &ServerConfig) -> Self {
        let calls = Bound {
            all: config.max_calls as usize,
            caller: config.max_calls_per_caller as usize,
        };
        let streams = Bound {
            all: config.max_streams as usize,
            caller: config.max_streams_per_caller as usize,
        };
        // All workers have one name.
        let uploads = Bound {
            all: streams.all,
            caller: streams.all,
        };
        Self {
            bounds: [calls, streams, uploads, CHECKS, WATCHES],
            taken: Mutex::default(),
        }
    }

    /// Takes a place, or says which bound is reached.
    pub(super) fn admit(self: &Arc<Self>, caller: Caller, kind: Kind) -> Result<Place, Status> {
        let bound = self.bounds[kind as usize];
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_caller = taken.callers.get(&caller).map_or(0, |taken| taken[kind as usize]);
        if of_caller >= bound.caller {
            return Err(kind.refusal(bound.caller, Whose::Caller));
        }
        if taken.all[kind as usize] >= bound.all {
            return Err(kind.refusal(bound.all, Whose::All));
        }
        taken.all[kind as usize] += 1;
        taken.callers.entry(caller.clone()).or_default()[kind as usize] += 1;
        drop(taken);
        Ok(Place {
            places: Arc::clone(self),
            caller,
            kind,
        })
    }

    #[cfg(test)]
    fn callers(&self) -> usize {
        self.taken.lock().expect("the places").callers.len()
    }
}

impl Place {
    /// True for a stream of health or reflection.
    pub(super) fn is_watch(&self) -> bool {
        self.kind == Kind::Watch
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all[self.kind as usize] -= 1;
        if let Some(of_caller) = taken.callers.get_mut(&self.caller) {
            of_caller[self.kind as usize] -= 1;
            // Callers come and go; only those with open calls are kept.
            if of_caller.iter().all(|taken| *taken == 0) {
                taken.callers.remove(&self.caller);
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Whose {
    Caller,
    All,
}

impl Kind {
    fn refusal(self, bound: usize, whose: Whose) -> Status {
        let calls = match self {
            Self::Unary => "calls",
            Self::Stream => "streams",
            Self::Upload => "submissions",
            Self::Check => "health checks",
            Self::Watch => "streams of health or reflection",
        };
        let (refusal, message) = match whose {
            Whose::Caller => (Refusal::CallerLimit, sentences::caller_limit(bound, calls)),
            Whose::All => (Refusal::ServerLimit, sentences::server_limit(bound, calls)),
        };
        let refused = ApiError::new(refusal, message).retry_after(RETRY);
        match self.setting(whose) {
            Some(setting) => refused.with("setting", setting),
            None => refused,
        }
        .into()
    }

    /// The setting that moves the bound.
    fn setting(self, whose: Whose) -> Option<&'static str> {
        match (self, whose) {
            (Self::Unary, Whose::Caller) => Some("server.max_calls_per_caller"),
            (Self::Unary, Whose::All) => Some("server.max_calls"),
            (Self::Stream, Whose::Caller) => Some("server.max_streams_per_caller"),
            (Self::Stream | Self::Upload, _) => Some("server.max_streams"),
            (Self::Check | Self::Watch, _) => None,
        }
    }
}

/// Probes ask often, and their answers are of no interest to logs and traces.
pub(super) fn is_probe(path: &str) -> bool {
    path.starts_with("/grpc.") || path == "/rollcall.internal.v1.ReconcileService/CheckWorker"
}

#[cfg(test)]
mod tests;
