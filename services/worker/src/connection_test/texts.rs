//! Chooses a step's sentence by the error of its step.

use std::{io, net::SocketAddr};

use rollcall_domain::sentences::connection_test::{StepText, account, reaching};

use crate::source::ldap::error::DirectoryError;

#[cfg(test)]
mod tests;

/// Reason why a host has no address that may be dialled.
pub(super) fn unresolved(host: &str, error: &DirectoryError) -> StepText {
    let code = error.code();
    match error.cause() {
        DirectoryError::AddressNotAllowed => reaching::not_allowed(code, host),
        DirectoryError::PrivateName(_) => reaching::private_name(code, host),
        _ => reaching::unresolved(code, host),
    }
}

/// Reason why an address accepts no connection.
pub(super) fn unconnected(address: SocketAddr, error: &DirectoryError) -> StepText {
    let code = error.code();
    match error {
        DirectoryError::Connect(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            reaching::refused(code, address)
        }
        DirectoryError::Connect(error) => reaching::unreachable(code, address, &error.to_string()),
        DirectoryError::ConnectTimeout { after, .. } => reaching::silent(code, address, *after),
        _ => code.into(),
    }
}

/// Reason why there is no protected connection, other than trust.
pub(super) fn unprotected(error: &DirectoryError) -> StepText {
    let code = error.code();
    match error {
        DirectoryError::ConnectTimeout { step, after } => reaching::handshake_silent(step, *after),
        DirectoryError::HungUp(_) => reaching::hung_up(),
        DirectoryError::StartTlsRefused { text, .. } if !text.is_empty() => {
            reaching::starttls_refused(code, text)
        }
        _ => code.into(),
    }
}

/// Reason why the bind was not accepted.
pub(super) fn unbound(error: &DirectoryError) -> StepText {
    match error {
        DirectoryError::BindTimeout(after) => account::silent(*after),
        DirectoryError::HungUp(_) => reaching::hung_up(),
        DirectoryError::Read(error) => error.text(),
        _ => error.code().into(),
    }
}
