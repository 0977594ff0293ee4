//! The way to the collector.

use std::{sync::Arc, time::Duration};

use opentelemetry_otlp::WithTonicConfig;
use rollcall_client::{CONNECT, EndpointError, Route, Tls, is_secured, route};
use rollcall_tls::Watched;

use crate::config::TelemetryConfig;

/// Time that the collector may take for one parcel.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// A collector of traces and metrics.
pub(crate) struct Collector {
    route: Route,
    /// `None` if it is called in clear.
    tls: Option<Tls>,
}

impl Collector {
    /// The one that is configured; `None` if none is.
    pub(crate) fn of(config: &TelemetryConfig) -> Result<Option<Self>, EndpointError> {
        let Some(endpoint) = &config.otlp_endpoint else {
            return Ok(None);
        };
        let tls = if is_secured(endpoint) {
            Some(config.certificates().read()?)
        } else {
            None
        };
        let route = route(endpoint, tls.as_ref(), CONNECT)?.with(|endpoint| endpoint.timeout(EXPORT_TIMEOUT));
        Ok(Some(Self { route, tls }))
    }

    /// The exporter, sending there. Each connection uses what the files of TLS hold by then.
    pub(super) fn reached_by<E: WithTonicConfig>(&self, exporter: E) -> E {
        exporter.with_channel(self.route.connect_lazy())
    }

    /// The files of TLS, to be watched.
    pub(super) fn files(&self) -> Option<Arc<dyn Watched>> {
        self.tls.as_ref().map(Tls::files)
    }

    /// Connects once.
    pub(crate) async fn check(&self) -> Result<(), tonic::transport::Error> {
        self.route.connect().await.map(drop)
    }
}
