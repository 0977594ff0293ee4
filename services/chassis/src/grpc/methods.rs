//! The methods of a server, as the contract declares them: their kinds, the roles that may call them, and the tenant
//! that a call is about.

mod tenancy;

use std::{collections::HashMap, sync::Arc};

use prost_reflect::{DescriptorPool, ExtensionDescriptor, MethodDescriptor, ServiceDescriptor, Value};

use super::{
    DEFAULT_MAX_MESSAGE_BYTES, GrpcError,
    bounds::{Kind, is_probe},
    limits::RequestLimits,
    role_set::RoleSet,
};

pub(super) use tenancy::{Tenancy, TenantFields};

/// The option of a method that names its roles.
const ROLES: &str = "rollcall.v1.roles";
/// The option of a method that has nothing to do with any tenant.
const TENANTLESS: &str = "rollcall.v1.tenantless";
/// The option of a service that bounds its requests.
const MAX_REQUEST_BYTES: &str = "rollcall.v1.max_request_bytes";
/// The option of a field that has limits.
const LIMITS: &str = "rollcall.v1.limits";
/// Every server answers these to a caller with any role: they say nothing of tenants, and a caller that may do something
/// here may know if it is answered, and how. Reflection shows only the methods that it may call.
const OF_EVERY_SERVER: [&str; 3] = [
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
];

/// A method, as the contract declares it.
#[derive(Debug, Clone)]
pub(super) struct Method {
    pub(super) kind: Kind,
    /// The roles that may call it.
    pub(super) roles: RoleSet,
    /// The tenant that a call is about.
    pub(super) tenancy: Tenancy,
    /// The limits of its request. Absent: it has none, or many messages.
    pub(super) limits: Option<Arc<RequestLimits>>,
    /// Bytes of its largest request.
    pub(super) most_bytes: usize,
}

/// The methods that a server answers, by their paths.
#[derive(Debug)]
pub(super) struct Methods(HashMap<String, Method>);

impl Methods {
    /// Reads the methods of the services that a server answers. One without roles is refused, and so is a service that
    /// the descriptors do not have: the server must not start.
    pub(super) fn read(descriptors: &[u8], services: &[&str]) -> Result<Self, GrpcError> {
        let pool = DescriptorPool::decode(descriptors).map_err(Box::new)?;
        let options = Options::of(&pool)?;
        let mut methods = HashMap::new();
        for name in services {
            let service = pool
                .get_service_by_name(name)
                .ok_or_else(|| GrpcError::NotInContract((*name).to_owned()))?;
            for method in service.methods() {
                let path = format!("/{name}/{}", method.name());
                let method = options.read(&method, &path)?;
                methods.insert(path, method);
            }
        }
        for path in OF_EVERY_SERVER {
            let method = Method {
                kind: kind(path, false, false),
                roles: RoleSet::ALL,
                tenancy: Tenancy::Server,
                limits: None,
                most_bytes: DEFAULT_MAX_MESSAGE_BYTES,
            };
            methods.insert(path.to_owned(), method);
        }
        Ok(Self(methods))
    }

    /// The method at a path; `None`: no service of the server has one there.
    pub(super) fn at(&self, path: &str) -> Option<&Method> {
        self.0.get(path)
    }
}

/// The options of ours.
struct Options {
    roles: ExtensionDescriptor,
    tenantless: ExtensionDescriptor,
    limits: ExtensionDescriptor,
    max_request_bytes: ExtensionDescriptor,
}

impl Options {
    fn of(pool: &DescriptorPool) -> Result<Self, GrpcError> {
        let find = |name: &str| {
            pool.get_extension_by_name(name)
                .ok_or_else(|| GrpcError::NotInContract(name.to_owned()))
        };
        Ok(Self {
            roles: find(ROLES)?,
            tenantless: find(TENANTLESS)?,
            limits: find(LIMITS)?,
            max_request_bytes: find(MAX_REQUEST_BYTES)?,
        })
    }

    fn read(&self, method: &MethodDescriptor, path: &str) -> Result<Method, GrpcError> {
        let roles = self.roles(method);
        if roles.is_empty() {
            return Err(GrpcError::NoRoles(path.to_owned()));
        }
        let tenancy = match TenantFields::of(&method.input()) {
            Some(fields) if !method.is_client_streaming() => Tenancy::Named(fields),
            _ if self.is_tenantless(method) => Tenancy::Tenantless,
            _ => Tenancy::Every,
        };
        let limits = if method.is_client_streaming() {
            None
        } else {
            RequestLimits::of(&method.input(), &self.limits)
        };
        Ok(Method {
            kind: kind(path, method.is_client_streaming(), method.is_server_streaming()),
            roles,
            tenancy,
            limits: limits.map(Arc::new),
            most_bytes: self.most_bytes(method.parent_service()),
        })
    }

    fn roles(&self, method: &MethodDescriptor) -> RoleSet {
        match method.options().get_extension(&self.roles).as_ref() {
            Value::List(values) => RoleSet::of_numbers(values.iter().filter_map(Value::as_enum_number)),
            _ => RoleSet::NONE,
        }
    }

    fn most_bytes(&self, service: &ServiceDescriptor) -> usize {
        let options = service.options();
        let most = options.get_extension(&self.max_request_bytes).as_i32();
        let most = most.and_then(|most| usize::try_from(most).ok());
        most.filter(|most| *most > 0).unwrap_or(DEFAULT_MAX_MESSAGE_BYTES)
    }

    fn is_tenantless(&self, method: &MethodDescriptor) -> bool {
        method.options().get_extension(&self.tenantless).as_bool() == Some(true)
    }
}

/// Kinds of probes are known by their paths: they have places of their own.
fn kind(path: &str, many_requests: bool, many_answers: bool) -> Kind {
    let is_check = path.ends_with("/Check") || path.ends_with("/CheckWorker");
    match (is_probe(path), many_requests, many_answers) {
        (true, _, _) if is_check => Kind::Check,
        (true, _, _) => Kind::Watch,
        (false, true, _) => Kind::Upload,
        (false, false, true) => Kind::Stream,
        (false, false, false) => Kind::Unary,
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::{ROLES_OF_CALLERS, SERVICES, matrix, table::table as table_of_roles};
