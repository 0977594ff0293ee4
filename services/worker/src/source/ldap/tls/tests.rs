//! Handshakes with servers that refuse them, each in its way.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair,
};
use rollcall_domain::{PermittedAttributes, failure::FailureCode};
use rustls::{
    ServerConfig, SupportedProtocolVersion, crypto::CryptoProvider, server::WebPkiClientVerifier, version,
};
use rustls_pki_types::PrivateKeyDer;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::source::bind_gate::BindGate;
use crate::source::ldap::{
    ber::bound,
    distrust::SignatureKind,
    script::{directory, reader},
    target::Target,
};

const HOST: &str = "dc1.corp.example";
static TLS_1_2: &[&SupportedProtocolVersion] = &[&version::TLS12];
static TLS_1_3: &[&SupportedProtocolVersion] = &[&version::TLS13];

/// An authority, and what it signs.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    /// A server with a certificate for `host`.
    fn server(&self, host: &str, change: impl FnOnce(&mut CertificateParams)) -> Shown {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        Shown {
            certificate: params.signed_by(&key, &self.issuer).unwrap().der().to_vec(),
            key: key.serialize_der(),
        }
    }

    fn pem(&self) -> String {
        self.certificate.pem()
    }
}

/// A certificate with its key.
struct Shown {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// What a server allows.
struct Allows {
    suites: fn(&mut CryptoProvider),
    versions: &'static [&'static SupportedProtocolVersion],
    /// The authority of the certificates that it demands.
    clients: Option<Certificate>,
}

impl Default for Allows {
    fn default() -> Self {
        Self {
            suites: |_| {},
            versions: rustls::ALL_VERSIONS,
            clients: None,
        }
    }
}

fn config(shown: Shown, allows: Allows) -> ServerConfig {
    let mut provider = ring::default_provider();
    (allows.suites)(&mut provider);
    let provider = Arc::new(provider);
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(allows.versions)
        .unwrap();
    let builder = match allows.clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let key = PrivateKeyDer::try_from(shown.key).unwrap();
    builder
        .with_single_cert(vec![CertificateDer::from(shown.certificate)], key)
        .unwrap()
}

/// Failure of a read from a server that speaks TLS so, and takes any bind. `pem`: the trusted authority.
async fn failure(shown: Shown, allows: Allows, pem: &str) -> DirectoryError {
    let acceptor = TlsAcceptor::from(Arc::new(config(shown, allows)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = acceptor.accept(stream).await else {
            return;
        };
        let mut request = [0; 512];
        if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
            stream.write_all(&bound(1, 0, "")).await.ok();
        }
    });
    let mut directory = directory(port);
    directory.set_security(rollcall_proto::v1::Security::Ldaps);
    pem.clone_into(&mut directory.ca_certificates_pem);
    let target = Arc::new(Target::new(&directory, &PermittedAttributes::default()).unwrap());
    let opened = reader()
        .open(&target, "secret", &BindGate::Open, Arc::default())
        .await;
    serving.await.unwrap();
    opened.err().expect("a failure")
}

async fn code(shown: Shown, allows: Allows, pem: &str) -> FailureCode {
    let error = failure(shown, allows, pem).await;
    let detail = error.to_string();
    for debug in ["{", "Error(", "Other(", "AlertReceived", "InvalidCertificate"] {
        assert!(!detail.contains(debug), "debug text in {detail}");
    }
    error.code()
}

#[tokio::test]
async fn a_server_that_demands_a_client_certificate_is_recognised_in_every_version_of_tls() {
    for versions in [TLS_1_2, TLS_1_3] {
        let authority = Authority::new();
        let (shown, pem) = (authority.server("127.0.0.1", |_| {}), authority.pem());
        let allows = Allows {
            versions,
            clients: Some(authority.certificate),
            ..Allows::default()
        };
        let found = code(shown, allows, &pem).await;
        assert_eq!(found, FailureCode::TlsClientCertificate, "{versions:?}");
    }
}

