//! The step of trust: what is wrong with a server's certificates, and what to enter or renew.

use jiff::Timestamp;

use super::StepText;
use crate::{
    failure::FailureCode,
    sentences::words::{day, list},
};

/// Name of a certificate that cannot be read.
pub const UNREADABLE: &str = "(a certificate that cannot be read)";

/// The server is trusted. `expires_soon` if its certificate ends within days.
pub fn trusted(
    host: &str,
    version: &str,
    cipher_suite: &str,
    end: Option<Timestamp>,
    expires_soon: bool,
) -> StepText {
    let protected = format!(
        "The connection is encrypted ({version}, {cipher_suite}), and the server's certificate is valid for {host}."
    );
    let message = match end {
        Some(end) => format!("{protected} It expires on {}.", day(end)),
        None => protected,
    };
    let advice = if expires_soon {
        "Renew the server's certificate in time: once it has expired, the directory can no longer be read."
    } else {
        ""
    };
    StepText::new(message, advice)
}

/// The server is not trusted, for a reason that has no sentence of its own.
pub fn untrusted(code: FailureCode, why: &str) -> StepText {
    StepText::from(code).saying(format!("The directory server is not trusted: {why}."))
}

/// The issuer has the name of a trusted authority, and another key.
pub fn other_key(issuer: &str) -> StepText {
    StepText::new(
        format!(
            "The server's certificate names {issuer} as its issuer, but was not signed with the key of the trusted \
             authority of this name."
        ),
        format!("Enter the current certificate of the authority {issuer}: it may have been renewed."),
    )
}

/// The server's certificate signs itself.
pub fn self_signed(subject: &str) -> StepText {
    StepText::new(
        format!("The server's certificate, {subject}, is self-signed."),
        "Have a certificate for the server issued by your certificate authority, and enter the certificate of that \
         authority.",
    )
}

/// No trusted authority issued the chain, whose last certificate names `authority`. `own_authorities` if the settings
/// name any.
pub fn unknown_issuer(issuer: &str, authority: &str, own_authorities: bool) -> StepText {
    let now = if own_authorities {
        "It does not chain to the CA certificates that are currently entered."
    } else {
        "It is not one of the public authorities that are trusted by default."
    };
    StepText::new(
        format!("The server's certificate was issued by {issuer}, which is not trusted."),
        format!("Enter the certificate of the authority {authority}. {now}"),
    )
}

/// The certificate names other hosts, or none.
pub fn wrong_name(host: &str, presented: &[String]) -> StepText {
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
    StepText::new(
        format!("The server's certificate is not valid for {host}: {named}."),
        advice,
    )
}

/// A certificate expired at a time that is not known.
pub fn expired() -> StepText {
    StepText::new(
        "A certificate of the server has expired.",
        "Renew the certificate.",
    )
}

/// A certificate expired on a day.
pub fn expired_on(end: Option<Timestamp>) -> StepText {
    StepText::new(
        format!("A certificate of the server expired on {}.", known_day(end)),
        "Renew the certificate, and check that the server presents the new one.",
    )
}

/// A certificate becomes valid on a day to come.
pub fn not_yet_valid(begin: Option<Timestamp>) -> StepText {
    StepText::new(
        format!(
            "A certificate of the server is not valid before {}.",
            known_day(begin)
        ),
        "Check the clock of the machine that issued it, or wait until then.",
    )
}

/// The server's certificate, `subject`, is that of an authority.
pub fn ca_as_server(subject: &str) -> StepText {
    StepText::from(FailureCode::TlsCaAsServer).saying(format!(
        "The server's certificate, {subject}, is that of a certificate authority: an authority's own certificate is \
         not accepted as a server's."
    ))
}

/// A certificate has an RSA key of so few bits.
pub fn short_key(bits: usize) -> StepText {
    StepText::new(
        format!("A certificate of the server, or its authority's, has an RSA key of only {bits} bits."),
        "Have the certificate issued again with an RSA key of 2,048 bits or more, or an ECDSA key (P-256 or P-384). If \
         it is the authority's, renew the authority.",
    )
}

/// A certificate is signed with an algorithm that is broken.
pub fn broken_signature(algorithm: &str) -> StepText {
    StepText::new(
        format!("A certificate of the server is signed with {algorithm}, which is no longer secure."),
        "Have the certificate issued again with SHA-256. If the authority still signs in the old way, change that \
         first.",
    )
}

/// A certificate is signed with an algorithm that is not known.
pub fn unknown_signature() -> StepText {
    StepText::new(
        "A certificate of the server is signed with an algorithm that is not accepted.",
        "Have the certificate issued again, signed with SHA-256 and an RSA or ECDSA (P-256 or P-384) key.",
    )
}

/// A certificate has critical extensions that are not known, with these numbers.
pub fn critical_extensions(names: &[String]) -> StepText {
    let suffix = if names.is_empty() {
        String::new()
    } else {
        format!(": {}", list(names))
    };
    StepText::new(
        format!("A certificate of the server has a critical extension that is not known{suffix}."),
        "Have the certificate issued again without this extension, or with the extension not marked as critical.",
    )
}

/// The server's certificate, `subject`, is not for servers.
pub fn not_for_servers(subject: &str) -> StepText {
    StepText::new(
        format!("The server's certificate, {subject}, is not issued for servers."),
        "Have a certificate issued for the purpose of server authentication, and install it on the server.",
    )
}

/// A certificate is of an old version of X.509.
pub fn old_version() -> StepText {
    StepText::new(
        "A certificate of the server, or its authority's, is of an X.509 version before 3.",
        "Have the certificate issued again as version 3.",
    )
}

/// The authority may not issue the server's certificate.
pub fn not_entitled(issuer: &str) -> StepText {
    StepText::new(
        format!("The server's certificate was issued by {issuer}, which is not entitled to issue it."),
        "Check the authority's constraints (path length and permitted names), or have the certificate issued by another \
         authority.",
    )
}

/// A certificate cannot be read.
pub fn unreadable() -> StepText {
    StepText::new(
        "A certificate of the server cannot be read: it does not follow the standard.",
        "Have the certificate issued again.",
    )
}

fn known_day(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "an unknown day".to_owned(), day)
}
