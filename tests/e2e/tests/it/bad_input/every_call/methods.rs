//! Every method of the portal's contract, called with messages that no program would write.

use anyhow::Result;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind as Type, MessageDescriptor, MethodDescriptor, Value,
};
use rollcall_testbed::{Endpoints, Kind};
use tonic::{Request, Status, client::Grpc, codegen::http::uri::PathAndQuery, transport::Channel};
use tonic_prost::ProstCodec;

/// A method, and the service that answers it.
#[derive(Clone)]
pub(super) struct Method {
    declared: MethodDescriptor,
    channel: Channel,
}

/// The way to a field: through messages, each of which is one field of the one before.
pub(super) type Place = Vec<FieldDescriptor>;

impl Method {
    /// Those of `rollcall.v1`.
    pub(super) async fn all(endpoints: &Endpoints) -> Result<Vec<Self>> {
        let pool = DescriptorPool::decode(rollcall_proto::DESCRIPTORS)?;
        let mut methods = Vec::new();
        for service in pool.services() {
            let kind = match service.full_name() {
                "rollcall.v1.SyncService" => Kind::Scheduler,
                "rollcall.v1.AccountService" => Kind::Reconcile,
                "rollcall.v1.ResultsService" => Kind::Results,
                _ => continue,
            };
            let channel = endpoints.connect(kind).await?;
            methods.extend(service.methods().map(|declared| Self {
                declared,
                channel: channel.clone(),
            }));
        }
        Ok(methods)
    }

    pub(super) fn name(&self) -> &str {
        self.declared.name()
    }

    /// A request whose ids are well-formed, and that says nothing else.
    pub(super) fn request(&self, tenant_id: &str) -> DynamicMessage {
        let mut request = DynamicMessage::new(self.declared.input());
        let names_tenant = self.names_tenant();
        for place in self.places() {
            // Settings that are given with a tenant stand in place of its own.
            if names_tenant && place.len() > 1 && path(&place).ends_with(".tenant_id") {
                continue;
            }
            let Some(last) = place.last().filter(|last| !last.is_list()) else {
                continue;
            };
            let text = match last.name() {
                "tenant_id" => tenant_id,
                "run_id" | "account_id" => "0190a0a0-0000-7000-8000-000000000000",
                "address" | "primary_address" => "ann@unknown.example",
                _ => continue,
            };
            set(&mut request, &place, Value::String(text.to_owned()));
        }
        request
    }

    /// True if the call is about one tenant.
    pub(super) fn names_tenant(&self) -> bool {
        self.declared.input().get_field_by_name("tenant_id").is_some()
    }

    /// Every field of the request and of the messages in it.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        collect(&self.declared.input(), &mut Vec::new(), &mut places);
        places
    }

    /// The call; of a stream, up to its first answer.
    pub(super) async fn call(&self, request: DynamicMessage) -> Result<(), Status> {
        let mut grpc = Grpc::new(self.channel.clone());
        grpc.ready()
            .await
            .map_err(|error| Status::unavailable(error.to_string()))?;
        let service = self.declared.parent_service().full_name();
        let path = format!("/{service}/{}", self.declared.name());
        let path = PathAndQuery::try_from(path).map_err(|error| Status::internal(error.to_string()))?;
        let codec = ProstCodec::<DynamicMessage, ()>::default();
        let request = Request::new(request);
        if !self.declared.is_server_streaming() {
            return grpc.unary(request, path, codec).await.map(drop);
        }
        let mut answers = grpc.server_streaming(request, path, codec).await?.into_inner();
        answers.message().await.map(drop)
    }
}

fn collect(message: &MessageDescriptor, way: &mut Place, places: &mut Vec<Place>) {
    for field in message.fields() {
        way.push(field.clone());
        places.push(way.clone());
        if let Type::Message(inner) = field.kind()
            && !field.is_list()
            && !field.is_map()
        {
            collect(&inner, way, places);
        }
        way.pop();
    }
}

/// Sets a field, and makes the messages on the way.
pub(super) fn set(message: &mut DynamicMessage, place: &[FieldDescriptor], value: Value) {
    match place {
        [] => {}
        [last] => message.set_field(last, value),
        [next, rest @ ..] => {
            if let Some(inner) = message.get_field_mut(next).as_message_mut() {
                set(inner, rest, value);
            }
        }
    }
}

/// The field's name, as errors give it.
pub(super) fn path(place: &[FieldDescriptor]) -> String {
    let names: Vec<_> = place.iter().map(FieldDescriptor::name).collect();
    names.join(".")
}
