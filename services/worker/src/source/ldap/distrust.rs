//! Reasons why a server is not trusted, in words of our own: the TLS library's are for its developers.

use std::fmt;

use jiff::Timestamp;
use rollcall_domain::failure::FailureCode;
use rustls::{CertificateError, OtherError};
use rustls_pki_types::{CertificateDer, UnixTime};
use x509_parser::{
    certificate::X509Certificate,
    der_parser::oid,
    oid_registry::{
        OID_PKCS1_MD5WITHRSAENC, OID_PKCS1_SHA1WITHRSA, OID_X509_EXT_BASIC_CONSTRAINTS,
        OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_KEY_USAGE, OID_X509_EXT_NAME_CONSTRAINTS,
        OID_X509_EXT_SUBJECT_ALT_NAME, Oid,
    },
    prelude::FromDer as _,
    public_key::PublicKey,
};

/// ecdsa-with-SHA1 (RFC 3279 section 2.2.3).
const ECDSA_WITH_SHA1: Oid<'static> = oid!(1.2.840.10045.4.1);
/// RSA keys below this are refused.
const LEAST_RSA_BITS: usize = 2048;
/// Critical extensions that are shown of a certificate.
const MOST_EXTENSIONS: usize = 5;

/// Reason why a server is not trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distrust {
    /// The CA certificates of the settings cannot be used: why.
    CaCertificates(String),
    /// No certificate can name the host.
    HostName(String),
    /// The server shows no certificate.
    NoCertificate,
    /// The certificate is an authority's own.
    CaAsServer,
    /// An RSA key has so few bits.
    ShortKey(usize),
    /// A signature is made by an algorithm that is refused.
    Signature(SignatureKind),
    /// A certificate has critical extensions that are not known.
    Extensions(Vec<String>),
    /// The certificate is not for servers.
    Purpose,
    /// The certificate names other hosts, or none.
    OtherName,
    /// A certificate has expired.
    Expired(Option<Timestamp>),
    /// A certificate is not valid yet.
    NotYetValid(Option<Timestamp>),
    /// No trusted authority issued the certificate.
    UnknownIssuer,
    /// The issuer has a trusted authority's name, and another key.
    OtherKey,
    /// A certificate is of an X.509 version before 3.
    Version,
    /// An authority of the chain may not issue the certificate.
    Constraint,
    /// A certificate cannot be read.
    Unreadable,
    /// Anything else.
    Other,
}

/// Kinds of signatures that are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureKind {
    /// SHA-1 is broken.
    Sha1,
    /// MD5 is broken.
    Md5,
    /// Any other algorithm that is not among those accepted.
    Other,
}

impl Distrust {
    /// Reason of a refused chain, whose first certificate is the server's. `own` are the settings' authorities.
    pub(super) fn new(
        reason: &CertificateError,
        chain: &[CertificateDer<'_>],
        own: &[CertificateDer<'_>],
    ) -> Self {
        match reason {
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            CertificateError::BadSignature => match shortest_rsa_key(chain, own) {
                Some(bits) if bits < LEAST_RSA_BITS => Self::ShortKey(bits),
                _ => Self::OtherKey,
            },
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                Self::Signature(SignatureKind::weakest(chain))
            }
            CertificateError::UnhandledCriticalExtension => Self::Extensions(unknown_extensions(chain)),
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                Self::Purpose
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::OtherName
            }
            CertificateError::Expired => Self::Expired(None),
            CertificateError::ExpiredContext { not_after, .. } => Self::Expired(moment(*not_after)),
            CertificateError::NotValidYet => Self::NotYetValid(None),
            CertificateError::NotValidYetContext { not_before, .. } => Self::NotYetValid(moment(*not_before)),
            CertificateError::BadEncoding => Self::Unreadable,
            CertificateError::Other(OtherError(reason)) => match reason.downcast_ref::<webpki::Error>() {
                Some(reason) => Self::of_rule(reason, chain),
                None => Self::Other,
            },
            _ => Self::Other,
        }
    }

