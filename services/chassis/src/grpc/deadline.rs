//! A call's deadline, kept here so that the caller learns of it as of any other refusal.
//!
//! The gRPC library keeps deadlines too, but says CANCELLED without a reason. It begins to count before this layer does.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderMap, Request, Response};
use http_body::Frame;
use rollcall_terms::Refusal;
use tokio::time::{Instant, Sleep, sleep_until};
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

/// The same body, which ends with the refusal once the deadline has passed since `begun`: a stream must not go on for
/// longer than its caller wants it.
pub(super) fn ending(body: Body, deadline: Option<Duration>, begun: Instant) -> Body {
    match deadline {
        None => body,
        Some(deadline) => Body::new(Ending {
            timer: Box::pin(sleep_until(begun + deadline.saturating_sub(AHEAD))),
            state: State::Open(body),
        }),
    }
}

/// A body with an end.
struct Ending {
    timer: Pin<Box<Sleep>>,
    state: State,
}

enum State {
    Open(Body),
    /// What produced it is gone.
    Over,
}

impl http_body::Body for Ending {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let this = &mut *self;
        let State::Open(body) = &mut this.state else {
            return Poll::Ready(None);
        };
        if this.timer.as_mut().poll(context).is_pending() {
            return Pin::new(body).poll_frame(context);
        }
        this.state = State::Over;
        let mut trailers = HeaderMap::new();
        let added = Status::from(passed()).add_header(&mut trailers);
        Poll::Ready(Some(added.map(|()| Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.state {
            State::Open(body) => body.is_end_stream(),
            State::Over => true,
        }
    }
}

fn passed() -> ApiError {
    ApiError::new(Refusal::DeadlinePassed, sentences::DEADLINE_PASSED)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use http_body::Body as _;

    use super::*;

    /// The next frame; `None` at the end.
    async fn frame(body: &mut Body) -> Option<Result<Frame<<Body as http_body::Body>::Data>, Status>> {
        poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
    }

    /// A stream that never says anything.
    struct Silent;

    impl http_body::Body for Silent {
        type Data = <Body as http_body::Body>::Data;
        type Error = Status;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_has_begun_ends_at_its_deadline_and_says_so() {
        let begun = Instant::now();
        let deadline = Duration::from_secs(3);
        let mut body = ending(Body::new(Silent), Some(deadline), begun);
        let end = frame(&mut body).await.expect("an end").expect("a frame");
        assert!(begun.elapsed() <= deadline, "{:?}", begun.elapsed());
        let trailers = end.into_trailers().expect("trailers");
        assert_eq!(trailers["grpc-status"], "4");
        assert!(frame(&mut body).await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_without_a_deadline_goes_on() {
        let mut body = ending(Body::new(Silent), None, Instant::now());
        let day = Duration::from_hours(24);
        assert!(tokio::time::timeout(day, frame(&mut body)).await.is_err());
    }

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
