//! Handling around every call: a caller that may make it, a place among the open calls, a span in the caller's trace, a
//! closing status.
//!
//! A call is worked on in a task of its own, to its end, even if its caller no longer waits for it. Otherwise, a caller
//! that cancels would drop the work in the middle of a statement. The database's connection would look sound, and would
//! answer the next caller with the rest of that answer. Until its work ends, such a call keeps its place.

use std::{
    convert::Infallible,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::{Request, Response};
use rollcall_terms::Refusal;
use tokio::{sync::Semaphore, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field::Empty};

use super::{
    access::{Access, Admitted},
    bounds::{Kind, Place, Places, is_probe},
    call_log::CallLog,
    connection::{Connections, OpenOn},
    deadline,
    open_call::{Line, OpenCall},
    peer::{Caller, address_in},
    rate::Rates,
    reason,
    stall::{Answers, Arriving},
    who::Who,
};
use crate::{
    audit::{Act, Refusals},
    config::ServerConfig,
    given_up, sentences,
    status::ApiError,
    telemetry::{TRACEPARENT, set_parent},
};

/// Octets of a call's path that are logged and traced.
const LONGEST_PATH: usize = 128;
/// Refused requests that are read at once, for the tenants that they name. Those beyond are recorded without a tenant.
const REFUSED_AT_ONCE: usize = 64;
/// Time in which a refused request must name its tenant.
const REFUSED_TIME: Duration = Duration::from_secs(1);

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Wraps a server's services. A call that finds no place is refused, not queued.
#[derive(Debug, Clone)]
pub(super) struct CallLayer(Arc<Around>);

/// Parts that all calls of a server share.
#[derive(Debug)]
struct Around {
    access: Access,
    rates: Rates,
    places: Arc<Places>,
    connections: Arc<Connections>,
    answers: Arc<Answers>,
    refusals: Option<Refusals>,
    /// Turns to read a refused request.
    refused: Arc<Semaphore>,
    log: Arc<CallLog>,
    work: TaskTracker,
}

impl CallLayer {
    /// The calls' work is in `work`: the end of the server waits for it.
    pub(super) fn new(
        config: &ServerConfig,
        access: Access,
        connections: Arc<Connections>,
        answers: Arc<Answers>,
        refusals: Option<Refusals>,
        log: Arc<CallLog>,
        work: TaskTracker,
    ) -> Self {
        Self(Arc::new(Around {
            access,
            rates: Rates::new(config.max_calls_per_second_per_caller),
            places: Arc::new(Places::new(config)),
            connections,
            answers,
            refusals,
            refused: Arc::new(Semaphore::new(REFUSED_AT_ONCE)),
            log,
            work,
        }))
    }
}

impl Around {
    /// A place for the call, if its caller may make it.
    fn admit(&self, request: &Request<Body>, caller: Caller) -> Result<(Admitted, Place), Status> {
        let admitted = self.access.admit(request.uri().path(), &caller)?;
        self.rates.admit(&caller, request.uri().path(), admitted.kind)?;
        if reason::is_compressed(request) {
            return Err(reason::compressed().into());
        }
        let place = self.places.admit(caller, admitted.kind)?;
        Ok((admitted, place))
    }

    /// Records a call that was refused before its request was read. One whose caller may not make it is read for the
    /// tenant that it names; the record is there when the task ends.
    fn note_refused(
        self: &Arc<Self>,
        request: Request<Body>,
        act: Act,
        status: &Status,
    ) -> Option<JoinHandle<()>> {
        let refusals = self.refusals.clone()?;
        let turn = Arc::clone(&self.refused).try_acquire_owned();
        let (Ok(turn), Code::PermissionDenied) = (turn, status.code()) else {
            refusals.note_status(&act, status);
            return None;
        };
        let (this, status) = (Arc::clone(self), status.clone());
        Some(self.work.spawn(async move {
            let _turn = turn;
            let named = this.access.tenant_of_refused(request);
            if let Ok(Some(tenant)) = tokio::time::timeout(REFUSED_TIME, named).await {
                act.note_tenant(&tenant);
            }
            refusals.note_status(&act, &status);
        }))
    }

    /// The answer to a call that is refused before its request was read, once it is recorded.
    fn refuse(
        self: &Arc<Self>,
        request: Request<Body>,
        act: Act,
        status: Status,
        on: Option<OpenOn>,
    ) -> BoxFuture<Result<Response<Body>, Infallible>> {
        let noted = self.note_refused(request, act, &status);
        Box::pin(async move {
            let _on = on;
            if let Some(noted) = noted {
                // It fails only if the task crashed, which is logged where it did.
                let _ = noted.await;
            }
            Ok(status.into_http())
        })
    }

    /// The line in the log of a call that begins now.
    fn line(&self, span: Span, caller: String) -> Line {
        Line::new(span, caller, Arc::clone(&self.log))
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
        // Read from the certificate, and so only once.
        let caller = Caller::in_extensions(request.extensions());
        let act = act_of(&request, Who::calling(&caller));
        let line = self.around.line(span.clone(), act.caller().to_owned());
        if !reason::is_grpc(&request) {
            line.write(Code::InvalidArgument);
            return Box::pin(async move { Ok(reason::not_grpc()) });
        }
        let on = self.around.connections.call(address_in(request.extensions()));
        let (admitted, place) = match self.around.admit(&request, caller) {
            Ok(admitted) => admitted,
            Err(status) => {
                line.write(status.code());
                return self.around.refuse(request, act, status, on);
            }
        };
        let call = OpenCall::new(line, place, on);
        let request = match admitted.kind {
            // A submission takes as long as its directory.
            Kind::Upload => request,
            _ => request.map(Arriving::wrap),
        };
        let deadline = deadline::of(&request);
        let begun = Instant::now();
        let around = Arc::clone(&self.around);
        // The one that is ready is called; its clone takes its place.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let work = async move {
            let mut request = request;
            request.extensions_mut().insert(act.clone());
            let (response, act) = match around.access.judge(request, admitted).await {
                Ok(mut request) => {
                    let act = act.made_for(Who::in_extensions(request.extensions()).actor);
                    request.extensions_mut().insert(act.clone());
                    (inner.call(request).await?, act)
                }
                Err(status) => (status.into_http(), act),
            };
            let response = response.map(|body| deadline::ending(body, deadline, begun.into()));
            let response = response_with(response, call, &around.answers);
            if let Some(refusals) = &around.refusals {
                refusals.note_headers(&act, response.headers());
            }
            Ok(response)
        };
        let caller_waits = CancellationToken::new();
        let work = given_up::within(caller_waits.clone(), work).instrument(span);
        let work = self.around.work.spawn(work);
        let caller_waits = caller_waits.drop_guard();
        Box::pin(async move {
            let _caller_waits = caller_waits;
            deadline::within(deadline, answer_of(work)).await
        })
    }
}

/// The answer of a call's task, also if that crashed.
async fn answer_of(
    work: JoinHandle<Result<Response<Body>, Infallible>>,
) -> Result<Response<Body>, Infallible> {
    work.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a call crashed");
        Ok(Status::from(ApiError::new(Refusal::Internal, sentences::CRASHED)).into_http())
    })
}

/// The call as its record names it: with the person once its assertion is checked.
fn act_of(request: &Request<Body>, who: Who) -> Act {
    let Who { caller, actor } = who;
    Act::at(request.uri().path(), caller, actor)
}

fn span_of(request: &Request<Body>) -> Span {
    let path = request.uri().path().trim_start_matches('/');
    // No method of ours is longer. A caller writes what it likes there, and each of its calls is a line in the log.
    let path = &path[..path.floor_char_boundary(LONGEST_PATH)];
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

fn response_with(mut response: Response<Body>, mut call: OpenCall, answers: &Arc<Answers>) -> Response<Body> {
    reason::of_headers(response.headers_mut());
    call.observe_headers(response.headers());
    response.map(|inner| answers.watch(inner, call))
}

#[cfg(test)]
mod tests;
