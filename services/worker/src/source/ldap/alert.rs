//! Errors of TLS in words of our own, and alerts that mean something: the TLS library's words are for its developers.

use std::{fmt, io};

use rustls::{AlertDescription, Error, InvalidMessage, PeerIncompatible};

/// True if a server ended a connection because it was shown no certificate. In TLS 1.3 it does so only after the handshake,
/// when it cannot mean anything else: by then, all else was agreed on.
pub(super) fn demands_client_certificate(error: &io::Error) -> bool {
    matches!(of_io(error), Some(Error::AlertReceived(alert)) if refuses_client(*alert))
}

/// Alerts for a client without a certificate: `certificate_required` (RFC 8446 section 6.2), and those that servers sent
/// before there was one.
pub(super) fn refuses_client(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::NoCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::HandshakeFailure
            | AlertDescription::AccessDenied
    )
}

/// The TLS library's error within one of a connection.
pub(super) fn of_io(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// An error of a connection, for people.
#[derive(Debug)]
pub(super) struct Words<'a>(pub(super) &'a io::Error);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match of_io(self.0) {
            None => self.0.fmt(f),
            Some(Error::AlertReceived(alert)) => {
                write!(f, "the server sent the TLS alert {} (", u8::from(*alert))?;
                f.write_str(alert_name(*alert))?;
                f.write_str(")")
            }
            Some(Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            )) => f.write_str("the server supports neither TLS 1.2 nor TLS 1.3"),
            Some(Error::PeerIncompatible(_)) => {
                f.write_str("the server supports nothing of what TLS is offered with")
            }
            Some(Error::InvalidMessage(
                InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
            )) => f.write_str("the server does not answer in TLS"),
            Some(_) => f.write_str("the server does not follow the TLS protocol"),
        }
    }
}

/// Names of RFC 8446 section 6, as far as servers send them in practice.
fn alert_name(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::CloseNotify => "close notify",
        AlertDescription::HandshakeFailure => "handshake failure",
        AlertDescription::BadCertificate => "bad certificate",
        AlertDescription::UnsupportedCertificate => "unsupported certificate",
        AlertDescription::CertificateUnknown => "certificate unknown",
        AlertDescription::CertificateRequired => "certificate required",
        AlertDescription::IllegalParameter => "illegal parameter",
        AlertDescription::UnknownCA => "unknown CA",
        AlertDescription::AccessDenied => "access denied",
        AlertDescription::DecodeError => "decode error",
        AlertDescription::DecryptError => "decrypt error",
        AlertDescription::ProtocolVersion => "protocol version",
        AlertDescription::InsufficientSecurity => "insufficient security",
        AlertDescription::InternalError => "internal error",
        AlertDescription::UserCanceled => "user cancelled",
        AlertDescription::MissingExtension => "missing extension",
        AlertDescription::UnsupportedExtension => "unsupported extension",
        AlertDescription::UnrecognisedName => "unrecognised name",
        _ => "another one",
    }
}
