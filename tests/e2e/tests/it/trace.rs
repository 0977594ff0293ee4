//! One trace from the caller's own span to the commit, through gRPC, the database, the broker and gRPC again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::any_value,
    resource::v1::Resource,
    trace::v1::Span,
};
use rollcall_e2e::wait;
use rollcall_proto::v1::SyncNowRequest;
use rollcall_testbed::StackOptions;
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

use crate::own::{Own, succeeded};

const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
const CALLER: u64 = 0x00f0_67aa_0ba9_02b7;

/// Steps of a trace that ends in a commit, as service and span.
const WAY: [(&str, &str); 6] = [
    ("rollcall-scheduler", "rollcall.v1.SyncService/SyncNow"),
    ("rollcall-worker", "run"),
    ("rollcall-worker", "read directory"),
    (
        "rollcall-reconcile",
        "rollcall.internal.v1.ReconcileService/BeginRun",
    ),
    (
        "rollcall-reconcile",
        "rollcall.internal.v1.ReconcileService/SubmitRun",
    ),
    ("rollcall-reconcile", "commit"),
];

#[tokio::test]
async fn one_trace_runs_from_the_call_to_the_commit() -> Result<()> {
    let collector = Collector::default();
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?;
    let endpoint = format!("http://{}", incoming.local_addr()?);
    let serving = Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .serve_with_incoming(incoming);
    let _serving = tokio_util::task::AbortOnDropHandle::new(tokio::spawn(serving));
    let options = StackOptions::default().set_all("ROLLCALL_TELEMETRY__OTLP_ENDPOINT", &endpoint);
    let own = Own::start(options).await?;
    let (tenant, _forest) = own.office("trace").crowd(2).saved().await?;

    let mut request = Request::new(SyncNowRequest {
        tenant_id: tenant.id.clone(),
        ..SyncNowRequest::default()
    });
    request.metadata_mut().insert(
        "traceparent",
        format!("00-{TRACE:032x}-{CALLER:016x}-01").parse()?,
    );
    let run_id = tenant
        .clients
        .sync
        .clone()
        .sync_now(request)
        .await?
        .into_inner()
        .run_id;
    succeeded(&tenant, &run_id).await?;

    let spans = wait::until(
        "every span of the way",
        || async { Ok(collector.spans()) },
        |spans| {
            WAY.iter()
                .all(|(service, name)| spans.iter().any(|span| span.is(service, name)))
        },
    )
    .await?;
    let commit = spans
        .iter()
        .position(|span| span.is("rollcall-reconcile", "commit"));
    let ancestors = ancestors(&spans, commit.map(|at| &spans[at]));
    let names: Vec<_> = ancestors.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "commit",
            "rollcall.internal.v1.ReconcileService/SubmitRun",
            "run",
            "rollcall.v1.SyncService/SyncNow"
        ],
        "each span is the child of the step before"
    );
    assert_eq!(
        ancestors.last().map(|span| span.parent),
        Some(CALLER),
        "and the first one the caller's"
    );
    Ok(())
}

/// A span and those above it, up to the one whose parent is not known.
fn ancestors<'a>(spans: &'a [SpanRecord], of: Option<&'a SpanRecord>) -> Vec<&'a SpanRecord> {
    let by_id: BTreeMap<u64, &SpanRecord> = spans.iter().map(|span| (span.id, span)).collect();
    std::iter::successors(of, |span| by_id.get(&span.parent).copied()).collect()
}

/// A span of the trace, as its service reported it.
#[derive(Clone, Debug)]
struct SpanRecord {
    service: String,
    name: String,
    id: u64,
    parent: u64,
}

impl SpanRecord {
    fn is(&self, service: &str, name: &str) -> bool {
        self.service == service && self.name == name
    }
}

/// A collector, in memory.
#[derive(Clone, Debug, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<SpanRecord>>>,
}

impl Collector {
    fn spans(&self) -> Vec<SpanRecord> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        for parcel in request.into_inner().resource_spans {
            let service = service_name(parcel.resource.as_ref());
            let sent = parcel.scope_spans.into_iter().flat_map(|scope| scope.spans);
            let of_the_trace = sent.filter(|span| span.trace_id == TRACE.to_be_bytes());
            spans.extend(of_the_trace.map(|span| record_of(&service, span)));
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

fn record_of(service: &str, span: Span) -> SpanRecord {
    let id = |bytes: &[u8]| bytes.try_into().map(u64::from_be_bytes).unwrap_or_default();
    SpanRecord {
        service: service.to_owned(),
        id: id(&span.span_id),
        parent: id(&span.parent_span_id),
        name: span.name,
    }
}

fn service_name(resource: Option<&Resource>) -> String {
    let attributes = resource.into_iter().flat_map(|resource| &resource.attributes);
    let name = attributes
        .filter(|attribute| attribute.key == "service.name")
        .find_map(|attribute| match attribute.value.as_ref()?.value.as_ref()? {
            any_value::Value::StringValue(name) => Some(name.clone()),
            _ => None,
        });
    name.unwrap_or_default()
}
