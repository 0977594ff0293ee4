//! Content of a server's certificates, and its meaning for an administrator.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use rollcall_domain::sentences::connection_test::{StepText, certificate as sentences};
use rollcall_proto::v1::{CertificateSummary, TlsFindings};
use rustls_pki_types::CertificateDer;
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, prelude::FromDer as _, time::ASN1Time,
};

use crate::source::ldap::{
    distrust::{Distrust, SignatureKind},
    error::DirectoryError,
    excerpt::excerpt,
    tls::Handshake,
};

#[cfg(test)]
mod tests;

/// A certificate that ends sooner than this deserves a look.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Longer chains and lists of names are shown up to here.
const MAX_CHAIN: usize = 10;
const MAX_NAMES: usize = 100;

/// Findings of a handshake.
pub(super) fn findings(handshake: &Handshake) -> TlsFindings {
    let name = |text: Option<&'static str>| text.unwrap_or("unknown").to_owned();
    TlsFindings {
        version: handshake
            .version
            .map(|version| name(version.as_str()).replace('_', "."))
            .unwrap_or_default(),
        // rustls names the suites of TLS 1.3 by a prefix of its own.
        cipher_suite: handshake
            .cipher_suite
            .map(|suite| name(suite.as_str()).replace("TLS13_", "TLS_"))
            .unwrap_or_default(),
        chain: handshake.chain.iter().take(MAX_CHAIN).map(summary).collect(),
    }
}

fn summary(certificate: &CertificateDer<'_>) -> CertificateSummary {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
        return CertificateSummary {
            subject: sentences::UNREADABLE.to_owned(),
            ..CertificateSummary::default()
        };
    };
    let validity = certificate.validity();
    CertificateSummary {
        subject: excerpt(certificate.subject().to_string()),
        issuer: excerpt(certificate.issuer().to_string()),
        names: names(&certificate),
        not_before: Some(timestamp(validity.not_before)),
        not_after: Some(timestamp(validity.not_after)),
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternatives)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let names = alternatives.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(excerpt((*name).to_owned())),
            GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
            _ => None,
        })
        .take(MAX_NAMES)
        .collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// A certificate without an end has 99991231235959Z (RFC 5280 section 4.1.2.5), which is later than jiff's last time.
fn timestamp(time: ASN1Time) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: time.timestamp(),
        nanos: 0,
    }
}

/// Text for a handshake that succeeded, with advice if its certificate ends soon.
pub(super) fn trusted(host: &str, findings: &TlsFindings, now: Timestamp) -> StepText {
    let end = findings.chain.first().and_then(|own| own.not_after.as_ref());
    let end = end.and_then(|end| Timestamp::from_second(end.seconds).ok());
    let expires_soon = end.is_some_and(|end| end.duration_since(now) < SOON);
    sentences::trusted(host, &findings.version, &findings.cipher_suite, end, expires_soon)
}

/// Reason why a server is not trusted, with advice: `own_authorities` if the settings name any.
pub(super) fn untrusted(
    host: &str,
    findings: &TlsFindings,
    own_authorities: bool,
    error: &DirectoryError,
) -> StepText {
    let DirectoryError::Untrusted(distrust) = error.cause() else {
        return error.code().into();
    };
    let Some(own) = findings.chain.first() else {
        return sentences::untrusted(error.code(), &distrust.to_string());
    };
    match distrust {
        Distrust::OtherKey => sentences::other_key(&own.issuer),
        Distrust::UnknownIssuer if own.subject == own.issuer => sentences::self_signed(&own.subject),
        Distrust::UnknownIssuer => {
            let last = findings.chain.last().unwrap_or(own);
            sentences::unknown_issuer(&own.issuer, &last.issuer, own_authorities)
        }
        Distrust::OtherName => sentences::wrong_name(host, &own.names),
        Distrust::Expired(None) => sentences::expired(),
        Distrust::Expired(end) => sentences::expired_on(*end),
        Distrust::NotYetValid(begin) => sentences::not_yet_valid(*begin),
        Distrust::CaAsServer => sentences::ca_as_server(&own.subject),
        Distrust::ShortKey(bits) => sentences::short_key(*bits),
        Distrust::Signature(SignatureKind::Sha1) => sentences::broken_signature("SHA-1"),
        Distrust::Signature(SignatureKind::Md5) => sentences::broken_signature("MD5"),
        Distrust::Signature(SignatureKind::Other) => sentences::unknown_signature(),
        Distrust::Extensions(names) => sentences::critical_extensions(names),
        Distrust::Purpose => sentences::not_for_servers(&own.subject),
        Distrust::Version => sentences::old_version(),
        Distrust::Constraint => sentences::not_entitled(&own.issuer),
        Distrust::Unreadable => sentences::unreadable(),
        Distrust::CaCertificates(_) | Distrust::HostName(_) | Distrust::NoCertificate | Distrust::Other => {
            sentences::untrusted(error.code(), &distrust.to_string())
        }
    }
}
