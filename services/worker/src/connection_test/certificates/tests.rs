//! Findings of real handshakes, and their texts.

use std::sync::Arc;

use jiff::Timestamp;
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rollcall_proto::v1::TlsFindings;
use rustls::{ServerConfig, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{StepText, findings, trusted, untrusted};
use crate::{
    source::ldap::error::DirectoryError,
    source::ldap::tls::{Handshake, SystemRoots, Trust},
};

const HOST: &str = "dc1.corp.example";

/// An authority that signs certificates.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        Self { certificate, issuer }
    }

    /// A server's certificate and key.
    fn sign(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Issued {
        let params = server_params(names, change);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Issued { certificate, key }
    }
}

/// Certificate that a server shows.
struct Issued {
    certificate: Certificate,
    key: KeyPair,
}

fn server_params(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let names = names.iter().map(ToString::to_string);
    let mut params = CertificateParams::new(names.collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "the server");
    change(&mut params);
    params
}

/// One handshake with a server that shows `issued`, by a client that trusts `authorities`.
async fn handshake(issued: Issued, authorities: &str) -> (Handshake, Result<(), DirectoryError>) {
    let key = PrivateKeyDer::try_from(issued.key.serialize_der()).unwrap();
    let chain = vec![CertificateDer::from(issued.certificate.der().to_vec())];
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(Arc::new(config)).accept(stream).await.ok();
    };
    let trust = Trust::new(authorities, &SystemRoots::load()).unwrap();
    let connect = async {
        let stream = TcpStream::connect(address).await.unwrap();
        trust.connect(HOST, stream).await.map(drop)
    };
    let ((), connected) = tokio::join!(serve, connect);
    (trust.last_handshake(), connected)
}

/// Text of a handshake that must fail.
async fn refused(issued: Issued, authorities: &str) -> (StepText, TlsFindings) {
    let (handshake, connected) = handshake(issued, authorities).await;
    let error = connected.expect_err("a refusal");
    assert!(matches!(error, DirectoryError::Untrusted(_)), "{error}");
    let findings = findings(&handshake);
    let step = untrusted(HOST, &findings, !authorities.is_empty(), &error);
    (step, findings)
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

#[tokio::test]
async fn a_trusted_server_shows_version_suite_and_chain() {
    let authority = Authority::new("Corp CA");
    let issued = authority.sign(&[HOST, "192.0.2.7", "2001:db8::7"], |params| {
        params.not_after = date_time_ymd(2031, 2, 3);
    });
    let (handshake, connected) = handshake(issued, &authority.certificate.pem()).await;
    connected.unwrap();
    let findings = findings(&handshake);
    assert_eq!(findings.version, "TLSv1.3");
    assert!(findings.cipher_suite.starts_with("TLS_"), "{findings:?}");
    let own = &findings.chain[0];
    assert!(own.subject.contains("the server"), "{own:?}");
    assert!(own.issuer.contains("Corp CA"), "{own:?}");
    assert_eq!(own.names, [HOST, "192.0.2.7", "2001:db8::7"]);
    let end = own.not_after.as_ref().map(|end| end.seconds);
    assert_eq!(end, Some(at("2031-02-03T00:00:00Z").as_second()));
    let step = trusted(HOST, &findings, at("2031-01-01T00:00:00Z"));
    assert!(step.message.contains("TLSv1.3"), "{step:?}");
    assert!(step.message.contains("It expires on 2031-02-03"), "{step:?}");
    assert_eq!(step.advice, "");
}

#[tokio::test]
async fn a_certificate_that_ends_within_thirty_days_is_warned_of() {
    let authority = Authority::new("Corp CA");
    let issued = authority.sign(&[HOST], |params| params.not_after = date_time_ymd(2031, 2, 3));
    let (handshake, _) = handshake(issued, &authority.certificate.pem()).await;
    let findings = findings(&handshake);
    let advice = |now| trusted(HOST, &findings, at(now)).advice;
    assert_eq!(advice("2031-01-04T00:00:00Z"), "");
    assert!(advice("2031-01-04T00:00:01Z").contains("Renew"));
}

#[tokio::test]
async fn an_unknown_authority_is_named_so_that_it_can_be_entered() {
    let (corp, other) = (Authority::new("Corp CA"), Authority::new("Other CA"));
    let (step, findings) = refused(corp.sign(&[HOST], |_| {}), &other.certificate.pem()).await;
    assert_eq!(
        findings.chain.len(),
        1,
        "the chain is issued though no session came about"
    );
    assert!(step.message.contains("Corp CA"), "{step:?}");
    assert!(
        step.advice.contains("Corp CA") && step.advice.contains("currently entered"),
        "{step:?}"
    );
    let (step, _) = refused(corp.sign(&[HOST], |_| {}), "").await;
    assert!(
        step.advice.contains("not one of the public authorities"),
        "{step:?}"
    );
}

#[tokio::test]
async fn an_authority_that_was_renewed_under_its_old_name_must_be_entered_again() {
    let (renewed, entered) = (Authority::new("Corp CA"), Authority::new("Corp CA"));
    let (step, _) = refused(renewed.sign(&[HOST], |_| {}), &entered.certificate.pem()).await;
    assert!(step.message.contains("not signed with the key"), "{step:?}");
    assert!(step.advice.contains("Corp CA"), "{step:?}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_shown_with_the_names_that_it_has() {
    let authority = Authority::new("Corp CA");
    let trusted = authority.certificate.pem();
    let (step, _) = refused(authority.sign(&["dc2.corp.example"], |_| {}), &trusted).await;
    assert!(step.message.contains("it names dc2.corp.example"), "{step:?}");
    assert!(step.advice.contains(HOST), "{step:?}");
    let (step, _) = refused(authority.sign(&[], |_| {}), &trusted).await;
    assert!(step.message.contains("it names no host"), "{step:?}");
}

#[tokio::test]
async fn a_certificate_that_signs_itself_is_called_so() {
    let key = KeyPair::generate().unwrap();
    let certificate = server_params(&[HOST], |_| {}).self_signed(&key).unwrap();
    let other = Authority::new("Other CA").certificate.pem();
    let (step, _) = refused(Issued { certificate, key }, &other).await;
    assert!(step.message.contains("self-signed"), "{step:?}");
}

#[tokio::test]
async fn an_expired_certificate_is_shown_with_its_day() {
    let authority = Authority::new("Corp CA");
    let issued = authority.sign(&[HOST], |params| params.not_after = date_time_ymd(2020, 1, 2));
    let (step, _) = refused(issued, &authority.certificate.pem()).await;
    assert!(step.message.contains("expired on 2020-01-02"), "{step:?}");
    let issued = authority.sign(&[HOST], |params| params.not_before = date_time_ymd(3000, 1, 2));
    let (step, _) = refused(issued, &authority.certificate.pem()).await;
    assert!(step.message.contains("before 3000-01-02"), "{step:?}");
}

#[test]
fn what_is_no_certificate_is_shown_as_such() {
    let handshake = Handshake {
        chain: vec![CertificateDer::from(vec![0x30, 0x00])],
        ..Handshake::default()
    };
    assert!(findings(&handshake).chain[0].subject.contains("cannot be read"));
}
