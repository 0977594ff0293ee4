//! Requests that never reach a handler, at a generated server, and an answer that cannot be encoded.

use http::{Method, StatusCode};
use rollcall_terms::Refusal;
use tonic_types::StatusExt as _;

use super::*;

const CHECK: &str = "/grpc.health.v1.Health/Check";
/// A message without a field.
const EMPTY: &str = "\0\0\0\0\0";

/// The answer of a server with only a service of health.
async fn answer(request: Request<Body>) -> Response<Body> {
    let (_, health) = tonic_health::server::health_reporter();
    let mut calls = layer(1).0.layer(health);
    calls.call(request).await.expect("an answer")
}

fn post(path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(Method::POST).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::new(body.to_owned())).expect("a request")
}

const GRPC: (&str, &str) = ("content-type", "application/grpc");

async fn refusal(request: Request<Body>) -> (Refusal, Status) {
    let answer = answer(request).await;
    let status = Status::from_header_map(answer.headers()).expect("a status");
    let info = status.get_details_error_info().expect("an ErrorInfo");
    assert_eq!(info.domain, "rollcall");
    assert!(status.message().ends_with('.'), "{}", status.message());
    let refusal = Refusal::parse(status.code().into(), &info.reason).expect("a refusal of the contract");
    assert_eq!(refusal.code().number(), i32::from(status.code()));
    (refusal, status)
}

#[tokio::test]
async fn a_request_that_is_no_message_of_the_method_is_its_callers_mistake() {
    let cut_off = "\0\0\0\0\x02\x0a\x7f";
    let not_whole = "\0\0\0\0\x7f\x0a";
    let odd_flag = "\x07\0\0\0\0";
    let only_a_flag = "\x01\0\0\0\0";
    for body in [
        cut_off,
        not_whole,
        odd_flag,
        only_a_flag,
        "",
        "\0",
        "{\"service\":\"\"}",
    ] {
        let (found, _) = refusal(post(CHECK, &[GRPC], body)).await;
        assert_eq!(found, Refusal::RequestUnreadable, "{body:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_unreadable_request_is_in_the_metadata_of_its_reason() {
    let (_, status) = refusal(post(CHECK, &[GRPC], "\0\0\0\0\x02\x0a\x7f")).await;
    let info = status.get_details_error_info().expect("an ErrorInfo");
    assert!(info.metadata["detail"].contains("service"), "{info:?}");
}

#[tokio::test]
async fn a_request_larger_than_the_method_takes_is_refused_as_too_large() {
    let (found, _) = refusal(post(CHECK, &[GRPC], "\0\x7f\0\0\0")).await;
    assert_eq!(found, Refusal::RequestTooLarge);
}

#[tokio::test]
async fn a_compressed_request_is_refused_before_it_is_read() {
    for encoding in ["gzip", "deflate", "zstd", "snappy"] {
        let (found, _) = refusal(post(CHECK, &[GRPC, ("grpc-encoding", encoding)], EMPTY)).await;
        assert_eq!(found, Refusal::RequestCompressed, "{encoding}");
    }
    let plain = answer(post(CHECK, &[GRPC, ("grpc-encoding", "identity")], EMPTY)).await;
    assert_eq!(status_in(plain.headers()), None, "it is answered");
}

#[tokio::test]
async fn a_method_or_a_service_that_is_not_here_is_named_as_such() {
    for path in [
        "/rollcall.v1.SyncService/Novel",
        "/",
        "/grpc.health.v1.Health/List",
    ] {
        let (found, _) = refusal(post(path, &[GRPC], EMPTY)).await;
        assert_eq!(found, Refusal::UnknownMethod, "{path}");
    }
    let (found, _) = refusal(post("/rollcall.v1.SyncService/SyncNow", &[GRPC], EMPTY)).await;
    assert_eq!(found, Refusal::UnknownMethod, "another server's method");
    let (found, _) = refusal(post(CHECK, &[GRPC], "\0\0\0\0\x06\x0a\x04none")).await;
    assert_eq!(found, Refusal::UnknownService);
}

#[tokio::test]
async fn a_caller_of_another_protocol_is_refused_in_http_and_in_grpc() {
    for kind in [
        "application/json",
        "application/grpc-web",
        "application/grpc+json",
        "",
    ] {
        let request = || post(CHECK, &[("content-type", kind)], EMPTY);
        assert_eq!(
            answer(request()).await.status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
        assert_eq!(refusal(request()).await.0, Refusal::RequestUnreadable, "{kind}");
    }
    for kind in ["application/grpc+proto", "Application/gRPC; charset=utf-8"] {
        let answer = answer(post(CHECK, &[("content-type", kind)], EMPTY)).await;
        assert_eq!(status_in(answer.headers()), None, "{kind} is answered");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_a_fault_of_ours_without_its_details() {
    let mut calls = layer(1).0.layer(Answers::Broken);
    let (_, broken) = code(&mut calls, "/rollcall.v1.SyncService/SyncNow").await;
    let mut broken = std::pin::pin!(broken.into_body());
    let last = poll_fn(|context| broken.as_mut().poll_frame(context)).await;
    let frame = last.expect("a frame").expect("trailers");
    let status = Status::from_header_map(frame.trailers_ref().expect("trailers")).expect("a status");
    let info = status.get_details_error_info().expect("an ErrorInfo");
    assert_eq!(
        (status.code(), info.reason.as_str()),
        (Code::Internal, "INTERNAL")
    );
    assert!(!format!("{status:?}").contains("message length"), "{status:?}");
}
