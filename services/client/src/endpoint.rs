//! Ways to a server, with or without mutual TLS: for front ends, and for services that call each other.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

/// Time in which a server must accept a connection, and again in which it must agree on TLS.
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

/// Certificates that were read.
#[derive(Debug, Clone)]
pub struct Tls(ClientTlsConfig);

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
    /// The certificates are no such thing.
    #[error("the certificates for mutual TLS cannot be used")]
    Tls {
        /// The cause.
        #[source]
        source: tonic::transport::Error,
    },
    /// A certificate or key cannot be read.
    #[error("the {what} cannot be read from {}", path.display())]
    Read {
        /// Content of the file.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl Certificates {
    /// Reads the files.
    pub fn read(&self) -> Result<Tls, EndpointError> {
        let ca = self.ca_file.as_deref().ok_or(EndpointError::NoCa)?;
        let tls =
            ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read_pem("CA certificates", ca)?));
        match (self.cert_file.as_deref(), self.key_file.as_deref()) {
            (Some(cert), Some(key)) => {
                let (cert, key) = (
                    read_pem("client certificate", cert)?,
                    read_pem("client key", key)?,
                );
                Ok(Tls(tls.identity(Identity::from_pem(cert, key))))
            }
            (None, None) => Ok(Tls(tls)),
            _ => Err(EndpointError::HalfIdentity),
        }
    }
}

/// True if a server at this URL is called over TLS, for which certificates are needed.
pub fn is_secured(url: &str) -> bool {
    url.starts_with("https://")
}

/// The way to the server at this URL, which has this long to accept a connection, and again to agree on TLS: one that
/// accepts and then says nothing is no better than one that is away. The certificates count only for https.
pub fn endpoint(url: &str, tls: Option<&Tls>, connect: Duration) -> Result<Endpoint, EndpointError> {
    let invalid = || EndpointError::Url(url.to_owned());
    if !is_secured(url) && !url.starts_with("http://") {
        return Err(invalid());
    }
    let endpoint = Endpoint::from_shared(url.to_owned())
        .map_err(|_| invalid())?
        .connect_timeout(connect)
        .http2_keep_alive_interval(KEEP_ALIVE);
    match tls {
        _ if !is_secured(url) => Ok(endpoint),
        Some(Tls(tls)) => endpoint
            .tls_config(tls.clone().timeout(connect))
            .map_err(|source| EndpointError::Tls { source }),
        None => Err(EndpointError::NoCa),
    }
}

fn read_pem(what: &'static str, path: &Path) -> Result<Vec<u8>, EndpointError> {
    fs::read(path).map_err(|source| EndpointError::Read {
        what,
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_begins_with_http_or_https() {
        assert!(endpoint("http://127.0.0.1:7101", None, CONNECT).is_ok());
        for url in ["127.0.0.1:7101", "ftp://host", "http://", ""] {
            assert!(
                matches!(endpoint(url, None, CONNECT), Err(EndpointError::Url(given)) if given == url),
                "{url}"
            );
        }
    }

    #[test]
    fn https_needs_the_certificates() {
        assert!(matches!(
            endpoint("https://host", None, CONNECT),
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
