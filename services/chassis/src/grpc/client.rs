//! Clients of our own services.

use std::time::Duration;

use rollcall_client::{CONNECT, EndpointError, Tls, is_secured, route};
use tonic::{
    Request, Status,
    service::{Interceptor, interceptor::InterceptedService},
};

use super::GrpcError;
use crate::{
    Lifecycle,
    config::ClientConfig,
    file_watch::{self, Content},
    telemetry::{TRACEPARENT, traceparent},
};

const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to one of our services, to be given to a generated client. Clones share the connection.
pub type Channel = InterceptedService<tonic::transport::Channel, InjectTrace>;

/// Makes a channel that connects at its first call, and again after the connection broke. Calls have no time-out of
/// their own: give each request one (`Request::set_timeout`).
pub fn connect(config: &ClientConfig) -> Result<Channel, GrpcError> {
    channel(config, certificates_of(config)?.as_ref())
}

/// Makes a channel like [`connect`], and reports renewed, broken and expiring certificates until the process drains.
pub fn connect_and_watch(config: &ClientConfig, lifecycle: &Lifecycle) -> Result<Channel, GrpcError> {
    let tls = certificates_of(config)?;
    if let Some(tls) = &tls {
        file_watch::watch(Content::Certificates, tls.files(), lifecycle);
    }
    channel(config, tls.as_ref())
}

fn channel(config: &ClientConfig, tls: Option<&Tls>) -> Result<Channel, GrpcError> {
    let route = route(&config.url, tls, CONNECT)?.with(|endpoint| {
        endpoint
            .tcp_nodelay(true)
            .keep_alive_timeout(KEEPALIVE_TIMEOUT)
            .keep_alive_while_idle(true)
    });
    Ok(InterceptedService::new(route.connect_lazy(), InjectTrace))
}

/// `None` if the service is called in clear.
fn certificates_of(config: &ClientConfig) -> Result<Option<Tls>, GrpcError> {
    if !is_secured(&config.url) {
        return Ok(None);
    }
    let read = config.certificates().read();
    read.map(Some).map_err(|error| match error {
        EndpointError::NoCa => GrpcError::NoAuthority(config.url.clone()),
        error => error.into(),
    })
}

/// Sends the current span's context along with each call.
#[derive(Debug, Clone, Copy)]
pub struct InjectTrace;

impl Interceptor for InjectTrace {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = traceparent().and_then(|context| context.parse().ok()) {
            request.metadata_mut().insert(TRACEPARENT, value);
        }
        Ok(request)
    }
}
