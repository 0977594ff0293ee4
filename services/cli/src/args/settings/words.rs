//! The words that settings are made of, and what they are in the contract.

use clap::ValueEnum;
use rollcall_proto::v1;

/// Kinds of directory server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServerType {
    /// Active Directory.
    ActiveDirectory,
    /// OpenLDAP.
    Openldap,
    /// Any other LDAPv3 server.
    Other,
}

/// Protection of a connection to a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Security {
    /// TLS from the first byte.
    Ldaps,
    /// Upgraded to TLS before the bind.
    Starttls,
    /// None; refused unless the deployment allows it.
    Plaintext,
}

/// Kinds of directory object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ObjectType {
    /// People.
    User,
    /// Groups and distribution lists.
    Group,
    /// Contacts.
    Contact,
    /// Public folders.
    PublicFolder,
    /// Rooms and equipment.
    Resource,
    /// Shared mailboxes.
    SharedMailbox,
    /// Anything else.
    Other,
}

/// Treatment of aliases with one username portion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SameUsername {
    /// One is kept, the others are skipped.
    Skip,
    /// Each is imported.
    Import,
}

impl From<ServerType> for v1::ServerType {
    fn from(value: ServerType) -> Self {
        match value {
            ServerType::ActiveDirectory => Self::ActiveDirectory,
            ServerType::Openldap => Self::Openldap,
            ServerType::Other => Self::Other,
        }
    }
}

impl From<Security> for v1::Security {
    fn from(value: Security) -> Self {
        match value {
            Security::Ldaps => Self::Ldaps,
            Security::Starttls => Self::Starttls,
            Security::Plaintext => Self::Plaintext,
        }
    }
}

impl From<ObjectType> for v1::ObjectType {
    fn from(value: ObjectType) -> Self {
        match value {
            ObjectType::User => Self::User,
            ObjectType::Group => Self::Group,
            ObjectType::Contact => Self::Contact,
            ObjectType::PublicFolder => Self::PublicFolder,
            ObjectType::Resource => Self::Resource,
            ObjectType::SharedMailbox => Self::SharedMailbox,
            ObjectType::Other => Self::Other,
        }
    }
}

impl From<SameUsername> for v1::SameUsername {
    fn from(value: SameUsername) -> Self {
        match value {
            SameUsername::Skip => Self::Skip,
            SameUsername::Import => Self::Import,
        }
    }
}
