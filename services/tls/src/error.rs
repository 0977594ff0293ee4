//! Reasons why certificates cannot be used.

use std::{io, path::PathBuf};

use crate::Purpose;

/// Reasons why certificates cannot be used. Each names the file.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("the {what} cannot be read from {}", path.display())]
    Read {
        /// Content of the file.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A file does not hold what it must.
    #[error("{} holds no {what} in PEM", path.display())]
    Content {
        /// The missing content.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A certificate is not made for this use.
    #[error(
        "the certificate in {} is not one of a {purpose}: its extended key usage must name {}",
        path.display(),
        purpose.usage()
    )]
    Purpose {
        /// The use that is missing.
        purpose: Purpose,
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key cannot be used together.
    #[error("the certificate in {} and the key in {} do not go together", certificate.display(), key.display())]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// The cause.
        #[source]
        source: rustls::Error,
    },
    /// The authority's certificates cannot be used.
    #[error("the CA certificates in {} cannot be used", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The authorities that this machine trusts cannot be used.
    #[error("this machine trusts no authority that can be used")]
    System(#[source] rustls::client::VerifierBuilderError),
}

impl CertificateError {
    /// The file that the error is about; `None` if it is about no file of the configuration.
    pub fn path(&self) -> Option<&std::path::Path> {
        match self {
            Self::Read { path, .. }
            | Self::Content { path, .. }
            | Self::Purpose { path, .. }
            | Self::Authority { path, .. } => Some(path),
            Self::Mismatch { key, .. } => Some(key),
            Self::System(_) => None,
        }
    }
}
