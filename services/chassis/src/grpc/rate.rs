//! The rate of one caller's unary calls to the contract of the portal.
//!
//! The bounds of open calls keep a caller from holding places; this keeps it from making call after call. Streams are
//! few, and workers' calls follow from runs: neither counts.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rollcall_terms::Refusal;
use tokio::time::Instant;
use tonic::Status;

use super::{bounds::Kind, peer::Caller};
use crate::{sentences, status::ApiError};

/// Seconds for whose calls a caller may save up.
const SAVED_SECONDS: u32 = 10;
/// Callers that are distinguished. Those beyond share one allowance.
const MOST: usize = 10_000;
/// Time after which a refused caller may try again.
const RETRY: Duration = Duration::from_secs(1);
/// The contract of the portal.
const COUNTED: &str = "/rollcall.v1.";

/// What is left of each caller's allowance.
#[derive(Debug)]
pub(super) struct Rates {
    per_second: u32,
    allowances: Mutex<HashMap<Caller, Allowance>>,
}

#[derive(Debug, Clone, Copy)]
struct Allowance {
    calls: f64,
    since: Instant,
}

impl Rates {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second,
            allowances: Mutex::default(),
        }
    }

    /// Refuses a caller that makes more calls than it may.
    pub(super) fn admit(&self, caller: &Caller, path: &str, kind: Kind) -> Result<(), Status> {
        if kind != Kind::Unary || !path.starts_with(COUNTED) || self.takes(caller) {
            return Ok(());
        }
        let refused = ApiError::new(Refusal::CallerRate, sentences::caller_rate(self.per_second));
        let refused = refused.with("setting", "server.max_calls_per_second_per_caller");
        Err(refused.retry_after(RETRY).into())
    }

    /// Takes one call off the caller's allowance; false if nothing is left of it.
    fn takes(&self, caller: &Caller) -> bool {
        let now = Instant::now();
        let whole = Allowance {
            calls: f64::from(self.per_second) * f64::from(SAVED_SECONDS),
            since: now,
        };
        let mut allowances = self.allowances.lock().unwrap_or_else(PoisonError::into_inner);
        if allowances.len() >= MOST && !allowances.contains_key(caller) {
            // An allowance that is whole again is as good as none.
            allowances.retain(|_, left| self.grown(*left, now).calls < whole.calls);
        }
        let caller = if allowances.len() < MOST || allowances.contains_key(caller) {
            caller.clone()
        } else {
            Caller::named("")
        };
        let left = allowances.entry(caller).or_insert(whole);
        *left = self.grown(*left, now);
        let is_left = left.calls >= 1.0;
        if is_left {
            left.calls -= 1.0;
        }
        is_left
    }

    /// The allowance by now.
    fn grown(&self, left: Allowance, now: Instant) -> Allowance {
        let rate = f64::from(self.per_second);
        let seconds = now.duration_since(left.since).as_secs_f64();
        Allowance {
            calls: (left.calls + seconds * rate).min(rate * f64::from(SAVED_SECONDS)),
            since: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;

    const COUNTED_CALL: &str = "/rollcall.v1.SyncService/GetSettings";

    fn admitted(rates: &Rates, caller: &str, calls: usize) -> usize {
        let caller = Caller::named(caller);
        (0..calls)
            .filter(|_| rates.admit(&caller, COUNTED_CALL, Kind::Unary).is_ok())
            .count()
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_has_its_saved_calls_at_once_and_then_so_many_a_second_and_another_its_own() {
        let rates = Rates::new(5);
        assert_eq!(admitted(&rates, "greedy", 1_000), 50);
        assert_eq!(admitted(&rates, "other", 10), 10);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(admitted(&rates, "greedy", 1_000), 10);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert_eq!(admitted(&rates, "greedy", 1_000), 50);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_caller_learns_the_setting_and_when_to_try_again() {
        let rates = Rates::new(1);
        admitted(&rates, "greedy", 10);
        let refused = rates
            .admit(&Caller::named("greedy"), COUNTED_CALL, Kind::Unary)
            .unwrap_err();
        assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        let info = refused.get_details_error_info().unwrap();
        assert_eq!(info.reason, "CALLER_RATE");
        assert_eq!(info.metadata["setting"], "server.max_calls_per_second_per_caller");
        assert_eq!(refused.get_details_retry_info().unwrap().retry_delay, Some(RETRY));
    }

    #[tokio::test(start_paused = true)]
    async fn streams_probes_and_workers_calls_do_not_count() {
        let rates = Rates::new(1);
        let caller = Caller::named("busy");
        for (path, kind) in [
            ("/rollcall.v1.ResultsService/WatchRun", Kind::Stream),
            ("/grpc.health.v1.Health/Check", Kind::Check),
            ("/rollcall.internal.v1.ReconcileService/Heartbeat", Kind::Unary),
        ] {
            let admitted = (0..100).filter(|_| rates.admit(&caller, path, kind).is_ok());
            assert_eq!(admitted.count(), 100, "{path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_memory_of_callers_is_bounded_and_those_beyond_share_an_allowance() {
        let rates = Rates::new(1);
        for number in 0..MOST {
            admitted(&rates, &number.to_string(), 1);
        }
        let beyond: usize = (0..100)
            .map(|n| admitted(&rates, &format!("beyond-{n}"), 1))
            .sum();
        assert_eq!(beyond, 10);
        assert_eq!(rates.allowances.lock().unwrap().len(), MOST + 1);
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(admitted(&rates, "beyond-1", 10), 10);
    }
}
