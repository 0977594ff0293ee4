//! An open call: its span, its place, and the status that it ends with.

use std::time::Instant;

use http::HeaderMap;
use http_body::Frame;
use tonic::Code;
use tracing::Span;

use super::{bounds::Place, connection::OpenOn};
use crate::outage;

/// The call is open until its last frame is sent, or its caller has gone.
#[derive(Debug)]
pub(super) struct OpenCall {
    span: Span,
    begun: Instant,
    /// Its place, and its part in keeping the connection open.
    held: Option<(Place, Option<OpenOn>)>,
    status: Option<Code>,
}

impl OpenCall {
    /// A call that begins now, with its place and its part in keeping the connection open.
    pub(super) fn new(span: Span, place: Place, on: Option<OpenOn>) -> Self {
        Self {
            span,
            begun: Instant::now(),
            held: Some((place, on)),
            status: None,
        }
    }

    /// True for a stream of health or reflection.
    pub(super) fn is_watch(&self) -> bool {
        self.held.as_ref().is_some_and(|(place, _)| place.is_watch())
    }

    pub(super) fn in_span<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
    }

    /// Looks for the closing status in the headers, where it is if a call fails before its first message.
    pub(super) fn observe_headers(&mut self, headers: &HeaderMap) {
        self.status = status_in(headers);
    }

    /// Looks for the closing status in a frame.
    pub(super) fn observe<D>(&mut self, frame: Option<&Frame<D>>) {
        if let Some(trailers) = frame.and_then(Frame::trailers_ref) {
            self.status = status_in(trailers);
        }
    }

    /// The answer was not read.
    pub(super) fn cut_off(&mut self) {
        self.status = Some(Code::ResourceExhausted);
        self.span
            .in_scope(|| tracing::warn!("the caller does not read the answer: it is cut off"));
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.held = None;
        let status = self.status.unwrap_or(Code::Cancelled);
        self.span.in_scope(|| close(&self.span, status, self.begun));
    }
}

/// Logs the end of a call.
pub(super) fn close(span: &Span, code: Code, begun: Instant) {
    // Of probes nothing is logged.
    if span.is_none() {
        return;
    }
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.record("rpc.grpc.status_code", i32::from(code));
    let (code, name) = (code, code_name(code));
    match code {
        Code::Ok => tracing::debug!(code = name, ms, "call ended"),
        Code::Unavailable if outage::is_on() => {
            span.record("otel.status_code", "ERROR");
            tracing::debug!(code = name, ms, "call failed");
        }
        Code::Unknown | Code::Internal | Code::DataLoss | Code::Unavailable => {
            span.record("otel.status_code", "ERROR");
            tracing::warn!(code = name, ms, "call failed");
        }
        _ => tracing::info!(code = name, ms, "call ended"),
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

/// The status in the headers or trailers of an answer.
pub(super) fn status_in(headers: &HeaderMap) -> Option<Code> {
    headers
        .get("grpc-status")
        .map(|status| Code::from_bytes(status.as_bytes()))
}
