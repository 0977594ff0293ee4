//! A call's deadline, kept here so that the caller learns of it as of any other refusal.
//!
//! The gRPC library keeps deadlines too, but says CANCELLED without a reason. It begins to count before this layer does.

use std::time::Duration;

use http::{Request, Response};
use rollcall_terms::Refusal;
use tonic::{Status, body::Body};

use crate::{sentences, status::ApiError};

const TIMEOUT: &str = "grpc-timeout";

/// Timers fire in whole milliseconds: by so much this layer's clock must be ahead of the library's.
const AHEAD: Duration = Duration::from_millis(2);

/// Time that the caller waits, from its `grpc-timeout`: at most 8 digits and a unit. A malformed value sets no deadline,
/// as in the library.
pub(super) fn of<B>(request: &Request<B>) -> Option<Duration> {
    let value = request.headers().get(TIMEOUT)?.to_str().ok()?;
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_hours(count),
        "M" => Duration::from_mins(count),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

/// The answer, or the refusal once the deadline has passed. Waiting for the answer ends then.
pub(super) async fn within<E>(
    deadline: Option<Duration>,
    answer: impl Future<Output = Result<Response<Body>, E>>,
) -> Result<Response<Body>, E> {
    let Some(deadline) = deadline else {
        return answer.await;
    };
    match tokio::time::timeout(deadline.saturating_sub(AHEAD), answer).await {
        Ok(answered) => answered,
        Err(_) => Ok(Status::from(passed()).into_http()),
    }
}

fn passed() -> ApiError {
    ApiError::new(Refusal::DeadlinePassed, sentences::DEADLINE_PASSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deadline(value: &str) -> Option<Duration> {
        of(&Request::builder().header(TIMEOUT, value).body(()).unwrap())
    }

    #[test]
    fn a_deadline_is_up_to_eight_digits_and_a_unit() {
        for (value, expected) in [
            ("1u", Some(Duration::from_micros(1))),
            ("99999999n", Some(Duration::from_nanos(99_999_999))),
            ("250m", Some(Duration::from_millis(250))),
            ("3S", Some(Duration::from_secs(3))),
            ("2M", Some(Duration::from_mins(2))),
            ("99999999H", Some(Duration::from_hours(99_999_999))),
            ("", None),
            ("S", None),
            ("-1S", None),
            ("1s", None),
            ("100000000S", None),
        ] {
            assert_eq!(deadline(value), expected, "{value:?}");
        }
    }
}
