use std::{
    convert::Infallible,
    future,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Frame;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tonic::{Code, Status, body::Body};
use tower::{Layer as _, Service};
use tracing_subscriber::layer::SubscriberExt as _;

use super::{CallLayer, Calls};
use crate::telemetry::TRACEPARENT;

/// Refuses every call with a code, or begins a stream that never ends.
#[derive(Clone)]
enum Answers {
    Refusal(Code),
    Stream,
}

impl Service<Request<Body>> for Answers {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        future::ready(Ok(match self {
            Self::Refusal(code) => Status::new(*code, "").into_http(),
            Self::Stream => Response::new(Body::new(Endless)),
        }))
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

fn request(path: &str) -> Request<Body> {
    let request = Request::builder().uri(path).header(TRACEPARENT, TRACE);
    request.body(Body::empty()).expect("a request")
}

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async fn code(calls: &mut Calls<Answers>, path: &str) -> (Option<Code>, Response<Body>) {
    let response = calls.call(request(path)).await.expect("an answer");
    (super::status_in(response.headers()), response)
}

#[tokio::test]
async fn a_stream_is_open_until_it_is_dropped_and_one_call_more_than_allowed_is_refused() {
    let mut calls = CallLayer::new(1).layer(Answers::Stream);
    let (first, open) = code(&mut calls, "/a.B/C").await;
    assert_eq!(first, None);
    assert_eq!(code(&mut calls, "/a.B/C").await.0, Some(Code::ResourceExhausted));
    drop(open);
    assert_eq!(code(&mut calls, "/a.B/C").await.0, None);
}

#[tokio::test]
async fn a_call_that_was_answered_is_not_open() {
    let mut calls = CallLayer::new(1).layer(Answers::Refusal(Code::NotFound));
    let (_, _answer) = code(&mut calls, "/a.B/C").await;
    assert_eq!(code(&mut calls, "/a.B/C").await.0, Some(Code::NotFound));
}

#[tokio::test]
async fn probes_are_answered_under_any_load() {
    let mut calls = CallLayer::new(0).layer(Answers::Refusal(Code::NotFound));
    assert_eq!(
        code(&mut calls, "/grpc.health.v1.Health/Check").await.0,
        Some(Code::NotFound)
    );
}

fn spans_of_a_call(code: Code) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let mut calls = CallLayer::new(1).layer(Answers::Refusal(code));
        drop(runtime.block_on(calls.call(request("/a.B/C"))));
    });
    exporter.get_finished_spans().expect("the spans")
}

#[test]
fn a_call_is_a_span_of_the_callers_trace_with_its_method_and_closing_status() {
    let spans = spans_of_a_call(Code::NotFound);
    let [span] = spans.as_slice() else {
        panic!("one span: {spans:?}")
    };
    assert_eq!(span.name, "a.B/C");
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
    assert_eq!(attribute("rpc.method").as_deref(), Some("C"));
    assert_eq!(attribute("rpc.grpc.status_code").as_deref(), Some("5"));
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
