use bytes::Bytes;
use rollcall_proto::v1::{GetRunRequest, SyncNowRequest};
use tonic::Code;
use tonic_types::StatusExt as _;

use super::*;
use crate::{
    config::{Grant, RolesConfig},
    grpc::{
        assertion::tests::{Issuer, now},
        methods::SERVICES,
        role_set::RoleSet,
    },
};

const GET_RUN: &str = "/rollcall.v1.ResultsService/GetRun";

/// A server that trusts an issuer, and a caller of each kind.
struct Bench {
    access: Access,
    issuer: Issuer,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let (folder, issuer) = (tempfile::tempdir().expect("a folder"), Issuer::new(1));
        let grant = |text: &str| Grant::try_from(text.to_owned()).expect("a grant");
        let roles = RolesConfig {
            portal: vec![
                grant("spiffe://x/portal"),
                grant("spiffe://x/eu tenants=eu-*"),
                grant("spiffe://x/asserted assertion=required"),
            ],
            ..RolesConfig::default()
        };
        let access = Access {
            methods: Arc::new(Methods::read(rollcall_proto::DESCRIPTORS, &SERVICES).expect("the contract")),
            roles: Roles::new(&roles, true),
            assertions: Assertions::open(&issuer.trusted(folder.path())).expect("a key set"),
            clock: now,
        };
        Self {
            access,
            issuer,
            _folder: folder,
        }
    }

    async fn judge(&self, caller: &str, request: Request<Body>) -> Result<Request<Body>, Status> {
        let admitted = self.access.admit(request.uri().path(), &Caller::named(caller))?;
        self.access.judge(request, admitted).await
    }

    async fn reason(&self, caller: &str, request: Request<Body>) -> String {
        let status = self.judge(caller, request).await.expect_err("a refusal");
        status.get_details_error_info().expect("an ErrorInfo").reason
    }
}

pub(in crate::grpc) fn framed(message: &impl prost::Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).expect("a length").to_be_bytes();
    [&[0], &length[..], &message].concat()
}

fn get_run(tenant: &str) -> Vec<u8> {
    framed(&GetRunRequest {
        tenant_id: tenant.to_owned(),
        run_id: "r".repeat(36),
    })
}

fn call(body: Body) -> Request<Body> {
    Request::builder().uri(GET_RUN).body(body).expect("a request")
}

fn whole(body: Vec<u8>) -> Request<Body> {
    call(Body::new(http_body_of(vec![Bytes::from(body)])))
}

fn asserted(tenant: &str, token: &str) -> Request<Body> {
    let mut request = whole(get_run(tenant));
    let token = token.parse().expect("a header");
    request.headers_mut().append(rollcall_client::ASSERTION, token);
    request
}

/// A body of these pieces.
pub(in crate::grpc) fn http_body_of(
    pieces: Vec<Bytes>,
) -> impl http_body::Body<Data = Bytes, Error = Status> + Send + 'static {
    struct Pieces(std::vec::IntoIter<Bytes>);
    impl http_body::Body for Pieces {
        type Data = Bytes;
        type Error = Status;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Status>>> {
            std::task::Poll::Ready(self.0.next().map(|piece| Ok(http_body::Frame::data(piece))))
        }
    }
    Pieces(pieces.into_iter())
}

async fn read_whole(body: Body) -> Vec<u8> {
    use http_body::Body as _;
    let mut body = std::pin::pin!(body);
    let mut read = Vec::new();
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        read.extend_from_slice(&frame.expect("a frame").into_data().expect("data"));
    }
    read
}

#[tokio::test]
async fn the_handler_gets_the_request_as_it_came_in_whatever_pieces() {
    let bench = Bench::new();
    let sent = [get_run("eu-1"), get_run("second")].concat();
    for size in [1, 3, 7, 400, sent.len()] {
        let pieces = sent.chunks(size).map(Bytes::copy_from_slice).collect();
        let judged = bench
            .judge("spiffe://x/eu", call(Body::new(http_body_of(pieces))))
            .await
            .expect("its tenant");
        let who = judged.extensions().get::<Who>().expect("who calls").clone();
        assert_eq!((who.caller.as_str(), who.actor), ("spiffe://x/eu", None));
        assert!(judged.extensions().get::<RoleSet>().is_some());
        assert_eq!(read_whole(judged.into_body()).await, sent, "pieces of {size}");
    }
}

