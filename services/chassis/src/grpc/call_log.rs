//! Lines in the log about calls that ended: one for each call that failed or was refused, up to a bound for each caller and
//! status, and a count of the others.
//!
//! A caller that repeats a refused call in a loop would otherwise fill the disk, and bury everybody else's lines.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;
use tonic::Code;
use tracing::Span;

use crate::outage;

/// Time after which the count of a caller's lines begins again.
const PERIOD: Duration = Duration::from_mins(1);
/// Lines about calls of one caller that end with one status.
const LINES: u64 = 20;
/// Callers, each with a status, that are distinguished in a period. Those beyond share their lines.
const MOST: usize = 1_000;
const OTHERS: &str = "others";

/// Ends of calls in this period.
#[derive(Debug, Default)]
pub(super) struct CallLog(Mutex<HashMap<(String, i32), u64>>);

impl CallLog {
    /// Logs the end of a call. Of a call without a span, such as a probe, nothing is logged.
    pub(super) fn write(&self, caller: &str, span: &Span, code: Code, begun: Instant) {
        if span.is_none() {
            return;
        }
        span.record("rpc.grpc.status_code", i32::from(code));
        let is_ours = matches!(
            code,
            Code::Unknown | Code::Internal | Code::DataLoss | Code::Unavailable
        );
        if is_ours {
            span.record("otel.status_code", "ERROR");
        }
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let name = code_name(code);
        match code {
            Code::Ok => tracing::debug!(code = name, ms, "call ended"),
            Code::Unavailable if outage::is_on() => tracing::debug!(code = name, ms, "call failed"),
            _ if !self.has_a_line_left(caller, code) => {}
            _ if is_ours => tracing::warn!(code = name, caller, ms, "call failed"),
            _ => tracing::info!(code = name, caller, ms, "call ended"),
        }
    }

    /// Counts the call. False if there were enough lines about such calls.
    fn has_a_line_left(&self, caller: &str, code: Code) -> bool {
        let mut ended = self.ended();
        let mut key = (caller.to_owned(), i32::from(code));
        if ended.len() >= MOST && !ended.contains_key(&key) {
            OTHERS.clone_into(&mut key.0);
        }
        let calls = ended.entry(key).or_default();
        *calls += 1;
        *calls <= LINES
    }

    /// Begins new periods until the server has ended, and says of each what was only counted.
    pub(super) async fn count(&self, ended: CancellationToken) {
        let mut ticks = tokio::time::interval(PERIOD);
        while ended.run_until_cancelled(ticks.tick()).await.is_some() {
            self.say_counted();
        }
        self.say_counted();
    }

    fn say_counted(&self) {
        for (caller, code, more) in self.take_counted() {
            let code = code_name(code);
            tracing::info!(code, caller, more, "more calls ended in the same way");
        }
    }

    /// Each caller with a status, and the calls beyond those that had a line.
    fn take_counted(&self) -> Vec<(String, Code, u64)> {
        let ended = std::mem::take(&mut *self.ended());
        ended
            .into_iter()
            .filter(|(_, calls)| *calls > LINES)
            .map(|((caller, code), calls)| (caller, Code::from_i32(code), calls - LINES))
            .collect()
    }

    fn ended(&self) -> MutexGuard<'_, HashMap<(String, i32), u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_so_many_lines_for_each_status_and_the_rest_is_counted() {
        let log = CallLog::default();
        let lines = |caller, code, calls| (0..calls).filter(|_| log.has_a_line_left(caller, code)).count();
        assert_eq!(lines("greedy", Code::PermissionDenied, 1_223), 20);
        assert_eq!(lines("greedy", Code::NotFound, 3), 3);
        assert_eq!(lines("other", Code::PermissionDenied, 20), 20);
        assert_eq!(
            log.take_counted(),
            [("greedy".to_owned(), Code::PermissionDenied, 1_203)]
        );
        assert_eq!(lines("greedy", Code::PermissionDenied, 1), 1, "a new period");
    }

    #[test]
    fn callers_beyond_a_thousand_share_their_lines() {
        let log = CallLog::default();
        let lines = (0..5_000)
            .filter(|number| log.has_a_line_left(&number.to_string(), Code::NotFound))
            .count();
        assert_eq!(lines, 1_020);
        assert_eq!(log.ended().len(), 1_001);
    }
}
