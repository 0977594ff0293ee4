//! Ways to a server, with or without mutual TLS: for front ends, and for services that call each other.

use std::{path::PathBuf, sync::Arc, time::Duration};

use http::Uri;
use rollcall_tls::{CertificateError, ClientFiles, IdentityFiles, Protocol, Reloading, Trusted, Watched};
use tonic::transport::{Channel, Endpoint};

use crate::connector::Connector;

/// Time in which a server must accept a connection and agree on TLS.
pub const CONNECT: Duration = Duration::from_secs(5);
/// Interval of checks that an open connection still works.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Files with the certificates of mutual TLS, PEM.
#[derive(Debug, Clone, Default)]
pub struct Certificates {
    /// The authority that the servers' certificates chain to.
    pub ca_file: Option<PathBuf>,
    /// The caller's certificate chain.
    pub cert_file: Option<PathBuf>,
    /// The key of that certificate.
    pub key_file: Option<PathBuf>,
}

/// Certificates that were read. Each new connection uses what their files hold by then.
#[derive(Debug, Clone)]
pub struct Tls(Arc<Reloading<ClientFiles>>);

/// Reasons why there is no way to a server.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// Neither `http://` nor `https://`, or no URL at all.
    #[error("\"{0}\" is not a URL")]
    Url(String),
    /// https without a CA.
    #[error("an https address needs the CA that the services' certificates chain to")]
    NoCa,
    /// A client certificate without its key, or the other way round.
    #[error("a client certificate and its key are given together or not at all")]
    HalfIdentity,
    /// The certificates cannot be used.
    #[error(transparent)]
    Certificates(#[from] CertificateError),
}

impl Certificates {
    /// The files of a client.
    pub fn files(&self) -> Result<ClientFiles, EndpointError> {
        let identity = match (self.cert_file.clone(), self.key_file.clone()) {
            (Some(certificate), Some(key)) => Some(IdentityFiles { certificate, key }),
            (None, None) => None,
            _ => return Err(EndpointError::HalfIdentity),
        };
        let ca = self.ca_file.clone().ok_or(EndpointError::NoCa)?;
        Ok(ClientFiles {
            trusted: Trusted::File(ca),
            identity,
            protocol: Protocol::Http2,
        })
    }

    /// Reads the files.
    pub fn read(&self) -> Result<Tls, EndpointError> {
        Ok(Tls(Arc::new(Reloading::new(self.files()?)?)))
    }
}

impl Tls {
    /// The files, to be watched.
    pub fn files(&self) -> Arc<dyn Watched> {
        self.0.clone()
    }
}

/// The way to a server. Connections over TLS are made by [`Tls`], all others in clear.
#[derive(Debug, Clone)]
pub struct Route {
    endpoint: Endpoint,
    connector: Option<Connector>,
}

impl Route {
    /// The same way with other settings of its connections.
    #[must_use]
    pub fn with(self, change: impl FnOnce(Endpoint) -> Endpoint) -> Self {
        Self {
            endpoint: change(self.endpoint),
            ..self
        }
    }

    /// A channel that connects at its first call, and again after its connection broke.
    pub fn connect_lazy(&self) -> Channel {
        match &self.connector {
            Some(connector) => self.endpoint.connect_with_connector_lazy(connector.clone()),
            None => self.endpoint.connect_lazy(),
        }
    }

    /// A channel that has connected, and connects again after its connection broke.
    pub async fn connect(&self) -> Result<Channel, tonic::transport::Error> {
        match &self.connector {
            Some(connector) => self.endpoint.connect_with_connector(connector.clone()).await,
            None => self.endpoint.connect().await,
        }
    }
}

/// True if a server at this URL is called over TLS, for which certificates are needed.
pub fn is_secured(url: &str) -> bool {
    url.starts_with("https://")
}

/// The way to the server at this URL, which has this long to accept a connection and agree on TLS: one that accepts and
/// then says nothing is no better than one that is away. The certificates count only for https.
pub fn route(url: &str, tls: Option<&Tls>, connect: Duration) -> Result<Route, EndpointError> {
    let invalid = || EndpointError::Url(url.to_owned());
    if !is_secured(url) && !url.starts_with("http://") {
        return Err(invalid());
    }
    let uri: Uri = url.parse().map_err(|_| invalid())?;
    let (endpoint, connector) = if is_secured(url) {
        let Tls(files) = tls.ok_or(EndpointError::NoCa)?;
        let connector = Connector::new(&uri, Arc::clone(files)).ok_or_else(invalid)?;
        (secured(uri).ok_or_else(invalid)?, Some(connector))
    } else {
        (Endpoint::from(uri), None)
    };
    let endpoint = endpoint
        .connect_timeout(connect)
        .http2_keep_alive_interval(KEEP_ALIVE);
    Ok(Route { endpoint, connector })
}

/// tonic leaves TLS to the connector only if the URL does not ask for it; the calls name the URL as it is.
fn secured(uri: Uri) -> Option<Endpoint> {
    let mut parts = uri.clone().into_parts();
    parts.scheme = Some(http::uri::Scheme::HTTP);
    let plain = Uri::from_parts(parts).ok()?;
    Some(Endpoint::from(plain).origin(uri))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_begins_with_http_or_https() {
        assert!(route("http://127.0.0.1:7101", None, CONNECT).is_ok());
        for url in ["127.0.0.1:7101", "ftp://host", "http://", ""] {
            assert!(
                matches!(route(url, None, CONNECT), Err(EndpointError::Url(given)) if given == url),
                "{url}"
            );
        }
    }

    #[test]
    fn https_needs_the_certificates() {
        assert!(matches!(
            route("https://host", None, CONNECT),
            Err(EndpointError::NoCa)
        ));
        assert!(matches!(Certificates::default().read(), Err(EndpointError::NoCa)));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let certificates = Certificates {
            ca_file: Some("no/such.pem".into()),
            ..Certificates::default()
        };
        let error = certificates.read().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the CA certificates cannot be read from no/such.pem"
        );
    }
}
