//! Certificates for tests: a CA of the bed's own, and what it signs.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls_pki_types::pem::PemObject as _;

use crate::error::{Doing as _, Error, Result};
use crate::place::write_private;

/// A certificate authority in a folder, which also keeps what it signs.
#[derive(Debug, Clone)]
pub struct Authority {
    folder: PathBuf,
}

/// A certificate and its key, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key, readable only by its owner.
    pub key: PathBuf,
}

impl Identity {
    /// The certificate in PEM.
    pub fn certificate_pem(&self) -> Result<String> {
        read(&self.certificate)
    }

    /// The key in PEM.
    pub fn key_pem(&self) -> Result<String> {
        read(&self.key)
    }
}

impl Authority {
    /// Makes a new authority in `folder`, which is made too. No process trusts it unless it is configured to.
    pub fn create(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).doing(|| format!("make {}", folder.display()))?;
        let authority = Self {
            folder: folder.to_owned(),
        };
        let key = KeyPair::generate().map_err(|error| failed("of the CA", &error))?;
        let certificate = parameters()
            .self_signed(&key)
            .map_err(|error| failed("of the CA", &error))?;
        write_private(&authority.key_file(), key.serialize_pem().as_bytes())?;
        fs::write(authority.certificate_file(), certificate.pem())
            .doing(|| "write the CA's certificate".to_owned())?;
        Ok(authority)
    }

    /// The authority that was made in `folder`.
    pub fn open(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The same authority in another folder, so that two may sign under the same name.
    pub fn delegate(&self, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).doing(|| format!("make {}", folder.display()))?;
        let delegate = Self {
            folder: folder.to_owned(),
        };
        // A copied file keeps its mode.
        for (from, to) in [
            (self.key_file(), delegate.key_file()),
            (self.certificate_file(), delegate.certificate_file()),
        ] {
            fs::copy(&from, &to).doing(|| format!("copy {}", from.display()))?;
        }
        Ok(delegate)
    }

    /// The folder of the certificates.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The CA's certificate, a PEM file.
    pub fn certificate_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The CA's certificate in PEM.
    pub fn certificate_pem(&self) -> Result<String> {
        read(&self.certificate_file())
    }

    /// Signs a server's certificate for these DNS names and addresses. `name` names the files.
    pub fn sign_server(&self, name: &str, dns_names: &[&str], addresses: &[IpAddr]) -> Result<Identity> {
        let addresses = addresses.iter().copied().map(SanType::IpAddress);
        self.sign_for(ExtendedKeyUsagePurpose::ServerAuth, name, dns_names, addresses)
    }

    /// Signs a client's certificate with these DNS names and URIs. `name` names the files.
    pub fn sign_client(&self, name: &str, dns_names: &[&str], uris: &[&str]) -> Result<Identity> {
        let uris = uris
            .iter()
            .map(|uri| uri.to_string().try_into().map(SanType::URI));
        let uris = uris
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|error| failed(name, &error))?;
        self.sign_for(ExtendedKeyUsagePurpose::ClientAuth, name, dns_names, uris)
    }

    fn sign_for(
        &self,
        purpose: ExtendedKeyUsagePurpose,
        name: &str,
        dns_names: &[&str],
        others: impl IntoIterator<Item = SanType>,
    ) -> Result<Identity> {
        let names: Vec<String> = dns_names.iter().map(ToString::to_string).collect();
        let mut wanted = CertificateParams::new(names).map_err(|error| failed(name, &error))?;
        wanted.subject_alt_names.extend(others);
        wanted.distinguished_name.push(DnType::CommonName, name);
        wanted.extended_key_usages = vec![purpose];
        self.sign(name, &wanted)
    }

    /// Signs a certificate of any content. `name` names the files.
    pub fn sign(&self, name: &str, wanted: &CertificateParams) -> Result<Identity> {
        let fail = |error: &rcgen::Error| failed(name, error);
        let authority = KeyPair::from_pem(&read(&self.key_file())?).map_err(|error| fail(&error))?;
        let issuer = Issuer::new(parameters(), authority);
        let key = KeyPair::generate().map_err(|error| fail(&error))?;
        let certificate = wanted.signed_by(&key, &issuer).map_err(|error| fail(&error))?;
        let identity = self.identity(name);
        write_private(&identity.key, key.serialize_pem().as_bytes())?;
        fs::write(&identity.certificate, certificate.pem())
            .doing(|| format!("write the certificate {name}"))?;
        Ok(identity)
    }

    /// The identity that was signed under this name.
    pub fn identity(&self, name: &str) -> Identity {
        Identity {
            certificate: self.folder.join(format!("{name}.pem")),
            key: self.folder.join(format!("{name}.key")),
        }
    }

    /// A TLS client that trusts only this authority.
    pub fn client(&self) -> Result<Arc<rustls::ClientConfig>> {
        let mut roots = rustls::RootCertStore::empty();
        let certificate = CertificateDer::from_pem_slice(self.certificate_pem()?.as_bytes());
        let certificate = certificate.map_err(|error| failed("of the CA", &error))?;
        roots
            .add(certificate)
            .map_err(|error| failed("of the CA", &error))?;
        Ok(Arc::new(
            rustls::ClientConfig::builder()
                .with_root_certificates(roots)
                .with_no_client_auth(),
        ))
    }

    /// TLS of one version for a server at `address` that demands a certificate of this authority from its clients.
    pub fn demanding(
        &self,
        address: IpAddr,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> Result<Arc<rustls::ServerConfig>> {
        let name = format!("demanding-{address}");
        let identity = self.sign_server(&name, &[], &[address])?;
        let fail = |error: &dyn std::fmt::Display| failed(&name, error);
        let mut roots = rustls::RootCertStore::empty();
        let own = CertificateDer::from_pem_slice(self.certificate_pem()?.as_bytes());
        roots
            .add(own.map_err(|error| fail(&error))?)
            .map_err(|error| fail(&error))?;
        let clients = rustls::server::WebPkiClientVerifier::builder(Arc::new(roots))
            .build()
            .map_err(|error| fail(&error))?;
        let certificate = CertificateDer::from_pem_slice(identity.certificate_pem()?.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(identity.key_pem()?.as_bytes());
        let config = rustls::ServerConfig::builder_with_protocol_versions(&[version])
            .with_client_cert_verifier(clients)
            .with_single_cert(
                vec![certificate.map_err(|error| fail(&error))?],
                key.map_err(|error| fail(&error))?,
            )
            .map_err(|error| fail(&error))?;
        Ok(Arc::new(config))
    }

    fn key_file(&self) -> PathBuf {
        self.folder.join("ca.key")
    }
}

fn parameters() -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters
        .distinguished_name
        .push(DnType::CommonName, "Rollcall test bed CA");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
    ];
    parameters
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).doing(|| format!("read {}", path.display()))
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::Certificate {
        what: what.to_owned(),
        why: error.to_string(),
    }
}
