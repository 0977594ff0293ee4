//! TLS to a directory: against the tenant's own authorities, or the system's, and against the host's name.

mod fault;
mod witness;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{distrust::Distrust, error::DirectoryError};
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
        let (roots, own) = if ca_certificates_pem.trim().is_empty() {
            (Arc::clone(&system.0), Vec::new())
        } else {
            own(ca_certificates_pem)?
        };
        let provider = Arc::new(ring::default_provider());
        let witness = Arc::new(Witness::new(roots, own, Arc::clone(&provider)));
        let verifier: Arc<Witness> = Arc::clone(&witness);
        let resolver: Arc<Witness> = Arc::clone(&witness);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| ReadError::Settings(format!("TLS cannot be set up: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_cert_resolver(resolver);
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
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| DirectoryError::Untrusted(Distrust::HostName(host.to_owned())))?;
        self.witness.begin();
        let stream = TlsConnector::from(Arc::clone(&self.config))
            .connect(name, stream)
            .await
            .map_err(|error| fault::of_handshake(error, &self.witness.last()))?;
        self.witness.end(stream.get_ref().1);
        Ok(stream)
    }

    /// Findings of the last handshake, whether it succeeded or not.
    pub(crate) fn last_handshake(&self) -> Handshake {
        self.witness.last()
    }
}

type Authorities = (Arc<RootCertStore>, Vec<CertificateDer<'static>>);

fn own(pem: &str) -> Result<Authorities, DirectoryError> {
    let unusable = |why: String| DirectoryError::Untrusted(Distrust::CaCertificates(why));
    let mut store = RootCertStore::empty();
    let mut own = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate =
            certificate.map_err(|_| unusable("the CA certificates cannot be read".to_owned()))?;
        store
            .add(certificate.clone())
            .map_err(|_| unusable("one of the CA certificates cannot be used".to_owned()))?;
        own.push(certificate);
    }
    if store.is_empty() {
        return Err(unusable(
            "there is no certificate among the CA certificates".to_owned(),
        ));
    }
    Ok((Arc::new(store), own))
}
