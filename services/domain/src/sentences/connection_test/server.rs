//! The step of the server: its kind, and its capabilities for this account.

use super::StepText;

/// Kind of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerKind {
    /// Active Directory.
    ActiveDirectory,
    /// `OpenLDAP`.
    OpenLdap,
    /// Any other.
    Other,
}

/// The server shows nothing of itself.
pub fn hidden() -> StepText {
    StepText::new(
        "The server does not let this account read its capabilities (root DSE).",
        "",
    )
}

/// The server's kind and description (which may be empty), and its support of pages. Only what a read uses is said.
pub fn described(kind: ServerKind, description: &str, paging: bool) -> StepText {
    let kind = match kind {
        ServerKind::ActiveDirectory => "Active Directory",
        ServerKind::OpenLdap => "OpenLDAP",
        ServerKind::Other => "another LDAP server",
    };
    let mut message = format!("The server is {kind}");
    if !description.is_empty() {
        message = format!("{message} ({description})");
    }
    message.push('.');
    if paging {
        message.push_str(" It supports paged results.");
    }
    let advice = if paging {
        ""
    } else {
        message.push_str(" It does not support paged results.");
        "Make sure that the server's size limit for this account is above the number of objects to be read: without \
         pages, they come in one answer."
    };
    StepText::new(message, advice)
}
