//! What a certificate may be shown for.

use std::fmt;

use rustls_pki_types::CertificateDer;
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

/// The side of a connection that a certificate stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A server.
    Server,
    /// A client.
    Client,
}

impl Purpose {
    /// The name of the extended key usage that allows this.
    pub fn usage(self) -> &'static str {
        match self {
            Self::Server => "serverAuth",
            Self::Client => "clientAuth",
        }
    }

    /// True if the certificate names this purpose. One without extended key usage, or with any, does not: it would open
    /// both doors.
    pub(crate) fn is_served_by(self, certificate: &CertificateDer<'_>) -> bool {
        let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
            return false;
        };
        let Ok(Some(usage)) = certificate.extended_key_usage() else {
            return false;
        };
        match self {
            Self::Server => usage.value.server_auth,
            Self::Client => usage.value.client_auth,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "server",
            Self::Client => "client",
        })
    }
}
