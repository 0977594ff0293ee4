//! Records of refused calls.

use rollcall_proto::v1::SyncNowRequest;
use rollcall_terms::Refusal;

use super::*;
use crate::{
    audit::{Act, Record},
    grpc::access::tests::{framed, http_body_of},
    status::ApiError,
};

const ACT: &str = "/rollcall.v1.SyncService/SyncNow";
const READ: &str = "/rollcall.v1.ResultsService/GetRun";

/// Refuses each call for its own reason, once it has read the tenant.
#[derive(Clone)]
struct Refusing(Refusal);

impl Service<Request<Body>> for Refusing {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let _ = Act::of(&tonic::Request::from_http(request)).about("acme");
        let refused = Status::from(ApiError::new(self.0, "refused"));
        std::future::ready(Ok(refused.into_http()))
    }
}

/// What is recorded of a call that is refused so.
async fn recorded(path: &str, refusal: Refusal) -> Option<String> {
    let (refusals, mut records) = Refusals::observed();
    let mut calls = recording_layer(1, Some(refusals)).0.layer(Refusing(refusal));
    calls.call(request(path)).await.expect("an answer");
    let record: Option<Record> = records.try_recv().ok();
    record.map(|record| format!("{record:?}"))
}

#[tokio::test]
async fn a_refused_act_is_recorded_with_caller_method_tenant_and_reason() {
    let record = recorded(ACT, Refusal::NoSettings).await.expect("a record");
    for part in ["\"loopback\"", "\"SyncNow\"", "\"acme\"", "\"NO_SETTINGS\""] {
        assert!(record.contains(part), "{part}: {record}");
    }
}

#[tokio::test]
async fn a_refused_read_is_recorded_only_if_the_caller_has_no_right_to_it() {
    assert_eq!(recorded(READ, Refusal::NoRun).await, None);
    assert!(recorded(READ, Refusal::CallerNotAllowed).await.is_some());
}

#[tokio::test]
async fn a_fault_of_ours_is_no_refusal() {
    assert_eq!(recorded(ACT, Refusal::Unavailable).await, None);
    assert_eq!(recorded(ACT, Refusal::Internal).await, None);
}

#[tokio::test]
async fn an_act_that_the_server_refuses_before_its_service_sees_it_is_recorded_too() {
    let (refusals, mut records) = Refusals::observed();
    let mut calls = recording_layer(0, Some(refusals))
        .0
        .layer(Refusing(Refusal::NoRun));
    calls.call(request(ACT)).await.expect("an answer");
    let record = format!("{:?}", records.try_recv().expect("a record"));
    assert!(
        record.contains("SERVER_LIMIT") && !record.contains("acme"),
        "{record}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_its_caller_may_not_make_is_recorded_with_the_tenant_that_it_names() {
    let strict = Access {
        roles: Roles::new(&RolesConfig::default(), true),
        ..access()
    };
    let (refusals, mut records) = Refusals::observed();
    let layer = layer_of(strict, 1, Some(refusals)).0;
    let mut calls = layer.layer(Refusing(Refusal::NoRun));
    let message = framed(&SyncNowRequest {
        tenant_id: "acme".to_owned(),
        ..SyncNowRequest::default()
    });
    let naming = request(ACT).map(|_| Body::new(http_body_of(vec![message.into()])));
    let silent = request(ACT).map(|_| Body::new(Endless));
    let answers = [calls.call(naming).await, calls.call(silent).await];
    for answer in answers {
        assert_eq!(
            status_in(answer.expect("an answer").headers()),
            Some(Code::PermissionDenied)
        );
    }
    let mut record = || format!("{:?}", records.try_recv().expect("a record"));
    let (named, unnamed) = (record(), record());
    assert!(
        named.contains("\"acme\"") && named.contains("CALLER_NOT_ALLOWED"),
        "{named}"
    );
    assert!(unnamed.contains("tenant_id: None"), "{unnamed}");
}
