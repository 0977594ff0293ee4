//! Clients of our own services.

use std::time::Duration;

use tonic::{
    Request, Status,
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, ClientTlsConfig, Endpoint, Identity},
};

use super::{GrpcError, read};
use crate::{
    config::ClientConfig,
    telemetry::{TRACEPARENT, traceparent},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Interval of checks that an open connection still works.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to one of our services, to be given to a generated client. Clones share the connection.
pub type Channel = InterceptedService<tonic::transport::Channel, InjectTrace>;

/// Makes a channel that connects at its first call, and again after the connection broke. Calls have no time-out of
/// their own: give each request one (`Request::set_timeout`).
pub fn connect(config: &ClientConfig) -> Result<Channel, GrpcError> {
    let mut endpoint = Endpoint::from_shared(config.url.clone())?
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .keep_alive_while_idle(true);
    if config.url.starts_with("https://") {
        endpoint = endpoint.tls_config(tls(config)?)?;
    }
    Ok(InterceptedService::new(endpoint.connect_lazy(), InjectTrace))
}

fn tls(config: &ClientConfig) -> Result<ClientTlsConfig, GrpcError> {
    let authority = config
        .ca_file
        .as_ref()
        .ok_or_else(|| GrpcError::NoAuthority(config.url.clone()))?;
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(authority)?));
    Ok(match (&config.cert_file, &config.key_file) {
        (Some(cert), Some(key)) => tls.identity(Identity::from_pem(read(cert)?, read(key)?)),
        _ => tls,
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