#[tokio::test]
async fn a_caller_limited_to_tenants_reaches_no_other() {
    let bench = Bench::new();
    for body in [
        get_run("us-1"),
        get_run(""),
        [get_run("us-1"), get_run("eu-1")].concat(),
    ] {
        assert_eq!(
            bench.reason("spiffe://x/eu", whole(body)).await,
            "TENANT_NOT_ALLOWED"
        );
    }
    let sync = framed(&SyncNowRequest {
        tenant_id: "us-1".to_owned(),
        ..SyncNowRequest::default()
    });
    let mut request = whole(sync);
    *request.uri_mut() = "/rollcall.v1.SyncService/SyncNow".parse().expect("a path");
    assert_eq!(bench.reason("spiffe://x/eu", request).await, "TENANT_NOT_ALLOWED");
    assert!(
        bench
            .judge("spiffe://x/portal", whole(get_run("us-1")))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_record_of_a_refusal_names_the_tenant_of_the_request() {
    let bench = Bench::new();
    let forged = Issuer::new(2).assert("us-1", now());
    for (caller, mut request) in [
        ("spiffe://x/eu", whole(get_run("us-1"))),
        ("spiffe://x/asserted", whole(get_run("us-1"))),
        ("spiffe://x/portal", asserted("us-1", &forged)),
    ] {
        let act = Act::new(caller, None, "GetRun");
        request.extensions_mut().insert(act.clone());
        bench.judge(caller, request).await.expect_err("a refusal");
        assert!(format!("{act:?}").contains("us-1"), "{caller}: {act:?}");
    }
    let named = bench.access.tenant_of_refused(whole(get_run("us-1"))).await;
    assert_eq!(named.as_deref(), Some("us-1"));
    let large = framed(&GetRunRequest {
        tenant_id: "us-1".to_owned(),
        run_id: "r".repeat(MOST_OF_REFUSED),
    });
    assert_eq!(bench.access.tenant_of_refused(whole(large)).await, None);
}

#[tokio::test]
async fn what_cannot_be_read_is_not_let_through() {
    let bench = Bench::new();
    let cut_off = get_run("eu-1")[..40].to_vec();
    let compressed = b"\x01\0\0\0\0".to_vec();
    let no_message = b"\0\0\0\0\x02\x0a\x7f".to_vec();
    for body in [Vec::new(), cut_off, compressed, no_message] {
        assert_eq!(
            bench.reason("spiffe://x/eu", whole(body)).await,
            "REQUEST_UNREADABLE"
        );
    }
    // One octet more than ResultsService takes.
    let large = b"\0\0\x01\0\x01".to_vec();
    assert_eq!(
        bench.reason("spiffe://x/eu", whole(large)).await,
        "REQUEST_TOO_LARGE"
    );
}

#[tokio::test]
async fn a_request_beyond_its_limits_is_refused_to_a_caller_that_may_make_it() {
    let bench = Bench::new();
    let long = framed(&GetRunRequest {
        tenant_id: "us-1".to_owned(),
        run_id: "r".repeat(37),
    });
    assert_eq!(
        bench.reason("spiffe://x/eu", whole(long.clone())).await,
        "TENANT_NOT_ALLOWED"
    );
    assert_eq!(
        bench.reason("spiffe://x/portal", whole(long)).await,
        "INVALID_FIELDS"
    );
}

#[tokio::test]
async fn an_assertion_is_required_where_configured_and_checked_wherever_given() {
    let bench = Bench::new();
    let (strict, plain) = ("spiffe://x/asserted", "spiffe://x/portal");
    assert_eq!(
        bench.reason(strict, whole(get_run("acme"))).await,
        "ASSERTION_REQUIRED"
    );
    let acme = bench.issuer.assert("acme", now());
    let forged = Issuer::new(2).assert("acme", now());
    for caller in [strict, plain] {
        let judged = bench
            .judge(caller, asserted("acme", &acme))
            .await
            .expect("a valid assertion");
        let who = judged.extensions().get::<Who>().expect("who calls");
        assert_eq!(who.actor.as_deref(), Some("anna"), "{caller}");
        assert_eq!(
            bench.reason(caller, asserted("other", &acme)).await,
            "ASSERTION_REFUSED"
        );
        assert_eq!(
            bench.reason(caller, asserted("acme", &forged)).await,
            "ASSERTION_REFUSED"
        );
    }
    let mut twice = asserted("acme", &acme);
    let again = acme.parse().expect("a header");
    twice.headers_mut().append(rollcall_client::ASSERTION, again);
    assert_eq!(bench.reason(plain, twice).await, "ASSERTION_REFUSED");
}

#[tokio::test]
async fn a_probe_calls_for_nobody_and_needs_no_assertion() {
    let bench = Bench::new();
    for path in ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"] {
        let probe = Request::builder().uri(path).body(Body::empty());
        let judged = bench
            .judge("spiffe://x/asserted", probe.expect("a request"))
            .await;
        assert!(judged.is_ok(), "{path}");
    }
}

#[tokio::test]
async fn a_server_without_an_issuer_takes_no_assertion() {
    let mut bench = Bench::new();
    bench.access.assertions = None;
    let token = bench.issuer.assert("acme", now());
    let status = bench
        .judge("spiffe://x/portal", asserted("acme", &token))
        .await
        .expect_err("a refusal");
    assert_eq!(status.code(), Code::PermissionDenied);
    assert!(
        status.message().contains("trusts no issuer"),
        "{}",
        status.message()
    );
}
