//! What went wrong with a handshake.

use std::io;

use rustls::{AlertDescription, Error, PeerIncompatible};

use super::{
    super::{
        alert::{of_io, refuses_client},
        distrust::Distrust,
        error::DirectoryError,
    },
    Handshake,
};

/// Meaning of a handshake's error. `seen` is what the server showed until then.
pub(super) fn of_handshake(error: io::Error, seen: &Handshake) -> DirectoryError {
    match of_io(&error) {
        Some(Error::InvalidCertificate(reason)) => {
            let known = seen.refusal.clone();
            DirectoryError::Untrusted(known.unwrap_or_else(|| Distrust::new(reason, &seen.chain, &[])))
        }
        Some(Error::NoCertificatesPresented) => DirectoryError::Untrusted(Distrust::NoCertificate),
        Some(Error::AlertReceived(alert)) if seen.client_certificate_asked && refuses_client(*alert) => {
            DirectoryError::ClientCertificate
        }
        // A server that chooses none of the suites that it is offered ends the handshake at once (RFC 8446 section 4.1.1,
        // RFC 5246 section 7.4.1.3).
        Some(Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
        )) if seen.chain.is_empty() => DirectoryError::NoCipherSuite,
        Some(Error::PeerIncompatible(
            PeerIncompatible::NoCipherSuitesInCommon | PeerIncompatible::NoKxGroupsInCommon,
        )) => DirectoryError::NoCipherSuite,
        _ => DirectoryError::Tls(error),
    }
}
