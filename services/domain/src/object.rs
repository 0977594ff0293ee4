//! Directory objects, reduced to the inputs of the decision: identity, type and the addresses that they claim.

use crate::address::{Address, DomainName};
use crate::hint::Hints;
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
        /// A person outside the organisation, or a user with a mailbox elsewhere.
        Contact = "CONTACT",
        /// A mail-enabled public folder.
        PublicFolder = "PUBLIC_FOLDER",
        /// A room, an item of equipment, or the like.
        Resource = "RESOURCE",
        /// A mailbox of several people.
        SharedMailbox = "SHARED_MAILBOX",
        /// A computer, the account of a service, or a mailbox of the mail server itself.
        Other = "OTHER",
    }
}

text_enum! {
    /// Type of an address in its account.
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
    /// Origin of an address or account.
    pub enum Origin {
        /// From the directory.
        Synced = "SYNCED",
        /// Entered in the portal.
        Manual = "MANUAL",
    }
}

/// One directory entry, reduced to what decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryObject {
    /// Stable id, which a rename or a move leaves unchanged.
    pub id: ObjectId,
    /// DN, as the server wrote it.
    pub dn: String,
    /// Type of the object.
    pub object_type: ObjectType,
    /// The object is disabled in the directory. A linked mailbox never is: its user here is disabled by design, because
    /// the person is a user of another forest.
    pub disabled: bool,
    /// Hints that the entry shows, with a value that says something.
    pub hints: Hints,
    /// Its `mail` value, if it has one that is an address: the favourite among several primary claims.
    pub mail: Option<Address>,
    /// Claims, each address once.
    pub claims: Vec<Claim>,
}

/// One e-mail address that an object carries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The address, or what stands in its place.
    pub address: ClaimedAddress,
    /// True for a claim as primary address, false for an alias.
    pub primary: bool,
}

/// Value of a claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimedAddress {
    /// An address, normalised.
    Valid(Address),
    /// A value that is not an address.
    Invalid(RefusedValue),
    /// A value with a prefix that no address space has, before an address in this domain.
    UnknownPrefix(RefusedValue, DomainName),
}

/// A value that is refused for what it is, whoever owns its domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefusedValue {
    /// The value as it stands in the directory, with `\xNN` for bytes that are not text and `\u{…}` for invisible
    /// characters, at most [`LONGEST_SHOWN`] octets. Of an attribute in which anything may stand, only its length.
    pub shown: String,
    /// Addresses that the value, or others that are shown alike, would be without their invisible characters; sorted. A
    /// value without such characters would be none.
    pub freed: Vec<Address>,
}

impl RefusedValue {
    /// A value without invisible characters.
    pub fn new(shown: impl Into<String>) -> Self {
        Self {
            shown: shown.into(),
            freed: Vec::new(),
        }
    }
}

impl ClaimedAddress {
    /// The text to show: the normalised address, or what stands in the directory.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Valid(address) => address.as_str(),
            Self::Invalid(value) | Self::UnknownPrefix(value, _) => &value.shown,
        }
    }

    /// The address, if the value is one.
    pub fn valid(&self) -> Option<&Address> {
        match self {
            Self::Valid(address) => Some(address),
            Self::Invalid(_) | Self::UnknownPrefix(..) => None,
        }
    }

    /// The addresses that the value would be without its invisible characters, if it is refused.
    pub fn freed(&self) -> &[Address] {
        match self {
            Self::Valid(_) => &[],
            Self::Invalid(value) | Self::UnknownPrefix(value, _) => &value.freed,
        }
    }

    /// Takes over what another value of the same object, shown alike, would be without its invisible characters.
    pub(crate) fn take_freed(&mut self, other: &mut Self) {
        if let (
            Self::Invalid(value) | Self::UnknownPrefix(value, _),
            Self::Invalid(other) | Self::UnknownPrefix(other, _),
        ) = (self, other)
        {
            value.freed.append(&mut other.freed);
            value.freed.sort_unstable();
            value.freed.dedup();
        }
    }
}

/// The longest text that is shown in place of an address, in octets. Active Directory allows 1,123 in `proxyAddresses`; a
/// longer text is not an address, and has to fit where addresses are stored and indexed.
pub const LONGEST_SHOWN: usize = 1_024;

/// A text that is shown in place of an address, cut to [`LONGEST_SHOWN`], its `…` included.
pub fn shown_text(mut text: String) -> String {
    if text.len() > LONGEST_SHOWN {
        text.truncate(text.floor_char_boundary(LONGEST_SHOWN - '…'.len_utf8()));
        text.push('…');
    }
    text
}
