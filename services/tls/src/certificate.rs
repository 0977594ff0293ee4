//! Validity of certificates.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

/// A certificate that a configuration uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// Its part in the connection.
    pub part: Part,
    /// Its file.
    pub file: PathBuf,
    /// The latest beginning of the certificates in the file.
    pub not_before: Timestamp,
    /// Their earliest end.
    pub not_after: Timestamp,
}

/// The parts of certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It is shown to the peer.
    Own,
    /// The peer's certificate must chain to it.
    Authority,
}

impl InUse {
    /// `None` if one of the certificates cannot be read.
    pub(crate) fn new(part: Part, file: &Path, certificates: &[CertificateDer<'_>]) -> Option<Self> {
        let mut validity = (Timestamp::MIN, Timestamp::MAX);
        for certificate in certificates {
            let (begin, end) = validity_of(certificate)?;
            validity = (validity.0.max(begin), validity.1.min(end));
        }
        Some(Self {
            part,
            file: file.to_owned(),
            not_before: validity.0,
            not_after: validity.1,
        })
    }
}

/// The end of a certificate's validity; `None` if it cannot be read.
pub fn end_of(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    validity_of(certificate).map(|(_, end)| end)
}

fn validity_of(certificate: &CertificateDer<'_>) -> Option<(Timestamp, Timestamp)> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let of = certificate.validity();
    let (begin, end) = (of.not_before.timestamp(), of.not_after.timestamp());
    Some((
        Timestamp::from_second(begin).unwrap_or(Timestamp::MIN),
        // A certificate without an end names the year 9999, whose end is later than the last time here.
        Timestamp::from_second(end).unwrap_or(Timestamp::MAX),
    ))
}
