use std::{fs, path::PathBuf, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose as Usage, IsCa, KeyPair,
};
use rustls::{
    AlertDescription, ClientConfig, ClientConnection, Error, HandshakeKind, RootCertStore, ServerConfig,
    ServerConnection, client::WebPkiServerVerifier, server::WebPkiClientVerifier,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use tempfile::TempDir;

use super::{ClientFiles, IdentityFiles, Protocol, ServerFiles, Trusted};
use crate::{CertificateError, Part, Purpose, Reloading, Source, Watched as _};

const NAME: &str = "reconcile.example";

/// An authority and what it signs, in a folder.
struct Deployment {
    dir: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Deployment {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        fs::write(dir.path().join("ca.pem"), authority.pem()).unwrap();
        let new = Self { dir, authority };
        new.sign("server", &[Usage::ServerAuth]);
        new.sign("client", &[Usage::ClientAuth]);
        new
    }

    /// Signs a certificate for these uses, and writes it with its key.
    fn sign(&self, name: &str, usages: &[Usage]) -> IdentityFiles {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
        params.extended_key_usages = usages.to_vec();
        let files = self.identity(name);
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        fs::write(&files.certificate, certificate.pem()).unwrap();
        fs::write(&files.key, key.serialize_pem()).unwrap();
        files
    }

    fn identity(&self, name: &str) -> IdentityFiles {
        IdentityFiles {
            certificate: self.file(&format!("{name}.pem")),
            key: self.file(&format!("{name}.key")),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn server(&self) -> ServerFiles {
        ServerFiles {
            identity: self.identity("server"),
            client_ca: self.file("ca.pem"),
        }
    }

    fn client(&self) -> ClientFiles {
        ClientFiles {
            trusted: Trusted::File(self.file("ca.pem")),
            identity: Some(self.identity("client")),
            protocol: Protocol::Http2,
        }
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone()).unwrap();
        Arc::new(roots)
    }

    /// A client that shows any certificate, as a thief would.
    fn thief(&self, name: &str) -> Arc<ClientConfig> {
        let (chain, key) = shown(&self.identity(name));
        let servers = WebPkiServerVerifier::builder(self.roots()).build().unwrap();
        let config = ClientConfig::builder().with_webpki_verifier(servers);
        Arc::new(config.with_client_auth_cert(chain, key).unwrap())
    }

    /// A server that shows any certificate.
    fn impostor(&self, name: &str) -> Arc<ServerConfig> {
        let (chain, key) = shown(&self.identity(name));
        let clients = WebPkiClientVerifier::builder(self.roots()).build().unwrap();
        let config = ServerConfig::builder().with_client_cert_verifier(clients);
        Arc::new(config.with_single_cert(chain, key).unwrap())
    }
}

fn shown(files: &IdentityFiles) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let chain = CertificateDer::pem_file_iter(&files.certificate).unwrap();
    let key = PrivateKeyDer::from_pem_file(&files.key).unwrap();
    (chain.map(Result::unwrap).collect(), key)
}

fn loaded<S: Source>(source: S) -> Arc<S::Config> {
    Reloading::new(source).unwrap().current()
}

/// Lets both sides speak until they agree or one of them does not, and says how they agreed.
fn handshake(client: Arc<ClientConfig>, server: Arc<ServerConfig>) -> Result<HandshakeKind, Error> {
    let name = ServerName::try_from(NAME).unwrap();
    let mut client = ClientConnection::new(client, name).unwrap();
    let mut server = ServerConnection::new(server).unwrap();
    while client.is_handshaking() || server.is_handshaking() || server.wants_write() {
        let mut bytes = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut bytes).unwrap();
        }
        server.read_tls(&mut bytes.as_slice()).unwrap();
        server.process_new_packets()?;
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).unwrap();
        }
        client.read_tls(&mut bytes.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(server.handshake_kind().unwrap())
}

fn refused_for_purpose(agreed: &Result<HandshakeKind, Error>) -> bool {
    matches!(
        agreed,
        Err(Error::InvalidCertificate(
            rustls::CertificateError::InvalidPurpose | rustls::CertificateError::InvalidPurposeContext { .. }
        ) | Error::AlertReceived(AlertDescription::UnsupportedCertificate))
    )
}

#[test]
fn a_client_and_a_server_of_one_authority_agree_and_resume_nothing() {
    let deployment = Deployment::new();
    let (server, client) = (loaded(deployment.server()), loaded(deployment.client()));
    for _ in 0..2 {
        let agreed = handshake(Arc::clone(&client), Arc::clone(&server));
        assert_eq!(agreed, Ok(HandshakeKind::Full));
    }
}

#[test]
fn a_certificate_opens_a_clients_door_only_if_it_names_that_purpose() {
    let deployment = Deployment::new();
    deployment.sign("silent", &[]);
    deployment.sign("any", &[Usage::Any]);
    let server = loaded(deployment.server());
    for name in ["server", "silent", "any"] {
        let agreed = handshake(deployment.thief(name), Arc::clone(&server));
        assert!(refused_for_purpose(&agreed), "{name}: {agreed:?}");
    }
    assert_eq!(
        handshake(deployment.thief("client"), server),
        Ok(HandshakeKind::Full)
    );
}

