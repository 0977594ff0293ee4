use std::{fs, path::PathBuf, time::SystemTime};

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose as Usage, IsCa, KeyPair,
};
use tempfile::TempDir;

use super::{LOOPBACK, Serving, address};
use crate::config::{ClientConfig, ServerConfig};

/// An authority, a server and a client, as files.
pub(super) struct Certificates {
    dir: TempDir,
}

impl Certificates {
    pub(super) fn new() -> Self {
        let new = Self {
            dir: tempfile::tempdir().expect("a folder"),
        };
        new.renew();
        new
    }

    /// Replaces every file by one of another authority.
    pub(super) fn renew(&self) {
        self.renew_until(None);
    }

    /// The same, with a client's certificate that ends then, if it has an end.
    pub(super) fn renew_until(&self, client_end: Option<Timestamp>) {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        fs::write(self.file("ca.pem"), authority.pem()).expect("a file");
        let uses = [
            ("server", "localhost", Usage::ServerAuth),
            ("client", "worker.rollcall", Usage::ClientAuth),
        ];
        for (file, name, usage) in uses {
            let key = KeyPair::generate().expect("a key");
            let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
            params.extended_key_usages = vec![usage];
            if let (Some(end), "client") = (client_end, file) {
                params.not_after = SystemTime::from(end).into();
            }
            let certificate = params.signed_by(&key, &authority).expect("a certificate");
            fs::write(self.file(&format!("{file}.pem")), certificate.pem()).expect("a file");
            fs::write(self.file(&format!("{file}.key")), key.serialize_pem()).expect("a file");
        }
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn server(&self) -> ServerConfig {
        ServerConfig {
            listen: address(LOOPBACK),
            tls_cert_file: Some(self.file("server.pem")),
            tls_key_file: Some(self.file("server.key")),
            tls_client_ca_file: Some(self.file("ca.pem")),
            ..ServerConfig::plaintext(address(LOOPBACK))
        }
    }

    pub(super) fn client(&self, serving: &Serving) -> ClientConfig {
        ClientConfig {
            url: format!("https://localhost:{}", serving.address().port()),
            ca_file: Some(self.file("ca.pem")),
            cert_file: Some(self.file("client.pem")),
            key_file: Some(self.file("client.key")),
            allow_plaintext: false,
        }
    }
}
