//! The gRPC server of every service.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use futures::FutureExt as _;
use http::{Request, Response};
use rollcall_tls::{Reloading, ServerFiles};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{
    body::Body,
    server::NamedService,
    service::{Routes, RoutesBuilder},
};
use tonic_health::{ServingStatus, server::HealthReporter};
use tower::Service;

use super::{
    GrpcError, access::Access, assertion::Assertions, call::CallLayer, call_log::CallLog,
    connection::Connections, methods::Methods, reflection::Reflection, roles::Roles, stall::Answers, tls,
};
use crate::{
    Lifecycle,
    audit::Refusals,
    clock,
    config::{AssertionsConfig, RolesConfig, ServerConfig},
    file_watch::{self, Content},
};

/// Interval of checks that a silent caller is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// All headers of a call; an assertion of who asks is the longest of them.
const HEADER_BYTES: u32 = 16 * 1024;
/// Calls that a peer opens and cancels before they were looked at; more of them end its connection.
const PENDING_RESETS: usize = 20;
/// Calls of one connection that were ended for its peer's mistakes; more of them end the connection.
const ERROR_RESETS: usize = 256;
/// Streams of one connection beyond the places of its caller: those are refused, more of them wait at the peer.
const SPARE_STREAMS: u32 = 128;

/// A server to be: its address, its certificates and its services.
pub struct Server {
    config: ServerConfig,
    tls: Option<Arc<Reloading<ServerFiles>>>,
    routes: RoutesBuilder,
    roles: Roles,
    assertions: Option<Arc<Assertions>>,
    refusals: Option<Refusals>,
    names: Vec<&'static str>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("listen", &self.config.listen)
            .field("services", &self.names)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Reads the certificates, and refuses an address that others could reach without any.
    pub fn new(config: &ServerConfig) -> Result<Self, GrpcError> {
        let tls = config.tls_files().map(Reloading::new).transpose()?.map(Arc::new);
        match &tls {
            None if !config.listen.ip().is_loopback() => return Err(GrpcError::Exposed(config.listen)),
            None if !config.insecure_loopback => return Err(GrpcError::NoCertificates(config.listen)),
            _ => {}
        }
        Ok(Self {
            config: config.clone(),
            roles: Roles::new(&RolesConfig::default(), tls.is_some()),
            tls,
            routes: Routes::builder(),
            assertions: None,
            refusals: None,
            names: Vec::new(),
        })
    }

    /// Adds a generated server. Its message sizes are its own (`max_decoding_message_size`; 4 MiB unless set).
    #[must_use]
    pub fn add_service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
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

    /// Gives callers their roles, and reads the keys of the issuer of assertions. Without it, no caller has a role.
    pub fn for_callers(
        mut self,
        roles: &RolesConfig,
        assertions: &AssertionsConfig,
    ) -> Result<Self, GrpcError> {
        self.roles = Roles::new(roles, self.tls.is_some());
        self.assertions = Assertions::open(assertions)?;
        Ok(self)
    }

    /// Records calls that are refused.
    #[must_use]
    pub fn record_refusals(mut self, refusals: Refusals) -> Self {
        self.refusals = Some(refusals);
        self
    }

    /// Listens, and answers until the process drains. Health says NOT_SERVING until [`Serving::set_ready`]. An endless
    /// stream must end at [`Lifecycle::soft`], or it holds the drain up to its deadline.
    pub async fn start(mut self, lifecycle: &Lifecycle) -> Result<Serving, GrpcError> {
        let (reporter, health) = tonic_health::server::health_reporter();
        let serving = Serving {
            address: self.config.listen,
            reporter,
            names: self.names,
            ended: lifecycle.soft().clone(),
        };
        serving.report(ServingStatus::NotServing).await;
        let methods = Arc::new(Methods::read(rollcall_proto::DESCRIPTORS, &serving.names)?);
        let reflection = Reflection::new(Arc::clone(&methods), &serving.names);
        self.routes.add_service(health).add_service(reflection);
        let access = access(methods, self.roles, self.assertions, lifecycle);

        let config = &self.config;
        let (listener, address) = bind(config.listen).await?;
        let serving = Serving { address, ..serving };
        let connections = Arc::new(Connections::new(config));
        let answers = Arc::new(Answers::new(Duration::from_secs(config.stall_seconds.into())));
        let log = Arc::new(CallLog::default());
        let calls = TaskTracker::new();
        if let Some(files) = &self.tls {
            file_watch::watch(Content::Certificates, files.clone(), lifecycle);
        }
        let router = bounded(config)
            .layer(CallLayer::new(
                config,
                access,
                Arc::clone(&connections),
                Arc::clone(&answers),
                self.refusals,
                Arc::clone(&log),
                calls.clone(),
            ))
            .add_routes(self.routes.routes());
        tracing::info!(server.address = %serving.address, mutual_tls = self.tls.is_some(), "gRPC server listens");

        let incoming = connections.accept(listener);
        let drained = serving.clone();
        lifecycle.spawn("gRPC server", async move {
            let drain = async {
                drained.ended.cancelled().await;
                drained.report(ServingStatus::NotServing).await;
            };
            let finished = CancellationToken::new();
            let serve = match self.tls {
                Some(files) => {
                    let incoming = tls::secured(incoming, files, clock::now);
                    router.serve_with_incoming_shutdown(incoming, drain).left_future()
                }
                None => router
                    .serve_with_incoming_shutdown(incoming, drain)
                    .right_future(),
            };
            let serve = serve.inspect(|_| finished.cancel());
            let ended = tokio::join!(serve, answers.look(finished.clone()), log.count(finished.clone())).0;
            calls.close();
            calls.wait().await;
            ended
        });
        Ok(serving)
    }
}

/// Listens, and says where: a port was chosen if it was asked for as 0.
async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), GrpcError> {
    let failed = |source| GrpcError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// What decides on calls. The keys of assertions are followed until the process drains.
fn access(
    methods: Arc<Methods>,
    roles: Roles,
    assertions: Option<Arc<Assertions>>,
    lifecycle: &Lifecycle,
) -> Access {
    if let Some(assertions) = &assertions {
        file_watch::watch(Content::AssertionKeys, assertions.files(), lifecycle);
    }
    Access {
        methods,
        roles,
        assertions,
        clock: clock::now,
    }
}

/// HTTP/2 bounds of each connection.
fn bounded(config: &ServerConfig) -> tonic::transport::Server {
    let streams = config
        .max_calls_per_caller
        .saturating_add(config.max_streams_per_caller)
        .saturating_add(SPARE_STREAMS);
    tonic::transport::Server::builder()
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .max_concurrent_streams(streams)
        .http2_max_header_list_size(HEADER_BYTES)
        .http2_max_pending_accept_reset_streams(Some(PENDING_RESETS))
        .http2_max_local_error_reset_streams(Some(ERROR_RESETS))
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
    /// Its address, with the port that was taken if port 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reports if calls can be answered now. A draining process stays NOT_SERVING.
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
