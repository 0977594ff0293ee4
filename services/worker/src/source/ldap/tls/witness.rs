//! Judges a server's certificate as rustls does, and remembers what the server showed. It does so even for a handshake
//! that fails, when the session itself no longer shows it.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::{
    CertificateError, CipherSuite, ClientConnection, DigitallySignedStruct, Error, ProtocolVersion,
    RootCertStore, SignatureScheme,
    client::{
        ResolvesClientCert, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::super::distrust::Distrust;

/// Findings of the last handshake.
#[derive(Debug, Clone, Default)]
pub(crate) struct Handshake {
    /// The chain that the server sent, its own certificate first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Reason why it was not trusted.
    pub refusal: Option<Distrust>,
    /// The server asked for a certificate of ours. There is none.
    pub client_certificate_asked: bool,
    /// The version agreed on.
    pub version: Option<ProtocolVersion>,
    /// The cipher suite agreed on.
    pub cipher_suite: Option<CipherSuite>,
}

/// The verifier of one tenant's servers.
#[derive(Debug)]
pub(super) struct Witness {
    /// `None`: no server is trusted, because there is no authority to chain to.
    verifier: Option<Arc<WebPkiServerVerifier>>,
    /// The tenant's own authorities.
    own: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    last: Mutex<Handshake>,
}

impl Witness {
    pub(super) fn new(
        roots: Arc<RootCertStore>,
        own: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
            .build()
            .ok();
        Self {
            verifier,
            own,
            provider,
            last: Mutex::default(),
        }
    }

    /// Forgets the handshake before.
    pub(super) fn begin(&self) {
        self.write(|last| *last = Handshake::default());
    }

    /// Notes what was agreed on.
    pub(super) fn end(&self, session: &ClientConnection) {
        self.write(|last| {
            last.version = session.protocol_version();
            last.cipher_suite = session.negotiated_cipher_suite().map(|suite| suite.suite());
        });
    }

    /// Findings of the last handshake.
    pub(super) fn last(&self) -> Handshake {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes why a server is refused, if it is.
    fn noted<T>(&self, judged: Result<T, Error>) -> Result<T, Error> {
        if let Err(Error::InvalidCertificate(reason)) = &judged {
            self.write(|last| last.refusal = Some(Distrust::new(reason, &last.chain, &self.own)));
        }
        judged
    }

    fn write(&self, change: impl FnOnce(&mut Handshake)) {
        change(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = match &self.verifier {
            Some(verifier) => {
                verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        self.write(|last| {
            last.chain = std::iter::once(end_entity)
                .chain(intermediates)
                .map(|certificate| certificate.clone().into_owned())
                .collect();
        });
        self.noted(judged)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.noted(rustls::crypto::verify_tls12_signature(
            message, cert, dss, algorithms,
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.noted(rustls::crypto::verify_tls13_signature(
            message, cert, dss, algorithms,
        ))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// There is no certificate of ours, and a server that wants one is remembered.
impl ResolvesClientCert for Witness {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.write(|last| last.client_certificate_asked = true);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}
