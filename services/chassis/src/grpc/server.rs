//! The server that every service answers with.

use std::{net::SocketAddr, time::Duration};

use http::{Request, Response};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{
    body::Body,
    server::NamedService,
    service::{Routes, RoutesBuilder},
    transport::{Certificate, Identity, ServerTlsConfig, server::TcpIncoming},
};
use tonic_health::{ServingStatus, server::HealthReporter};
use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};
use tower::Service;

use super::{GrpcError, call::CallLayer, read};
use crate::{Lifecycle, config::ServerConfig};

/// More open calls than this are refused, unless the service says otherwise.
const MAX_OPEN_CALLS: usize = 1024;
/// A caller who is silent is asked this often whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// A handshake that takes longer is given up.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// A server to be: its address, its certificates and its services.
pub struct Server {
    listen: SocketAddr,
    tls: Option<ServerTlsConfig>,
    routes: RoutesBuilder,
    names: Vec<&'static str>,
    max_open_calls: usize,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("listen", &self.listen)
            .field("services", &self.names)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Reads the certificates, and refuses an address that others could reach without any.
    pub fn new(config: &ServerConfig) -> Result<Self, GrpcError> {
        let tls = config.tls_files().map(mutual_tls).transpose()?;
        if tls.is_none() && !config.listen.ip().is_loopback() {
            return Err(GrpcError::Exposed(config.listen));
        }
        Ok(Self {
            listen: config.listen,
            tls,
            routes: Routes::builder(),
            names: Vec::new(),
            max_open_calls: MAX_OPEN_CALLS,
        })
    }

    /// Adds a generated server. Its message sizes are its own (`max_decoding_message_size`; 4 MiB unless set).
    #[must_use]
    pub fn add_service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = std::convert::Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.routes.add_service(service);
        self.names.push(S::NAME);
        self
    }

    /// Bounds the calls that are open at once, streams included.
    #[must_use]
    pub fn max_open_calls(mut self, calls: usize) -> Self {
        self.max_open_calls = calls;
        self
    }

    /// Listens, and answers until the process drains. Health says NOT_SERVING until [`Serving::set_ready`]. A stream
    /// that would never end has to end at [`Lifecycle::soft`], or it holds the drain up to its deadline.
    pub async fn start(mut self, lifecycle: &Lifecycle) -> Result<Serving, GrpcError> {
        let (reporter, health) = tonic_health::server::health_reporter();
        let serving = Serving {
            address: self.listen,
            reporter,
            names: self.names,
            ended: lifecycle.soft().clone(),
        };
        serving.report(ServingStatus::NotServing).await;
        let reflection = reflection(&serving.names)?;
        self.routes.add_service(health).add_service(reflection);

        let failed = |source| GrpcError::Listen {
            address: self.listen,
            source,
        };
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let serving = Serving {
            address: listener.local_addr().map_err(failed)?,
            ..serving
        };
        let mut server = tonic::transport::Server::builder()
            .http2_keepalive_interval(Some(KEEPALIVE))
            .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT));
        let mutual_tls = self.tls.is_some();
        if let Some(tls) = self.tls {
            server = server.tls_config(tls)?;
        }
        let router = server
            .layer(CallLayer::new(self.max_open_calls))
            .add_routes(self.routes.routes());
        tracing::info!(server.address = %serving.address, mutual_tls, "gRPC server listens");

        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let drained = serving.clone();
        lifecycle.spawn("gRPC server", async move {
            let drain = async {
                drained.ended.cancelled().await;
                drained.report(ServingStatus::NotServing).await;
            };
            router.serve_with_incoming_shutdown(incoming, drain).await
        });
        Ok(serving)
    }
}

/// Describes what this server answers, of all that the contract holds.
fn reflection(
    names: &[&str],
) -> Result<ServerReflectionServer<impl ServerReflection>, tonic_reflection::server::Error> {
    let builder = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(rollcall_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .with_service_name(tonic_health::pb::health_server::SERVICE_NAME);
    let builder = names
        .iter()
        .fold(builder, |builder, name| builder.with_service_name(*name));
    builder.build_v1()
}

fn mutual_tls([cert, key, client_ca]: [&std::path::PathBuf; 3]) -> Result<ServerTlsConfig, GrpcError> {
    Ok(ServerTlsConfig::new()
        .identity(Identity::from_pem(read(cert)?, read(key)?))
        .client_ca_root(Certificate::from_pem(read(client_ca)?))
        .timeout(HANDSHAKE_TIMEOUT))
}

/// A server that listens.
#[derive(Debug, Clone)]
pub struct Serving {
    address: SocketAddr,
    reporter: HealthReporter,
    names: Vec<&'static str>,
    ended: CancellationToken,
}

impl Serving {
    /// Where it listens: the port that was taken if port 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells whether calls can be answered now. A draining process stays NOT_SERVING.
    pub async fn set_ready(&self, ready: bool) {
        let serving = ready && !self.ended.is_cancelled();
        self.report(if serving {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        })
        .await;
    }

    async fn report(&self, status: ServingStatus) {
        for name in self.names.iter().copied().chain([""]) {
            self.reporter.set_service_status(name, status).await;
        }
    }
}
