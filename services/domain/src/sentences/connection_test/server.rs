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

/// Rights of the account to ask for changes by DirSync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    /// The server does not know DirSync.
    Unsupported,
    /// Nothing.
    Refused,
    /// Changes of objects that exist.
    WithoutDeleted,
    /// Changes and deleted objects.
    WithDeleted,
}

/// The server shows nothing of itself.
pub fn hidden() -> StepText {
    StepText::new(
        "The server does not let this account read its capabilities (root DSE).",
        "",
    )
}

/// The server's kind and description (which may be empty), and its support of pages and changes.
pub fn described(kind: ServerKind, description: &str, paging: bool, changes: Changes) -> StepText {
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
    message.push_str(match changes {
        Changes::Unsupported => "",
        Changes::Refused => " This account may not ask for changes (DirSync).",
        Changes::WithDeleted => " This account may ask for changes (DirSync), deleted objects included.",
        Changes::WithoutDeleted => {
            " This account may ask for changes (DirSync), but sees no deleted objects; it would with the rights to \
             list and read CN=Deleted Objects."
        }
    });
    let advice = if paging {
        ""
    } else {
        message.push_str(" It does not support paged results.");
        "Make sure that the server's size limit for this account is above the number of objects to be read: without \
         pages, they come in one answer."
    };
    StepText::new(message, advice)
}