#[tokio::test]
async fn a_server_without_a_common_cipher_suite_is_told_from_one_that_cannot_speak_tls() {
    let authority = Authority::new();
    // The certificate's key is of a kind that none of the suites is for, as with RSA and Windows Server 2012 R2.
    let allows = Allows {
        suites: |provider| {
            provider.cipher_suites.retain(|suite| {
                suite
                    .suite()
                    .as_str()
                    .is_some_and(|name| name.contains("ECDHE_RSA"))
            });
        },
        versions: TLS_1_2,
        ..Allows::default()
    };
    let found = code(authority.server("127.0.0.1", |_| {}), allows, &authority.pem()).await;
    assert_eq!(found, FailureCode::TlsNoCipherSuite);
}

#[tokio::test]
async fn the_certificate_of_an_authority_is_not_accepted_as_a_servers() {
    let authority = Authority::new();
    let shown = authority.server("127.0.0.1", |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    });
    let found = code(shown, Allows::default(), &authority.pem()).await;
    assert_eq!(found, FailureCode::TlsCaAsServer);
}

#[test]
fn a_critical_extension_that_is_not_known_is_named_by_its_number() {
    let authority = Authority::new();
    let shown = authority.server(HOST, |params| {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    });
    let refusal = judged(&authority.pem(), &CertificateDer::from(shown.certificate));
    assert_eq!(
        refusal,
        Distrust::Extensions(vec!["1.3.6.1.4.1.99999".to_owned()])
    );
    assert_eq!(refusal.code(), FailureCode::TlsUnsuitableCertificate);
}

#[test]
fn a_certificate_for_clients_alone_is_called_unsuitable() {
    let authority = Authority::new();
    let shown = authority.server(HOST, |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let refusal = judged(&authority.pem(), &CertificateDer::from(shown.certificate));
    assert_eq!(refusal, Distrust::Purpose);
    assert_eq!(refusal.code(), FailureCode::TlsUnsuitableCertificate);
}

#[tokio::test]
async fn a_host_name_with_an_underscore_may_stand_in_a_certificate() {
    let authority = Authority::new();
    let host = "dc_01.corp.example";
    let acceptor = TlsAcceptor::from(Arc::new(config(
        authority.server(host, |_| {}),
        Allows::default(),
    )));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.is_ok()
    });
    let trust = Trust::new(&authority.pem(), &SystemRoots::load()).unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    trust.connect(host, stream).await.unwrap();
    assert!(serving.await.unwrap());
}

/// Certificates that rcgen does not make, made once by OpenSSL: an authority, and a server for `dc1.corp.example` that it
/// signed. They are valid until 2126.
mod weak {
    pub(super) const SHA1_CA: &str = include_str!("tests/sha1-ca.pem");
    pub(super) const SHA1_SERVER: &str = include_str!("tests/sha1-server.pem");
    pub(super) const SHORT_CA: &str = include_str!("tests/short-ca.pem");
    pub(super) const SHORT_SERVER: &str = include_str!("tests/short-server.pem");
}

fn from_pem(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// Reason why a client that trusts `ca` refuses `server`.
fn judged(ca: &str, server: &CertificateDer<'_>) -> Distrust {
    use rustls::client::danger::ServerCertVerifier as _;

    let trust = Trust::new(ca, &SystemRoots::load()).unwrap();
    let host = ServerName::try_from(HOST).unwrap();
    let now = rustls_pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_hours(500_000));
    trust.witness.begin();
    let verified = trust.witness.verify_server_cert(server, &[], &host, &[], now);
    assert!(verified.is_err());
    trust.last_handshake().refusal.unwrap()
}

#[test]
fn a_signature_with_sha_1_and_a_key_of_1024_bits_are_called_what_they_are() {
    let refusal = judged(weak::SHA1_CA, &from_pem(weak::SHA1_SERVER));
    assert_eq!(refusal, Distrust::Signature(SignatureKind::Sha1));
    assert_eq!(refusal.code(), FailureCode::TlsWeakCertificate);
    // Of the authority, which is not in the chain that the server shows.
    let refusal = judged(weak::SHORT_CA, &from_pem(weak::SHORT_SERVER));
    assert_eq!(refusal, Distrust::ShortKey(1024));
    assert_eq!(refusal.code(), FailureCode::TlsWeakCertificate);
}
