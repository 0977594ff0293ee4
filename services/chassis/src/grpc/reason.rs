//! Reasons of refusals that come from beneath the services.
//!
//! A refusal by the services carries an `ErrorInfo`. The gRPC library refuses by itself what never reaches them: a request
//! that it cannot decode, or one that is too large. Its codes are those of its own faults, and they carry no reason, so
//! that a caller could not distinguish its own mistake from a fault of ours. Whatever has no reason gets one here.

use http::{HeaderMap, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body::Frame;
use rollcall_terms::Refusal;
use tonic::{Code, Status, body::Body};

use crate::{sentences, status::ApiError};

const CONTENT_TYPES: [&str; 2] = ["application/grpc", "application/grpc+proto"];
const ENCODING: &str = "grpc-encoding";
const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";
const DETAILS: &str = "grpc-status-details-bin";

/// True if the caller says that it speaks gRPC with Protocol Buffers.
pub(super) fn is_grpc<B>(request: &Request<B>) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    CONTENT_TYPES.iter().any(|grpc| kind.eq_ignore_ascii_case(grpc))
}

/// The answer to a caller of another protocol, which may know only the codes of HTTP.
pub(super) fn not_grpc() -> Response<Body> {
    let refused = ApiError::new(Refusal::RequestUnreadable, sentences::NOT_GRPC);
    let mut response = Status::from(refused).into_http();
    *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response
}

/// True if the caller compresses its request.
pub(super) fn is_compressed<B>(request: &Request<B>) -> bool {
    let encoding = request.headers().get(ENCODING);
    encoding.is_some_and(|encoding| encoding != "identity")
}

/// The refusal of a request that is no message of the method.
pub(super) fn unreadable(detail: &str) -> ApiError {
    ApiError::new(Refusal::RequestUnreadable, sentences::REQUEST_UNREADABLE).with("detail", detail)
}

/// The refusal of a compressed request: a small one could unfold to a large one.
pub(super) fn compressed() -> ApiError {
    ApiError::new(Refusal::RequestCompressed, sentences::REQUEST_COMPRESSED)
}

/// Gives a refusal in the headers its reason. An answer that ends with its headers was refused before its handler began
/// to answer, so a fault without a reason is one of the request.
pub(super) fn of_headers(headers: &mut HeaderMap) {
    give(headers, of_request);
}

/// Gives an error in the trailers its reason. The answer has begun, so the request was read: the fault is ours. Only
/// health and reflection, the library's own streams, refuse requests there (`is_watch`).
pub(super) fn of_frame<D>(
    frame: Option<Result<Frame<D>, Status>>,
    is_watch: bool,
) -> Option<Result<Frame<D>, Status>> {
    match frame {
        Some(Ok(frame)) => Some(Ok(match frame.into_trailers() {
            Ok(mut trailers) => {
                give(&mut trailers, |status| {
                    let of_request = is_watch.then(|| of_request(status)).flatten();
                    Some(of_request.unwrap_or_else(|| ApiError::internal("an answer", status)))
                });
                Frame::trailers(trailers)
            }
            Err(frame) => frame,
        })),
        other => other,
    }
}

fn give(headers: &mut HeaderMap, reason: impl Fn(&Status) -> Option<ApiError>) {
    if !headers.contains_key(STATUS) || headers.contains_key(DETAILS) {
        return;
    }
    let Some(status) = Status::from_header_map(headers).filter(|status| status.code() != Code::Ok) else {
        return;
    };
    let Some(reason) = reason(&status) else { return };
    headers.remove(MESSAGE);
    // A status that was decoded from headers and bounded can be encoded.
    if let Err(error) = Status::from(reason).add_header(headers) {
        tracing::error!(%error, "a refusal could not be written");
    }
}

fn of_request(status: &Status) -> Option<ApiError> {
    let (refusal, sentence) = match status.code() {
        Code::Internal | Code::Unknown | Code::InvalidArgument => {
            (Refusal::RequestUnreadable, sentences::REQUEST_UNREADABLE)
        }
        Code::OutOfRange | Code::ResourceExhausted => {
            (Refusal::RequestTooLarge, sentences::REQUEST_TOO_LARGE)
        }
        Code::Unimplemented => (Refusal::UnknownMethod, sentences::UNKNOWN_METHOD),
        Code::NotFound => (Refusal::UnknownService, sentences::UNKNOWN_SERVICE),
        _ => return None,
    };
    Some(ApiError::new(refusal, sentence).with("detail", status.message()))
}
