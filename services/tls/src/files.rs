//! The files of a server and of a client, and the configurations that they make.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::{Resumption, WebPkiServerVerifier},
    server::{NoServerSessionStorage, WebPkiClientVerifier},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use zeroize::Zeroizing;

use crate::{
    CertificateError, InUse, Loaded, Part, Purpose, Reloading, Source,
    verifier::{Clients, Servers},
};

/// HTTP/2's name among the protocols of RFC 7301.
const HTTP2: &[u8] = b"h2";

/// A certificate chain and its key, PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityFiles {
    /// The chain, with the own certificate first.
    pub certificate: PathBuf,
    /// The key of the first certificate.
    pub key: PathBuf,
}

/// The files of a server that demands certificates from its clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFiles {
    /// The server's own.
    pub identity: IdentityFiles,
    /// The authority that clients' certificates chain to, PEM.
    pub client_ca: PathBuf,
}

/// The files of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFiles {
    /// Those whom servers' certificates chain to.
    pub trusted: Trusted,
    /// The client's own; without it, only servers that demand none can be called.
    pub identity: Option<IdentityFiles>,
    /// What is spoken over the connections.
    pub protocol: Protocol,
}

/// The authorities of servers, and no others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// Those in this file, PEM.
    File(PathBuf),
    /// Those that this machine trusts.
    System,
}

/// A protocol that is spoken over TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/2, which both sides name while they agree on TLS.
    Http2,
    /// AMQP 0-9-1, which has no name to agree on.
    Amqp,
    /// PostgreSQL's, which begins in clear and agrees on TLS itself.
    Postgres,
}

impl ServerFiles {
    /// Looks at each file for itself: the certificates in them, or all that is wrong with them.
    pub fn examine(&self) -> Result<Vec<InUse>, Vec<CertificateError>> {
        let found = [
            examine_authority(&self.client_ca).map(Some),
            examine_certificate(Purpose::Server, &self.identity.certificate).map(Some),
            examine_key("server key", &self.identity.key).map(|()| None),
        ];
        together(found.into(), self.clone())
    }
}

impl ClientFiles {
    /// Looks at each file for itself: the certificates in them, or all that is wrong with them.
    pub fn examine(&self) -> Result<Vec<InUse>, Vec<CertificateError>> {
        let mut found = match &self.trusted {
            Trusted::File(path) => vec![examine_authority(path).map(Some)],
            Trusted::System => Vec::new(),
        };
        if let Some(identity) = &self.identity {
            found.push(examine_certificate(Purpose::Client, &identity.certificate).map(Some));
            found.push(examine_key("client key", &identity.key).map(|()| None));
        }
        together(found, self.clone())
    }
}

fn examine_authority(path: &Path) -> Result<InUse, CertificateError> {
    let pem = read("CA certificates", path)?;
    authority(path, &pem).map(|(_, in_use)| in_use)
}

fn examine_certificate(purpose: Purpose, path: &Path) -> Result<InUse, CertificateError> {
    let what = match purpose {
        Purpose::Server => "server certificate",
        Purpose::Client => "client certificate",
    };
    own_chain(purpose, path, &read(what, path)?).map(|(_, in_use)| in_use)
}

fn examine_key(what: &'static str, path: &Path) -> Result<(), CertificateError> {
    own_key(path, &read(what, path)?).map(drop)
}

/// Files that are in order one by one may still not go together.
fn together<S: Source<Error = CertificateError>>(
    found: Vec<Result<Option<InUse>, CertificateError>>,
    source: S,
) -> Result<Vec<InUse>, Vec<CertificateError>> {
    let (mut in_use, mut errors) = (Vec::new(), Vec::new());
    for found in found {
        match found {
            Ok(used) => in_use.extend(used),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        errors.extend(Reloading::new(source).err());
    }
    if errors.is_empty() {
        Ok(in_use)
    } else {
        Err(errors)
    }
}

/// What the files hold, in their order.
type Contents = Vec<Zeroizing<Vec<u8>>>;

impl Source for ServerFiles {
    type Config = ServerConfig;
    type Error = CertificateError;

    fn read(&self) -> Result<Contents, CertificateError> {
        Ok(vec![
            read("server certificate", &self.identity.certificate)?,
            read("server key", &self.identity.key)?,
            read("CA certificates", &self.client_ca)?,
        ])
    }

    fn build(&self, contents: &[Zeroizing<Vec<u8>>]) -> Result<Loaded<ServerConfig>, CertificateError> {
        let [certificate, key, ca] = contents else {
            return Err(content("certificate", &self.identity.certificate));
        };
        let (roots, authority) = authority(&self.client_ca, ca)?;
        let clients = WebPkiClientVerifier::builder(Arc::new(roots)).build();
        let clients = clients.map_err(|source| unusable(&self.client_ca, source))?;
        let own = Own::read(Purpose::Server, &self.identity, certificate, key)?;
        let mut config = ServerConfig::builder()
            .with_client_cert_verifier(Arc::new(Clients(clients)))
            .with_single_cert(own.chain, own.key)
            .map_err(|source| mismatch(&self.identity, source))?;
        config.alpn_protocols = vec![HTTP2.to_vec()];
        // A resumed session would not show its certificate again, and so outlive it and its authority.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Loaded {
            config: Arc::new(config),
            in_use: vec![own.in_use, authority],
        })
    }
}

