//! Reflection: the contract as it is for the caller, with the services and methods that it may call here.

use std::{
    collections::HashMap,
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use http::{Request, Response};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, Value};
use tokio::sync::OnceCell;
use tonic::{body::Body, server::NamedService, service::Routes};
use tower::Service;

use super::{GrpcError, methods::Methods, role_set::RoleSet};
use crate::{BoxError, status::ApiError};

const FILES: &str = "google.protobuf.FileDescriptorSet";

/// The service of reflection. It has a description made for each set of roles when a caller first asks with it; there are
/// 32 sets at most. Making one takes far longer than a call may hold up others, so a thread beside those of calls does.
#[derive(Debug, Clone)]
pub(super) struct Reflection(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    methods: Arc<Methods>,
    names: Vec<&'static str>,
    made: Mutex<HashMap<RoleSet, Arc<OnceCell<Routes>>>>,
}

impl Reflection {
    /// Describes the services of these names, whose methods are `methods`.
    pub(super) fn new(methods: Arc<Methods>, names: &[&'static str]) -> Self {
        Self(Arc::new(Shared {
            methods,
            names: names.to_vec(),
            made: Mutex::default(),
        }))
    }
}

impl Shared {
    /// The answers for callers with these roles. Callers that ask while they are made wait for them together.
    async fn of(self: &Arc<Self>, roles: RoleSet) -> Result<Routes, BoxError> {
        let made = self.place(roles);
        let making = async || -> Result<Routes, BoxError> {
            let this = Arc::clone(self);
            Ok(tokio::task::spawn_blocking(move || this.make(roles)).await??)
        };
        made.get_or_try_init(making).await.cloned()
    }

    fn place(&self, roles: RoleSet) -> Arc<OnceCell<Routes>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(made.entry(roles).or_default())
    }

    fn make(&self, roles: RoleSet) -> Result<Routes, GrpcError> {
        let described = describe(&self.methods, &self.names, roles)?;
        let builder = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(&described.files)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name(tonic_health::pb::health_server::SERVICE_NAME);
        let builder = described
            .services
            .into_iter()
            .fold(builder, tonic_reflection::server::Builder::with_service_name);
        Ok(Routes::new(builder.build_v1()?))
    }
}

/// What callers with a set of roles see.
struct Described {
    /// An encoded `FileDescriptorSet`.
    files: Vec<u8>,
    /// The services with a method that they may call.
    services: Vec<String>,
}

/// Takes from the contract what the server does not answer to callers with these roles. The messages stay: others use
/// them too, and they hold nothing of any tenant.
fn describe(methods: &Methods, names: &[&str], roles: RoleSet) -> Result<Described, GrpcError> {
    let pool = DescriptorPool::decode(rollcall_proto::DESCRIPTORS).map_err(Box::new)?;
    let set = pool
        .get_message_by_name(FILES)
        .ok_or_else(|| GrpcError::NotInContract(FILES.to_owned()))?;
    // Decoded by the contract's own descriptors, because the library's types drop the options.
    let mut set = DynamicMessage::decode(set, rollcall_proto::DESCRIPTORS)?;
    let mut services = Vec::new();
    for file in messages_of(&mut set, "file") {
        let package = text_of(file, "package");
        if let Some(Value::List(declared)) = file.get_field_by_name_mut("service") {
            declared.retain_mut(|service| {
                let Some(service) = service.as_message_mut() else {
                    return false;
                };
                let name = format!("{package}.{}", text_of(service, "name"));
                let is_shown =
                    names.contains(&name.as_str()) && keep_callable(service, &name, methods, roles);
                if is_shown {
                    services.push(name);
                }
                is_shown
            });
        }
    }
    Ok(Described {
        files: set.encode_to_vec(),
        services,
    })
}

/// Takes out the methods that callers with these roles may not call; false if none is left.
fn keep_callable(service: &mut DynamicMessage, name: &str, methods: &Methods, roles: RoleSet) -> bool {
    let Some(Value::List(declared)) = service.get_field_by_name_mut("method") else {
        return false;
    };
    declared.retain(|method| {
        let method = method.as_message().map(|method| text_of(method, "name"));
        method
            .and_then(|method| methods.at(&format!("/{name}/{method}")))
            .is_some_and(|method| method.roles.intersects(roles))
    });
    !declared.is_empty()
}

