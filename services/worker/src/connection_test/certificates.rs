//! Content of a server's certificates, and its meaning for an administrator.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use rollcall_proto::v1::{CertificateSummary, TlsFindings};
use rustls::CertificateError;
use rustls_pki_types::CertificateDer;
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, prelude::FromDer as _, time::ASN1Time,
};

use super::sentences::{StepText, list};
use crate::source::ldap::{error::DirectoryError, excerpt::excerpt, tls::Handshake};

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
            subject: "(a certificate that cannot be read)".to_owned(),
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
    let protected = format!(
        "The connection is encrypted ({}, {}), and the server's certificate is valid for {host}.",
        findings.version, findings.cipher_suite
    );
    let Some(end) = end.and_then(|end| Timestamp::from_second(end.seconds).ok()) else {
        return StepText {
            message: protected,
            advice: String::new(),
        };
    };
    let advice = if end.duration_since(now) < SOON {
        "Renew the server's certificate in time: once it has expired, the directory can no longer be read."
    } else {
        ""
    };
    StepText {
        message: format!("{protected} It expires on {}.", day(end)),
        advice: advice.to_owned(),
    }
}

/// Reason why a server is not trusted, with advice: `own_authorities` if the settings name any.
pub(super) fn untrusted(
    host: &str,
    handshake: &Handshake,
    findings: &TlsFindings,
    own_authorities: bool,
    error: &DirectoryError,
) -> StepText {
    let text = StepText::from(error);
    let (Some(refusal), Some(own)) = (&handshake.refusal, findings.chain.first()) else {
        return text.saying(format!(
            "The directory server is not trusted: {}.",
            innermost(error)
        ));
    };
    match refusal {
        // Of the name that is trusted, and of another key.
        CertificateError::BadSignature => text
            .saying(format!(
                "The server's certificate names {} as its issuer, but was not signed with the key of the trusted \
                 authority of this name.",
                own.issuer
            ))
            .advising(format!(
                "Enter the current certificate of the authority {}: it may have been renewed.",
                own.issuer
            )),
        CertificateError::UnknownIssuer => unknown_issuer(text, own, &findings.chain, own_authorities),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            wrong_name(text, host, &own.names)
        }
        CertificateError::Expired => text
            .saying("A certificate of the server has expired.")
            .advising("Renew the certificate."),
        CertificateError::ExpiredContext { not_after, .. } => text
            .saying(format!(
                "A certificate of the server expired on {}.",
                second(*not_after)
            ))
            .advising("Renew the certificate, and check that the server presents the new one."),
        CertificateError::NotValidYetContext { not_before, .. } => text
            .saying(format!(
                "A certificate of the server is not valid before {}.",
                second(*not_before)
            ))
            .advising("Check the clock of the machine that issued it, or wait until then."),
        _ => text.saying(format!(
            "The directory server is not trusted: {}.",
            innermost(error)
        )),
    }
}

fn unknown_issuer(
    text: StepText,
    own: &CertificateSummary,
    chain: &[CertificateSummary],
    own_authorities: bool,
) -> StepText {
    if own.subject == own.issuer {
        return text
            .saying(format!("The server's certificate, {}, is self-signed.", own.subject))
            .advising(
                "Have a certificate for the server issued by your certificate authority, and enter the certificate \
                 of that authority.",
            );
    }
    let last = chain.last().unwrap_or(own);
    let now = if own_authorities {
        "It does not chain to the CA certificates that are currently entered."
    } else {
        "It is not one of the public authorities that are trusted by default."
    };
    text.saying(format!(
        "The server's certificate was issued by {}, which is not trusted.",
        own.issuer
    ))
    .advising(format!(
        "Enter the certificate of the authority {}. {now}",
        last.issuer
    ))
}

fn wrong_name(text: StepText, host: &str, presented: &[String]) -> StepText {
    let (named, advice) = if presented.is_empty() {
        (
            "it names no host (only the subject alternative names count)".to_owned(),
            format!("Have a certificate issued that names {host}."),
        )
    } else {
        (
            format!("it names {}", list(presented)),
            format!("Enter one of those names as the host, or have a certificate issued that names {host}."),
        )
    };
    text.saying(format!(
        "The server's certificate is not valid for {host}: {named}."
    ))
    .advising(advice)
}

fn innermost(error: &DirectoryError) -> String {
    match error.cause() {
        DirectoryError::Untrusted(why) => why.clone(),
        error => error.to_string(),
    }
}

fn second(time: rustls_pki_types::UnixTime) -> String {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|second| Timestamp::from_second(second).ok())
        .map_or_else(|| "an unknown day".to_owned(), day)
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}
