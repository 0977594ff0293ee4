//! What happens around every call: a place among the open calls, a span in the caller's trace, a closing status.
//!
//! A call is worked on in a task of its own, to its end, whether or not its caller waits for it. A caller that gives up would
//! otherwise drop the work in the middle of a statement, and the database's connection, which nobody can tell from a sound
//! one, would answer the next caller with what was left in it. Until its work ends, such a call keeps its place.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use http::{HeaderMap, Request, Response};
use http_body::Frame;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{
    Code, Status,
    body::Body,
    transport::server::{TcpConnectInfo, TlsConnectInfo},
};
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field::Empty};

use super::{
    bounds::{Caller, Kind, Methods, Place, Places, is_probe},
    connection::{Connections, OpenOn},
    peer::dns_names,
    stall::{Answers, Arriving},
};
use crate::{
    config::ServerConfig,
    given_up, outage,
    telemetry::{TRACEPARENT, set_parent},
};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Wraps a server's services. A call that finds no place is refused, not queued.
#[derive(Debug, Clone)]
pub(super) struct CallLayer(Arc<Around>);

/// What all calls of a server share.
#[derive(Debug)]
struct Around {
    methods: Methods,
    places: Arc<Places>,
    connections: Arc<Connections>,
    answers: Arc<Answers>,
    work: TaskTracker,
}

impl CallLayer {
    /// The calls' work is in `work`: whoever ends the server waits for it.
    pub(super) fn new(
        config: &ServerConfig,
        connections: Arc<Connections>,
        answers: Arc<Answers>,
        work: TaskTracker,
    ) -> Result<Self, prost::DecodeError> {
        Ok(Self(Arc::new(Around {
            methods: Methods::of_contract()?,
            places: Arc::new(Places::new(config)),
            connections,
            answers,
            work,
        })))
    }
}

impl<S> Layer<S> for CallLayer {
    type Service = Calls<S>;

    fn layer(&self, inner: S) -> Calls<S> {
        Calls {
            inner,
            around: Arc::clone(&self.0),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Calls<S> {
    inner: S,
    around: Arc<Around>,
}

impl<S> Service<Request<Body>> for Calls<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let span = if is_probe(request.uri().path()) {
            Span::none()
        } else {
            span_of(&request)
        };
        let kind = self.around.methods.kind(request.uri().path());
        let on = self.around.connections.call(address_of(&request));
        let place = match self.around.places.admit(caller_of(&request), kind) {
            Ok(place) => place,
            Err(status) => {
                span.in_scope(|| close(&span, status.code(), Instant::now()));
                return Box::pin(async move { Ok(status.into_http()) });
            }
        };
        let call = OpenCall {
            span: span.clone(),
            begun: Instant::now(),
            held: Some((place, on)),
            status: None,
        };
        let request = match kind {
            // A submission takes as long as its directory.
            Kind::Upload => request,
            _ => request.map(Arriving::wrap),
        };
        let answers = Arc::clone(&self.around.answers);
        let answer = self.inner.call(request);
        let work = async move {
            let response = answer.await?;
            Ok(response_with(response, call, &answers))
        };
        let caller_waits = CancellationToken::new();
        let work = given_up::within(caller_waits.clone(), work).instrument(span);
        let work = self.around.work.spawn(work);
        let caller_waits = caller_waits.drop_guard();
        Box::pin(async move {
            let _caller_waits = caller_waits;
            match work.await {
                Ok(answered) => answered,
                Err(error) => {
                    tracing::error!(%error, "a call crashed");
                    Ok(
                        Status::internal("The call could not be answered: see the service's log.")
                            .into_http(),
                    )
                }
            }
        })
    }
}

fn caller_of(request: &Request<Body>) -> Caller {
    let certificates = request
        .extensions()
        .get::<TlsConnectInfo<TcpConnectInfo>>()
        .and_then(TlsConnectInfo::peer_certs);
    let Some(certificate) = certificates
        .as_ref()
        .and_then(|certificates| certificates.first())
    else {
        return Caller::Address(address_of(request).map(|address| address.ip()));
    };
    match dns_names(certificate) {
        names if names.is_empty() => Caller::Certificate(certificate.to_vec()),
        names => Caller::Names(names),
    }
}

fn address_of(request: &Request<Body>) -> Option<SocketAddr> {
    let extensions = request.extensions();
    let plain = extensions.get::<TcpConnectInfo>();
    let tls = || {
        extensions
            .get::<TlsConnectInfo<TcpConnectInfo>>()
            .map(TlsConnectInfo::get_ref)
    };
    plain.or_else(tls)?.remote_addr()
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
#[derive(Debug)]
pub(super) struct OpenCall {
    span: Span,
    begun: Instant,
    /// Its place, and its part in keeping the connection open.
    held: Option<(Place, Option<OpenOn>)>,
    status: Option<Code>,
}

impl OpenCall {
    pub(super) fn in_span<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
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

fn close(span: &Span, code: Code, begun: Instant) {
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
        Code::Unknown | Code::Internal | Code::DataLoss | Code::Unavailable | Code::Unimplemented => {
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

fn response_with(response: Response<Body>, mut call: OpenCall, answers: &Arc<Answers>) -> Response<Body> {
    // A call that fails before its first message has its status in the headers.
    call.status = status_in(response.headers());
    response.map(|inner| answers.watch(inner, call))
}

fn status_in(headers: &HeaderMap) -> Option<Code> {
    headers
        .get("grpc-status")
        .map(|status| Code::from_bytes(status.as_bytes()))
}

#[cfg(test)]
mod tests;
