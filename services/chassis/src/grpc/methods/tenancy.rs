//! The tenant that a call is about, found in its request by the contract's descriptors.

use prost::DecodeError;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};

/// The name that every field with a tenant's id has in the contract.
const TENANT_ID: &str = "tenant_id";

/// The tenant that a call is about.
#[derive(Debug, Clone)]
pub(in crate::grpc) enum Tenancy {
    /// The request names it.
    Named(TenantFields),
    /// No tenant: neither the request nor the answer has anything of one.
    Tenantless,
    /// None, and no person either: the server tells a probe of itself.
    Server,
    /// Every tenant, or one that is not in the first message.
    Every,
}

/// The fields of a request that name its tenant, up to one message deep (`tenant_id`, `settings.tenant_id`).
#[derive(Debug, Clone)]
pub(in crate::grpc) struct TenantFields {
    message: MessageDescriptor,
    paths: Vec<Vec<FieldDescriptor>>,
}

impl TenantFields {
    /// The fields of a request that name its tenant; `None`: it has none.
    pub(super) fn of(message: &MessageDescriptor) -> Option<Self> {
        let mut paths: Vec<_> = message
            .get_field_by_name(TENANT_ID)
            .map(|field| vec![field])
            .into_iter()
            .collect();
        for field in message
            .fields()
            .filter(|field| !field.is_list() && !field.is_map())
        {
            if let Kind::Message(inner) = field.kind()
                && let Some(tenant) = inner.get_field_by_name(TENANT_ID)
            {
                paths.push(vec![field, tenant]);
            }
        }
        (!paths.is_empty()).then(|| Self {
            message: message.clone(),
            paths,
        })
    }

    /// The tenants that a request names, each as its handler will read it. Empty: it names none.
    pub(in crate::grpc) fn named(&self, request: &[u8]) -> Result<Vec<String>, DecodeError> {
        let request = DynamicMessage::decode(self.message.clone(), request)?;
        Ok(self
            .paths
            .iter()
            .filter_map(|path| value(&request, path))
            .collect())
    }
}

fn value(message: &DynamicMessage, path: &[FieldDescriptor]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let value = message.get_field(first);
    match rest {
        [] => value.as_str().filter(|text| !text.is_empty()).map(str::to_owned),
        _ => self::value(value.as_message()?, rest),
    }
}
