mod reasons;
mod records;

use std::{
    collections::HashMap,
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};
use http_body::{Body as _, Frame};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{Code, Status, body::Body};
use tonic_types::{ErrorDetails, StatusExt as _};
use tower::{Layer as _, Service};
use tracing_subscriber::layer::SubscriberExt as _;

use super::{CallLayer, Calls};
use crate::{
    audit::Refusals,
    clock::now,
    config::{RolesConfig, ServerConfig},
    grpc::{
        access::Access,
        connection::Connections,
        methods::{Methods, SERVICES},
        open_call::status_in,
        roles::Roles,
        stall,
    },
    telemetry::TRACEPARENT,
};

/// Refuses every call with a code, begins a stream that never ends, ends an answer as the library does when it cannot
/// encode it, or works for a second and reports it.
#[derive(Clone)]
enum Answers {
    Refusal(Code),
    Stream,
    Broken,
    Work(mpsc::Sender<()>),
}

impl Service<Request<Body>> for Answers {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        let answers = self.clone();
        Box::pin(async move {
            Ok(match answers {
                Self::Refusal(code) => {
                    let reason = ErrorDetails::with_error_info("REASON", "test", HashMap::new());
                    Status::with_error_details(code, "", reason).into_http()
                }
                Self::Stream => Response::new(Body::new(Endless)),
                Self::Broken => Response::new(Body::new(Broken)),
                Self::Work(done) => {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    done.send(()).await.expect("somebody looks");
                    Status::new(Code::Ok, "").into_http()
                }
            })
        })
    }
}

struct Endless;

impl http_body::Body for Endless {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        Poll::Pending
    }
}

struct Broken;

impl http_body::Body for Broken {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let mut trailers = http::HeaderMap::new();
        let status = Status::out_of_range("Error, encoded message length too large");
        let added = status.add_header(&mut trailers);
        Poll::Ready(Some(added.map(|()| Frame::trailers(trailers))))
    }
}

/// Places for calls, and the answers that the layer watches.
fn layer(places: u32) -> (CallLayer, Arc<stall::Answers>) {
    recording_layer(places, None)
}

/// The same, whose refusals are recorded.
fn recording_layer(places: u32, refusals: Option<Refusals>) -> (CallLayer, Arc<stall::Answers>) {
    layer_of(access(), places, refusals)
}

fn layer_of(access: Access, places: u32, refusals: Option<Refusals>) -> (CallLayer, Arc<stall::Answers>) {
    let config = ServerConfig {
        max_calls: places,
        ..ServerConfig::plaintext(([127, 0, 0, 1], 0).into())
    };
    let answers = Arc::new(stall::Answers::new(LIMIT));
    let connections = Arc::new(Connections::new(&config));
    let layer = CallLayer::new(
        &config,
        access,
        connections,
        Arc::clone(&answers),
        refusals,
        Arc::default(),
        TaskTracker::new(),
    );
    (layer, answers)
}

/// Without TLS, callers are not distinguished.
fn access() -> Access {
    Access {
        methods: Arc::new(Methods::read(rollcall_proto::DESCRIPTORS, &SERVICES).expect("the contract")),
        roles: Roles::new(&RolesConfig::default(), false),
        assertions: None,
        clock: now,
    }
}

/// Time that an answer may lie unread.
const LIMIT: Duration = Duration::from_mins(1);

fn request(path: &str) -> Request<Body> {
    let request = Request::builder().uri(path).header(TRACEPARENT, TRACE);
    let request = request.header("content-type", "application/grpc");
    request
        .body(Body::new(EMPTY_MESSAGE.to_owned()))
        .expect("a request")
}

/// A message that says nothing, with its length.
const EMPTY_MESSAGE: &str = "\0\0\0\0\0";
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async fn code(calls: &mut Calls<Answers>, path: &str) -> (Option<Code>, Response<Body>) {
    let response = calls.call(request(path)).await.expect("an answer");
    (status_in(response.headers()), response)
}

#[tokio::test]
async fn a_stream_is_open_until_it_is_dropped_and_one_call_more_than_allowed_is_refused() {
    let mut calls = layer(1).0.layer(Answers::Stream);
    let (first, open) = code(&mut calls, "/rollcall.v1.SyncService/SyncNow").await;
    assert_eq!(first, None);
    assert_eq!(
        code(&mut calls, "/rollcall.v1.SyncService/SyncNow").await.0,
        Some(Code::ResourceExhausted)
    );
    drop(open);
    assert_eq!(code(&mut calls, "/rollcall.v1.SyncService/SyncNow").await.0, None);
}

#[tokio::test]
async fn a_call_that_was_answered_is_not_open() {
    let mut calls = layer(1).0.layer(Answers::Refusal(Code::NotFound));
    let (_, _answer) = code(&mut calls, "/rollcall.v1.SyncService/SyncNow").await;
    assert_eq!(
        code(&mut calls, "/rollcall.v1.SyncService/SyncNow").await.0,
        Some(Code::NotFound)
    );
}