#[test]
fn a_certificate_stands_for_a_server_only_if_it_names_that_purpose() {
    let deployment = Deployment::new();
    deployment.sign("silent", &[]);
    let client = loaded(deployment.client());
    for name in ["client", "silent"] {
        let agreed = handshake(Arc::clone(&client), deployment.impostor(name));
        assert!(refused_for_purpose(&agreed), "{name}: {agreed:?}");
    }
    assert_eq!(
        handshake(client, deployment.impostor("server")),
        Ok(HandshakeKind::Full)
    );
}

#[test]
fn a_certificate_of_the_other_purpose_is_refused_when_it_is_read() {
    let deployment = Deployment::new();
    let server = ServerFiles {
        identity: deployment.identity("client"),
        ..deployment.server()
    };
    let error = Reloading::new(server).unwrap_err();
    assert!(
        matches!(&error, CertificateError::Purpose { purpose: Purpose::Server, path } if path.ends_with("client.pem")),
        "{error}"
    );
    let client = ClientFiles {
        identity: Some(deployment.identity("server")),
        ..deployment.client()
    };
    let error = Reloading::new(client).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("its extended key usage must name clientAuth"),
        "{error}"
    );
}

#[test]
fn each_file_that_cannot_be_used_is_named() {
    let deployment = Deployment::new();
    let other = deployment.sign("other", &[Usage::ServerAuth]);
    let mixed = IdentityFiles {
        key: other.key,
        ..deployment.identity("server")
    };
    let swapped = IdentityFiles {
        key: deployment.file("server.pem"),
        ..deployment.identity("server")
    };
    for (identity, named) in [(mixed, "other.key"), (swapped, "server.pem")] {
        let server = ServerFiles {
            identity,
            ..deployment.server()
        };
        let error = Reloading::new(server).unwrap_err();
        assert!(error.path().is_some_and(|path| path.ends_with(named)), "{error}");
    }
    let client = ClientFiles {
        trusted: Trusted::File(deployment.file("client.key")),
        ..deployment.client()
    };
    let error = Reloading::new(client).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("client.key holds no certificate in PEM"),
        "{error}"
    );
}

#[test]
fn an_examination_names_every_file_that_is_wrong() {
    let deployment = Deployment::new();
    assert_eq!(deployment.server().examine().unwrap().len(), 2);
    assert_eq!(deployment.client().examine().unwrap().len(), 2);
    let server = ServerFiles {
        identity: IdentityFiles {
            certificate: deployment.file("client.pem"),
            key: deployment.file("nowhere.key"),
        },
        client_ca: deployment.file("server.key"),
    };
    let errors = server.examine().unwrap_err();
    let named: Vec<_> = errors
        .iter()
        .filter_map(|error| error.path()?.file_name())
        .collect();
    assert_eq!(named, ["server.key", "client.pem", "nowhere.key"]);
    let mixed = IdentityFiles {
        key: deployment.file("client.key"),
        ..deployment.identity("server")
    };
    let server = ServerFiles {
        identity: mixed,
        ..deployment.server()
    };
    let errors = server.examine().unwrap_err();
    assert!(
        matches!(errors[..], [CertificateError::Mismatch { .. }]),
        "{errors:?}"
    );
}

#[test]
fn renewed_files_are_taken_and_broken_ones_are_not() {
    let deployment = Deployment::new();
    let server = Reloading::new(deployment.server()).unwrap();
    let first = server.current();
    server.refresh();
    assert!(Arc::ptr_eq(&first, &server.current()), "nothing has changed");

    deployment.sign("server", &[Usage::ServerAuth]);
    server.refresh();
    assert_eq!((server.renewals(), server.fault().is_some()), (1, false));
    let second = server.current();
    assert!(!Arc::ptr_eq(&first, &second));
    // A connection that began with the configuration before is not disturbed.
    assert_eq!(
        handshake(loaded(deployment.client()), first),
        Ok(HandshakeKind::Full)
    );

    fs::write(deployment.file("server.pem"), "half a certif").unwrap();
    server.refresh();
    let fault = server.fault().unwrap().to_string();
    assert!(fault.contains("server.pem"), "{fault}");
    assert!(Arc::ptr_eq(&second, &server.current()));

    deployment.sign("server", &[Usage::ServerAuth]);
    server.refresh();
    assert_eq!((server.renewals(), server.fault().is_some()), (2, false));
}

#[test]
fn the_end_of_each_certificate_is_known_and_no_key_is_shown() {
    let deployment = Deployment::new();
    let server = Reloading::new(deployment.server()).unwrap();
    let parts: Vec<_> = server.in_use().iter().map(|used| used.part).collect();
    assert_eq!(parts, [Part::Own, Part::Authority]);
    assert!(
        server
            .in_use()
            .iter()
            .all(|used| used.not_before < used.not_after)
    );
    let key = fs::read_to_string(deployment.file("server.key")).unwrap();
    let secret = key.lines().nth(1).unwrap();
    assert!(!format!("{server:?}").contains(secret), "{server:?}");
}