    /// Reasons that only the library below knows.
    fn of_rule(reason: &webpki::Error, chain: &[CertificateDer<'_>]) -> Self {
        match reason {
            webpki::Error::CaUsedAsEndEntity => Self::CaAsServer,
            webpki::Error::UnsupportedCriticalExtension => Self::Extensions(unknown_extensions(chain)),
            webpki::Error::UnsupportedCertVersion => Self::Version,
            webpki::Error::EndEntityUsedAsCa
            | webpki::Error::NameConstraintViolation
            | webpki::Error::PathLenConstraintViolated => Self::Constraint,
            webpki::Error::EmptyEkuExtension
            | webpki::Error::ExtensionValueInvalid
            | webpki::Error::InvalidSerialNumber
            | webpki::Error::MalformedDnsIdentifier
            | webpki::Error::MalformedExtensions
            | webpki::Error::MalformedNameConstraint
            | webpki::Error::SignatureAlgorithmMismatch => Self::Unreadable,
            _ => Self::Other,
        }
    }

    /// The stable code that clients see.
    pub(crate) fn code(&self) -> FailureCode {
        match self {
            Self::CaAsServer => FailureCode::TlsCaAsServer,
            Self::ShortKey(_) | Self::Signature(_) => FailureCode::TlsWeakCertificate,
            Self::Extensions(_) | Self::Purpose | Self::Version | Self::Constraint | Self::Unreadable => {
                FailureCode::TlsUnsuitableCertificate
            }
            _ => FailureCode::TlsUntrusted,
        }
    }
}

/// For support: what an administrator should do stands beside the code.
impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |time: &Option<Timestamp>| {
            time.map_or_else(
                || "an unknown day".to_owned(),
                |time| time.strftime("%Y-%m-%d").to_string(),
            )
        };
        match self {
            Self::CaCertificates(why) => f.write_str(why),
            Self::HostName(host) => write!(f, "{host:?} is not a name that a certificate can have"),
            Self::NoCertificate => f.write_str("it shows no certificate"),
            Self::CaAsServer => f.write_str("its certificate is that of a certificate authority"),
            Self::ShortKey(bits) => write!(f, "a certificate of its chain has an RSA key of {bits} bits"),
            Self::Signature(kind) => write!(f, "a certificate of its chain is signed with {kind}"),
            Self::Extensions(names) if names.is_empty() => {
                f.write_str("a certificate of its chain has a critical extension that is not known")
            }
            Self::Extensions(names) => write!(
                f,
                "a certificate of its chain has critical extensions that are not known: {}",
                names.join(", ")
            ),
            Self::Purpose => f.write_str("its certificate is not issued for servers"),
            Self::OtherName => f.write_str("its certificate is not valid for the host"),
            Self::Expired(end) => write!(f, "a certificate of its chain expired on {}", day(end)),
            Self::NotYetValid(begin) => {
                write!(f, "a certificate of its chain is not valid before {}", day(begin))
            }
            Self::UnknownIssuer => f.write_str("no trusted authority issued its certificate"),
            Self::OtherKey => f.write_str("a signature in its chain does not match the key of the issuer"),
            Self::Version => f.write_str("a certificate of its chain is of an X.509 version before 3"),
            Self::Constraint => f.write_str("an authority of its chain may not issue its certificate"),
            Self::Unreadable => f.write_str("a certificate of its chain cannot be read"),
            Self::Other => f.write_str("its certificate breaks a rule for certificates"),
        }
    }
}

impl SignatureKind {
    /// The weakest of a chain's signatures.
    fn weakest(chain: &[CertificateDer<'_>]) -> Self {
        let has = |wanted: &[Oid<'_>]| {
            parsed(chain).any(|certificate| wanted.contains(&certificate.signature_algorithm.algorithm))
        };
        if has(&[OID_PKCS1_MD5WITHRSAENC]) {
            Self::Md5
        } else if has(&[OID_PKCS1_SHA1WITHRSA, ECDSA_WITH_SHA1]) {
            Self::Sha1
        } else {
            Self::Other
        }
    }
}

impl fmt::Display for SignatureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Md5 => "MD5",
            Self::Other => "an algorithm that is not accepted",
        })
    }
}

fn parsed<'a>(chain: &'a [CertificateDer<'a>]) -> impl Iterator<Item = X509Certificate<'a>> {
    let parsed = |certificate: &'a CertificateDer<'a>| X509Certificate::from_der(certificate).ok();
    chain
        .iter()
        .filter_map(parsed)
        .map(|(_, certificate)| certificate)
}

/// Bits of the shortest RSA key in a chain and in those authorities that issued a certificate of it.
fn shortest_rsa_key(chain: &[CertificateDer<'_>], own: &[CertificateDer<'_>]) -> Option<usize> {
    let issued = |authority: &X509Certificate<'_>| {
        parsed(chain).any(|certificate| certificate.issuer().as_raw() == authority.subject().as_raw())
    };
    let bits = |certificate: X509Certificate<'_>| match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => Some(key.key_size()),
        _ => None,
    };
    let authorities = parsed(own).filter(|authority| issued(authority));
    parsed(chain).chain(authorities).filter_map(bits).min()
}

/// Critical extensions of a chain beside those that TLS libraries know, by their numbers.
fn unknown_extensions(chain: &[CertificateDer<'_>]) -> Vec<String> {
    const KNOWN: [Oid<'static>; 5] = [
        OID_X509_EXT_BASIC_CONSTRAINTS,
        OID_X509_EXT_EXTENDED_KEY_USAGE,
        OID_X509_EXT_KEY_USAGE,
        OID_X509_EXT_NAME_CONSTRAINTS,
        OID_X509_EXT_SUBJECT_ALT_NAME,
    ];
    let mut names = Vec::new();
    for certificate in parsed(chain) {
        let extensions = certificate.extensions().iter();
        let unknown = extensions.filter(|extension| extension.critical && !KNOWN.contains(&extension.oid));
        names.extend(unknown.map(|extension| extension.oid.to_id_string()));
    }
    names.truncate(MOST_EXTENSIONS);
    names
}

fn moment(time: UnixTime) -> Option<Timestamp> {
    let second = i64::try_from(time.as_secs()).ok()?;
    Timestamp::from_second(second).ok()
}
