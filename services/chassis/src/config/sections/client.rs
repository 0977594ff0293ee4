//! The section of each service that is called.

use std::path::PathBuf;

use rollcall_client::Certificates;
use serde::Deserialize;

use crate::config::{Problems, plaintext};

/// A section that names another service: where it is, and by which certificates it is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientConfig {
    /// Such as `http://127.0.0.1:7103`, or `https://…` for mutual TLS.
    pub url: String,
    /// The authority of the server's certificate, PEM; https needs one.
    pub ca_file: Option<PathBuf>,
    /// The client's certificate chain, PEM.
    pub cert_file: Option<PathBuf>,
    /// The certificate's key, PEM.
    pub key_file: Option<PathBuf>,
    /// True if the service may be called without TLS beyond the loopback.
    #[serde(default)]
    pub allow_plaintext: bool,
}

impl ClientConfig {
    /// A client of this URL without certificates.
    pub fn plaintext(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ca_file: None,
            cert_file: None,
            key_file: None,
            allow_plaintext: false,
        }
    }

    /// The files of mutual TLS.
    pub(crate) fn certificates(&self) -> Certificates {
        Certificates {
            ca_file: self.ca_file.clone(),
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
        }
    }

    /// Reports problems of the section of this name.
    pub fn validate(&self, section: &str, problems: &mut Problems) {
        let tls = self.url.starts_with("https://");
        if !tls && !self.url.starts_with("http://") {
            problems.push(format!("{section}.url"), "must begin with http:// or https://");
        }
        let names = ["cert_file", "key_file"];
        problems.check_identity(
            section,
            names,
            self.cert_file.as_deref(),
            self.key_file.as_deref(),
        );
        if !tls {
            plaintext::check(section, "url", &self.url, self.allow_plaintext, problems);
        }
        if !tls && (self.ca_file.is_some() || self.cert_file.is_some()) {
            problems.push(
                format!("{section}.url"),
                "must begin with https:// to use certificates",
            );
        }
    }
}
