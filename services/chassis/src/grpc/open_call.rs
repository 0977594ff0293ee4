//! An open call: its span, its place, and the status that it ends with.

use std::{sync::Arc, time::Instant};

use http::HeaderMap;
use http_body::Frame;
use tonic::Code;
use tracing::Span;

use super::{bounds::Place, call_log::CallLog, connection::OpenOn};

/// A call as the log will show its end.
#[derive(Debug)]
pub(super) struct Line {
    span: Span,
    caller: String,
    begun: Instant,
    log: Arc<CallLog>,
}

impl Line {
    /// Of a call that begins now.
    pub(super) fn new(span: Span, caller: String, log: Arc<CallLog>) -> Self {
        Self {
            span,
            caller,
            begun: Instant::now(),
            log,
        }
    }

    /// Writes it, in the call's span.
    pub(super) fn write(&self, code: Code) {
        self.span
            .in_scope(|| self.log.write(&self.caller, &self.span, code, self.begun));
    }
}

/// The call is open until its last frame is sent, or its caller has gone.
#[derive(Debug)]
pub(super) struct OpenCall {
    line: Line,
    /// Its place, and its part in keeping the connection open.
    held: Option<(Place, Option<OpenOn>)>,
    status: Option<Code>,
}

impl OpenCall {
    /// A call that begins now, with its place and its part in keeping the connection open.
    pub(super) fn new(line: Line, place: Place, on: Option<OpenOn>) -> Self {
        Self {
            line,
            held: Some((place, on)),
            status: None,
        }
    }

    /// True for a stream of health or reflection.
    pub(super) fn is_watch(&self) -> bool {
        self.held.as_ref().is_some_and(|(place, _)| place.is_watch())
    }

    pub(super) fn in_span<T>(&self, work: impl FnOnce() -> T) -> T {
        self.line.span.in_scope(work)
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
        self.line
            .span
            .in_scope(|| tracing::warn!("the caller does not read the answer: it is cut off"));
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.held = None;
        let status = self.status.unwrap_or(Code::Cancelled);
        self.line.write(status);
    }
}

/// The status in the headers or trailers of an answer.
pub(super) fn status_in(headers: &HeaderMap) -> Option<Code> {
    headers
        .get("grpc-status")
        .map(|status| Code::from_bytes(status.as_bytes()))
}
