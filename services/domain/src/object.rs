//! Directory objects, reduced to what decides: who they are, of which type, and what addresses they claim.

use crate::address::Address;
use crate::id::ObjectId;
use crate::text_enum::text_enum;

/// The most claims that one object may carry. A directory with an object beyond it is not read, and not decided on.
pub const MOST_CLAIMS_OF_OBJECT: usize = 10_000;

text_enum! {
    /// Kinds of directory object, and of account.
    pub enum ObjectType {
        /// A person's mailbox.
        User = "USER",
        /// A distribution list or security group.
        Group = "GROUP",
        /// Somebody outside, or a user with a mailbox elsewhere.
        Contact = "CONTACT",
        /// A mail-enabled public folder.
        PublicFolder = "PUBLIC_FOLDER",
        /// A room, an item of equipment, or the like.
        Resource = "RESOURCE",
        /// A mailbox of several people.
        SharedMailbox = "SHARED_MAILBOX",
        /// Anything that the mail server knows and this list does not.
        Other = "OTHER",
    }
}

text_enum! {
    /// What an address is to its account.
    pub enum AddressType {
        /// The account's main address.
        Primary = "PRIMARY",
        /// A further address.
        Alias = "ALIAS",
        /// The same username portion as a kept address, in a domain that is an alias of that address's domain.
        DomainAlias = "DOMAIN_ALIAS",
    }
}

text_enum! {
    /// Where an address or account comes from.
    pub enum Origin {
        /// From the directory.
        Synced = "SYNCED",
        /// Typed in the portal.
        Manual = "MANUAL",
    }
}

/// One directory entry, reduced to what decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryObject {
    /// What stays the same when the object is renamed or moved.
    pub id: ObjectId,
    /// Where it stands in the directory, as the server wrote it.
    pub dn: String,
    /// What kind of object it is.
    pub object_type: ObjectType,
    /// Whether it is disabled in the directory.
    pub disabled: bool,
    /// Its `mail` value, if it has one that is an address: the favourite among several primary claims.
    pub mail: Option<Address>,
    /// What it claims, each address once.
    pub claims: Vec<Claim>,
}

/// One e-mail address that an object carries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The address, or what stands in its place.
    pub address: ClaimedAddress,
    /// Whether it is claimed as primary address; else it is an alias.
    pub primary: bool,
}

/// What an object gives as an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimedAddress {
    /// An address, normalised.
    Valid(Address),
    /// What is no address, as it stands in the directory; bytes that are no text as `\xNN`.
    Invalid(String),
}

impl ClaimedAddress {
    /// The text to show: the normalised address, or what stands in the directory.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Valid(address) => address.as_str(),
            Self::Invalid(text) => text,
        }
    }

    /// The address, unless it is invalid.
    pub fn valid(&self) -> Option<&Address> {
        match self {
            Self::Valid(address) => Some(address),
            Self::Invalid(_) => None,
        }
    }
}
