//! Every method of the contract, called with one certificate at every listener.

use std::sync::LazyLock;

use anyhow::Result;
use prost::{
    Message as _,
    bytes::{Buf as _, BufMut as _},
};
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, Value};
use rollcall_e2e::status::Refusal;
use rollcall_testbed::{Endpoints, Kind};
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::http::uri::PathAndQuery,
    transport::Channel,
};

/// The services of the contract.
static CONTRACT: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(rollcall_proto::DESCRIPTORS).unwrap_or_default());

/// A listener of a stack, and a connection to it.
pub(super) struct Listener {
    pub(super) name: &'static str,
    /// The service of the contract that it is there for.
    serves: &'static str,
    channel: Channel,
}

/// How a call was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// The listener has no such method.
    Unknown,
    /// Its caller may not make it.
    NotAllowed,
    /// It got past that.
    Answered,
}

/// A call of the walk.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) listener: &'static str,
    /// True if the listener is there for the service of the method.
    pub(super) is_served: bool,
    /// The method, without its service.
    pub(super) method: String,
    pub(super) met: Met,
}

/// The methods of the contract.
pub(super) fn methods() -> Vec<MethodDescriptor> {
    let services = CONTRACT.services();
    let ours = services.filter(|service| service.full_name().starts_with("rollcall."));
    ours.flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect()
}

impl Listener {
    /// All listeners of a stack, to a caller with this certificate.
    pub(super) async fn all(endpoints: &Endpoints, certificate: &str) -> Result<Vec<Self>> {
        let at = [
            ("scheduler", "rollcall.v1.SyncService", Kind::Scheduler),
            ("worker", "", Kind::Worker),
            ("reconcile", "rollcall.v1.AccountService", Kind::Reconcile),
            ("results", "rollcall.v1.ResultsService", Kind::Results),
        ];
        let mut listeners = vec![Self {
            name: "reconcile for workers",
            serves: "rollcall.internal.v1.ReconcileService",
            channel: endpoints.connect_to_workers_listener(certificate).await?,
        }];
        for (name, serves, kind) in at {
            let channel = endpoints.connect_as(kind, certificate).await?;
            listeners.push(Self {
                name,
                serves,
                channel,
            });
        }
        Ok(listeners)
    }

    /// True if this is where the method is answered.
    pub(super) fn serves(&self, method: &MethodDescriptor) -> bool {
        method.parent_service().full_name() == self.serves
    }

    /// The whole answer to a call, message by message, as octets.
    pub(super) async fn call(
        &self,
        method: &MethodDescriptor,
        request: &DynamicMessage,
    ) -> Result<Vec<Vec<u8>>, Status> {
        let mut grpc = Grpc::new(self.channel.clone());
        let ready = grpc.ready().await;
        ready.map_err(|error| Status::unavailable(error.to_string()))?;
        let service = method.parent_service().full_name().to_owned();
        let path = PathAndQuery::try_from(format!("/{service}/{}", method.name()))
            .map_err(|error| Status::internal(error.to_string()))?;
        // Every kind of call looks alike on its way: some messages there, some back.
        let requests = Request::new(tokio_stream::once(request.encode_to_vec()));
        let mut answers = grpc.streaming(requests, path, Octets).await?.into_inner();
        let mut answer = Vec::new();
        while let Some(message) = answers.message().await? {
            answer.push(message);
        }
        Ok(answer)
    }
}

/// Calls every method at every listener, with requests that say nothing.
pub(super) async fn everywhere(endpoints: &Endpoints, certificate: &str) -> Result<Vec<Walked>> {
    let mut walked = Vec::new();
    for listener in Listener::all(endpoints, certificate).await? {
        for method in methods() {
            let answer = listener.call(&method, &DynamicMessage::new(method.input())).await;
            let met = match answer.err().map(|status| Refusal::from(status).reason) {
                Some(reason) if reason == "UNKNOWN_METHOD" => Met::Unknown,
                Some(reason) if reason == "CALLER_NOT_ALLOWED" => Met::NotAllowed,
                _ => Met::Answered,
            };
            walked.push(Walked {
                listener: listener.name,
                is_served: listener.serves(&method),
                method: method.name().to_owned(),
                met,
            });
        }
    }
    Ok(walked)
}

/// A request for a tenant; `None` if the method is about none.
pub(super) fn about(method: &MethodDescriptor, tenant_id: &str) -> Option<DynamicMessage> {
    let mut request = DynamicMessage::new(method.input());
    let id = Value::String(tenant_id.to_owned());
    if method.input().get_field_by_name("tenant_id").is_some() {
        request.set_field_by_name("tenant_id", id);
        return Some(request);
    }
    let settings = method.input().get_field_by_name("settings")?;
    let inner = request.get_field_mut(&settings).as_message_mut()?;
    inner.set_field_by_name("tenant_id", id);
    Some(request)
}

/// Messages as they are sent.
struct Octets;

impl Codec for Octets {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Octets {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, octets: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&octets);
        Ok(())
    }
}

impl Decoder for Octets {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut octets = vec![0; from.remaining()];
        from.copy_to_slice(&mut octets);
        Ok(Some(octets))
    }
}
