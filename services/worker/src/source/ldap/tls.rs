//! TLS to a directory: against the tenant's own authorities, or the system's, and against the host's name.

mod witness;

use std::{io, sync::Arc};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::error::DirectoryError;
use crate::source::error::ReadError;
pub(crate) use witness::Handshake;
use witness::Witness;

/// The system's trust store, read once.
#[derive(Debug, Clone)]
pub(crate) struct SystemRoots(Arc<RootCertStore>);

impl SystemRoots {
    /// Reads it. What cannot be read of it is left out: a server that needs it is then not trusted.
    pub(crate) fn load() -> Self {
        let mut store = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "part of the system's trust store cannot be read");
        }
        store.add_parsable_certificates(found.certs);
        Self(Arc::new(store))
    }
}

/// Authorities for TLS to one tenant's servers.
#[derive(Clone)]
pub(crate) struct Trust {
    config: Arc<ClientConfig>,
    witness: Arc<Witness>,
}

impl Trust {
    /// The tenant's authorities; `ca_certificates_pem` empty: the system's.
    pub(crate) fn new(ca_certificates_pem: &str, system: &SystemRoots) -> Result<Self, DirectoryError> {
        let roots = if ca_certificates_pem.trim().is_empty() {
            Arc::clone(&system.0)
        } else {
            own(ca_certificates_pem)?
        };
        let provider = Arc::new(ring::default_provider());
        let witness = Arc::new(Witness::new(roots, Arc::clone(&provider)));
        let verifier: Arc<Witness> = Arc::clone(&witness);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| ReadError::Settings(format!("TLS cannot be set up: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self {
            config: Arc::new(config),
            witness,
        })
    }

    /// Agrees on TLS with the server at the other end, which must prove to be `host`.
    pub(crate) async fn connect(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, DirectoryError> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            DirectoryError::Untrusted(format!("{host:?} is not a name that a certificate can have"))
        })?;
        self.witness.begin();
        let stream = TlsConnector::from(Arc::clone(&self.config))
            .connect(name, stream)
            .await
            .map_err(classify)?;
        self.witness.end(stream.get_ref().1);
        Ok(stream)
    }

    /// Findings of the last handshake, whether it succeeded or not.
    pub(crate) fn last_handshake(&self) -> Handshake {
        self.witness.last()
    }
}

fn own(pem: &str) -> Result<Arc<RootCertStore>, DirectoryError> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| {
            DirectoryError::Untrusted(format!("the CA certificates cannot be read: {error}"))
        })?;
        store.add(certificate).map_err(|error| {
            DirectoryError::Untrusted(format!("a CA certificate cannot be used: {error}"))
        })?;
    }
    if store.is_empty() {
        return Err(DirectoryError::Untrusted(
            "there is no certificate among the CA certificates".to_owned(),
        ));
    }
    Ok(Arc::new(store))
}

fn classify(error: io::Error) -> DirectoryError {
    match error
        .get_ref()
        .and_then(|source| source.downcast_ref::<rustls::Error>())
    {
        Some(rustls::Error::InvalidCertificate(reason)) => {
            DirectoryError::Untrusted(format!("its certificate: {reason}"))
        }
        Some(rustls::Error::NoCertificatesPresented) => {
            DirectoryError::Untrusted("it has no certificate".to_owned())
        }
        _ => DirectoryError::Tls(error),
    }
}
