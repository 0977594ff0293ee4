//! What happens around every call: a place among the open calls, a span in the caller's trace, a closing status.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field::Empty};

use crate::telemetry::{TRACEPARENT, set_parent};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Wraps a server's services. At most so many calls are open at once; one more is refused, not queued.
#[derive(Debug, Clone)]
pub(super) struct CallLayer {
    places: Arc<Semaphore>,
}

impl CallLayer {
    pub(super) fn new(max_open_calls: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(max_open_calls)),
        }
    }
}

impl<S> Layer<S> for CallLayer {
    type Service = Calls<S>;

    fn layer(&self, inner: S) -> Calls<S> {
        Calls {
            inner,
            places: Arc::clone(&self.places),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Calls<S> {
    inner: S,
    places: Arc<Semaphore>,
}

impl<S> Service<Request<Body>> for Calls<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // Probes ask often, say nothing of interest, and must be answered under any load.
        if request.uri().path().starts_with("/grpc.") {
            return Box::pin(self.inner.call(request));
        }
        let span = span_of(&request);
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let status = Status::resource_exhausted("Too many calls are open. Please try again later.");
            span.in_scope(|| close(&span, status.code(), Instant::now()));
            return Box::pin(async move { Ok(status.into_http()) });
        };
        let call = OpenCall {
            span: span.clone(),
            begun: Instant::now(),
            _place: place,
            status: None,
        };
        let answer = self.inner.call(request);
        Box::pin(
            async move {
                let response = answer.await?;
                Ok(response_with(response, call))
            }
            .instrument(span),
        )
    }
}

fn span_of(request: &Request<Body>) -> Span {
    let path = request.uri().path().trim_start_matches('/');
    let (service, method) = path.split_once('/').unwrap_or((path, ""));
    let span = tracing::info_span!(
        "rpc",
        otel.name = path,
        otel.kind = "server",
        otel.status_code = Empty,
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
        rpc.grpc.status_code = Empty,
    );
    if let Some(parent) = request
        .headers()
        .get(TRACEPARENT)
        .and_then(|value| value.to_str().ok())
    {
        set_parent(&span, parent);
    }
    span
}

/// The call is open until its last frame is sent, or nobody wants it any more.
struct OpenCall {
    span: Span,
    begun: Instant,
    _place: OwnedSemaphorePermit,
    status: Option<Code>,
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        let status = self.status.unwrap_or(Code::Cancelled);
        self.span.in_scope(|| close(&self.span, status, self.begun));
    }
}

fn close(span: &Span, code: Code, begun: Instant) {
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.record("rpc.grpc.status_code", i32::from(code));
    match code {
        Code::Ok => tracing::debug!(?code, ms, "call ended"),
        Code::Unknown | Code::Internal | Code::DataLoss | Code::Unavailable | Code::Unimplemented => {
            span.record("otel.status_code", "ERROR");
            tracing::warn!(?code, ms, "call failed");
        }
        code => tracing::info!(?code, ms, "call ended"),
    }
}

fn response_with(response: Response<Body>, mut call: OpenCall) -> Response<Body> {
    // A call that fails before its first message has its status in the headers.
    call.status = status_in(response.headers());
    response.map(|inner| Body::new(ObservedBody { inner, call }))
}

fn status_in(headers: &HeaderMap) -> Option<Code> {
    headers
        .get("grpc-status")
        .map(|status| Code::from_bytes(status.as_bytes()))
}

struct ObservedBody {
    inner: Body,
    call: OpenCall,
}

impl http_body::Body for ObservedBody {
    type Data = <Body as http_body::Body>::Data;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = &mut *self;
        let entered = this.call.span.clone();
        let polled = entered.in_scope(|| Pin::new(&mut this.inner).poll_frame(context));
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            this.call.status = status_in(trailers);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests;