impl Source for ClientFiles {
    type Config = ClientConfig;
    type Error = CertificateError;

    fn read(&self) -> Result<Contents, CertificateError> {
        let mut contents = Vec::new();
        if let Trusted::File(path) = &self.trusted {
            contents.push(read("CA certificates", path)?);
        }
        if let Some(identity) = &self.identity {
            contents.push(read("client certificate", &identity.certificate)?);
            contents.push(read("client key", &identity.key)?);
        }
        Ok(contents)
    }

    fn build(&self, contents: &[Zeroizing<Vec<u8>>]) -> Result<Loaded<ClientConfig>, CertificateError> {
        let mut contents = contents.iter();
        let mut next = |path: &Path| contents.next().ok_or_else(|| content("certificate", path));
        let mut in_use = Vec::new();
        let servers = match &self.trusted {
            Trusted::File(path) => {
                let (roots, authority) = authority(path, next(path)?)?;
                in_use.push(authority);
                let servers = WebPkiServerVerifier::builder(Arc::new(roots)).build();
                servers.map_err(|source| unusable(path, source))?
            }
            Trusted::System => WebPkiServerVerifier::builder(Arc::new(system()))
                .build()
                .map_err(CertificateError::System)?,
        };
        // Dangerous is a verifier that does less than rustls' own; this one does more.
        let builder = ClientConfig::builder()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Servers(servers)));
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(files) => {
                let (certificate, key) = (next(&files.certificate)?, next(&files.key)?);
                let own = Own::read(Purpose::Client, files, certificate, key)?;
                in_use.push(own.in_use);
                builder
                    .with_client_auth_cert(own.chain, own.key)
                    .map_err(|source| mismatch(files, source))?
            }
        };
        config.alpn_protocols = match self.protocol {
            Protocol::Http2 => vec![HTTP2.to_vec()],
            Protocol::Amqp | Protocol::Postgres => Vec::new(),
        };
        config.resumption = Resumption::disabled();
        Ok(Loaded {
            config: Arc::new(config),
            in_use,
        })
    }
}

/// What is shown to peers.
struct Own {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    in_use: InUse,
}

impl Own {
    fn read(
        purpose: Purpose,
        files: &IdentityFiles,
        certificate: &[u8],
        key: &[u8],
    ) -> Result<Self, CertificateError> {
        let (chain, in_use) = own_chain(purpose, &files.certificate, certificate)?;
        let key = own_key(&files.key, key)?;
        Ok(Self { chain, key, in_use })
    }
}

fn own_chain(
    purpose: Purpose,
    path: &Path,
    pem: &[u8],
) -> Result<(Vec<CertificateDer<'static>>, InUse), CertificateError> {
    let chain = certificates(path, pem)?;
    let in_use = InUse::new(Part::Own, path, &chain).ok_or_else(|| content("certificate", path))?;
    if chain.first().is_some_and(|own| purpose.is_served_by(own)) {
        Ok((chain, in_use))
    } else {
        let path = path.to_owned();
        Err(CertificateError::Purpose { purpose, path })
    }
}

fn own_key(path: &Path, pem: &[u8]) -> Result<PrivateKeyDer<'static>, CertificateError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| content("key", path))
}

fn authority(path: &Path, pem: &[u8]) -> Result<(RootCertStore, InUse), CertificateError> {
    let certificates = certificates(path, pem)?;
    let in_use =
        InUse::new(Part::Authority, path, &certificates).ok_or_else(|| content("certificate", path))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(|source| unusable(path, source))?;
    }
    Ok((roots, in_use))
}

/// What cannot be read among this machine's is passed over: the rest serves.
fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    certificates
        .ok()
        .filter(|certificates| !certificates.is_empty())
        .ok_or_else(|| content("certificate", path))
}

fn read(what: &'static str, path: &Path) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    let read = fs::read(path).map_err(|source| CertificateError::Read {
        what,
        path: path.to_owned(),
        source,
    });
    read.map(Zeroizing::new)
}

fn content(what: &'static str, path: &Path) -> CertificateError {
    let path = path.to_owned();
    CertificateError::Content { what, path }
}

fn mismatch(files: &IdentityFiles, source: rustls::Error) -> CertificateError {
    CertificateError::Mismatch {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        source,
    }
}

fn unusable(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CertificateError {
    CertificateError::Authority {
        path: path.to_owned(),
        source: source.into(),
    }
}

#[cfg(test)]
mod tests;