fn messages_of<'a>(
    message: &'a mut DynamicMessage,
    field: &str,
) -> impl Iterator<Item = &'a mut DynamicMessage> {
    let list = message.get_field_by_name_mut(field).and_then(Value::as_list_mut);
    list.into_iter().flatten().filter_map(Value::as_message_mut)
}

fn text_of(message: &DynamicMessage, field: &str) -> String {
    let value = message.get_field_by_name(field);
    value
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

impl NamedService for Reflection {
    const NAME: &'static str = tonic_reflection::pb::v1::server_reflection_server::SERVICE_NAME;
}

impl Service<Request<Body>> for Reflection {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The layer has noted the roles; without it, the caller has none.
        let roles = request.extensions().get::<RoleSet>().copied().unwrap_or_default();
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            match shared.of(roles).await {
                Ok(mut routes) => routes.call(request).await,
                Err(error) => {
                    let failed = ApiError::internal("reflection", error.as_ref());
                    Ok(tonic::Status::from(failed).into_http())
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use rollcall_proto::v1::Role;

    use super::*;
    use crate::grpc::methods::{SERVICES, matrix};

    fn described(roles: RoleSet) -> (Vec<String>, DescriptorPool) {
        let methods = Methods::read(rollcall_proto::DESCRIPTORS, &SERVICES).expect("the contract");
        let described = describe(&methods, &SERVICES, roles).expect("a description");
        let pool = DescriptorPool::decode(&described.files[..]).expect("descriptors");
        (described.services, pool)
    }

    #[test]
    fn a_caller_sees_the_methods_that_it_may_call_and_no_other() {
        for role in crate::grpc::methods::ROLES_OF_CALLERS {
            let (services, pool) = described(RoleSet::of([role]));
            let shown: Vec<_> = pool
                .services()
                .flat_map(|service| service.methods().collect::<Vec<_>>())
                .map(|method| format!("/{}/{}", method.parent_service().full_name(), method.name()))
                .collect();
            for (path, roles) in matrix().iter().filter(|(path, _)| path.starts_with("/rollcall.")) {
                assert_eq!(shown.contains(path), roles.contains(&role), "{role:?}: {path}");
            }
            assert_eq!(pool.services().len(), services.len(), "{role:?}: {services:?}");
        }
    }

    #[test]
    fn what_is_shown_keeps_its_options() {
        let (_, pool) = described(RoleSet::of([Role::Viewer]));
        let option = pool
            .get_extension_by_name("rollcall.v1.roles")
            .expect("the option");
        let service = pool
            .get_service_by_name("rollcall.v1.ResultsService")
            .expect("a service");
        let method = service.methods().next().expect("a method");
        assert!(method.options().has_extension(&option));
    }

    #[test]
    fn a_description_is_made_once_and_never_on_the_thread_that_serves_calls() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(1)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let (free, taken) = std::sync::mpsc::channel::<()>();
            let busy = tokio::task::spawn_blocking(move || taken.recv());
            let methods = Methods::read(rollcall_proto::DESCRIPTORS, &SERVICES).expect("the contract");
            let Reflection(shared) = Reflection::new(Arc::new(methods), &SERVICES);
            let mut first = std::pin::pin!(shared.of(RoleSet::ALL));
            let mut second = std::pin::pin!(shared.of(RoleSet::ALL));
            assert!(
                futures::poll!(&mut first).is_pending(),
                "it waits for the other thread"
            );
            assert!(
                futures::poll!(&mut second).is_pending(),
                "and so does the next call"
            );
            free.send(()).expect("the other thread");
            first.await.expect("a description");
            second.await.expect("the same one");
            assert!(futures::poll!(std::pin::pin!(shared.of(RoleSet::ALL))).is_ready());
            busy.await.expect("the other thread").expect("it was freed");
        });
    }

    #[test]
    fn a_caller_without_a_role_sees_nothing() {
        let (services, pool) = described(RoleSet::NONE);
        assert_eq!((services.len(), pool.services().len()), (0, 0));
    }
}