#[tokio::test]
async fn probes_are_answered_under_any_load() {
    let mut calls = layer(0).0.layer(Answers::Refusal(Code::NotFound));
    assert_eq!(
        code(&mut calls, "/grpc.health.v1.Health/Check").await.0,
        Some(Code::NotFound)
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_left_unread_gives_its_place_back_and_says_so_to_a_later_reader() {
    let (layer, answers) = layer(1);
    let ended = CancellationToken::new();
    let looking = tokio::spawn(answers.look(ended.clone()));
    let mut calls = layer.layer(Answers::Stream);
    let (_, unread) = code(&mut calls, "/rollcall.v1.SyncService/SyncNow").await;
    assert_eq!(
        code(&mut calls, "/rollcall.v1.SyncService/SyncNow").await.0,
        Some(Code::ResourceExhausted)
    );
    tokio::time::sleep(LIMIT * 2).await;
    let (second, read) = code(&mut calls, "/rollcall.v1.SyncService/SyncNow").await;
    assert_eq!(second, None, "the place is free");

    let mut read = std::pin::pin!(read.into_body());
    assert!(futures::poll!(poll_fn(|context| read.as_mut().poll_frame(context))).is_pending());
    tokio::time::sleep(LIMIT * 2).await;
    let quiet = futures::poll!(poll_fn(|context| read.as_mut().poll_frame(context)));
    assert!(
        quiet.is_pending(),
        "a stream that has nothing to say is not cut off"
    );

    let mut unread = std::pin::pin!(unread.into_body());
    let last = poll_fn(|context| unread.as_mut().poll_frame(context)).await;
    let trailers = last
        .expect("a frame")
        .expect("trailers")
        .into_trailers()
        .expect("trailers");
    assert_eq!(status_in(&trailers), Some(Code::ResourceExhausted));
    ended.cancel();
    looking.await.expect("the loop's end");
}

#[tokio::test(start_paused = true)]
async fn work_that_its_caller_gave_up_goes_on_to_its_end_and_keeps_its_place_until_then() {
    let (done, mut ended) = mpsc::channel(4);
    let mut calls = layer(1).0.layer(Answers::Work(done));
    let given_up = tokio::time::timeout(
        Duration::from_millis(10),
        calls.call(request("/rollcall.v1.SyncService/SyncNow")),
    );
    assert!(given_up.await.is_err());
    let refused = calls
        .call(request("/rollcall.v1.SyncService/SyncNow"))
        .await
        .expect("an answer");
    assert_eq!(status_in(refused.headers()), Some(Code::ResourceExhausted));
    ended.recv().await.expect("the work's end");
    let answered = calls
        .call(request("/rollcall.v1.SyncService/SyncNow"))
        .await
        .expect("an answer");
    assert_eq!(status_in(answered.headers()), Some(Code::Ok));
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_deadline_passes_ends_with_a_reason() {
    let (done, mut ended) = mpsc::channel(4);
    let mut calls = layer(1).0.layer(Answers::Work(done));
    let mut request = request("/rollcall.v1.SyncService/SyncNow");
    let deadline = "250m".parse().expect("a header");
    request.headers_mut().insert("grpc-timeout", deadline);
    let response = calls.call(request).await.expect("an answer");
    let status = Status::from_header_map(response.headers()).expect("a status");
    assert_eq!(status.code(), Code::DeadlineExceeded);
    let details = status.get_error_details();
    assert_eq!(
        details.error_info().map(|info| info.reason.as_str()),
        Some("DEADLINE_PASSED")
    );
    ended.recv().await.expect("the work's end");
}

fn spans_of_a_call(code: Code) -> Vec<SpanData> {
    spans_of_a_call_to("/rollcall.v1.SyncService/SyncNow", code)
}

fn spans_of_a_call_to(path: &str, code: Code) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let traces = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(traces), || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        let mut calls = layer(1).0.layer(Answers::Refusal(code));
        drop(runtime.block_on(async { calls.call(request(path)).await }));
    });
    exporter.get_finished_spans().expect("the spans")
}

#[test]
fn a_call_is_a_span_of_the_callers_trace_with_its_method_and_closing_status() {
    let spans = spans_of_a_call(Code::NotFound);
    let [span] = spans.as_slice() else {
        panic!("one span: {spans:?}")
    };
    assert_eq!(span.name, "rollcall.v1.SyncService/SyncNow");
    assert_eq!(
        span.span_context.trace_id().to_string(),
        "0af7651916cd43dd8448eb211c80319c"
    );
    assert_eq!(span.parent_span_id.to_string(), "b7ad6b7169203331");
    let attribute = |key: &str| {
        span.attributes
            .iter()
            .find(|pair| pair.key.as_str() == key)
            .map(|pair| pair.value.to_string())
    };
    assert_eq!(attribute("rpc.method").as_deref(), Some("SyncNow"));
    assert_eq!(attribute("rpc.grpc.status_code").as_deref(), Some("5"));
}

#[test]
fn of_the_path_that_a_caller_makes_up_a_bounded_part_is_logged() {
    let spans = spans_of_a_call_to(&format!("/a.b/{}", "c".repeat(3_000)), Code::Unimplemented);
    assert_eq!(spans[0].name.len(), 128);
}

#[test]
fn only_a_fault_of_ours_is_an_error_in_the_trace() {
    let is_error = |code| {
        let spans = spans_of_a_call(code);
        matches!(spans[0].status, opentelemetry::trace::Status::Error { .. })
    };
    assert!(is_error(Code::Internal));
    assert!(!is_error(Code::NotFound));
}
