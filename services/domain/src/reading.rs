//! From the values of a directory entry to an object with its claims.
//!
//! Values have no order in LDAP, so none counts here: whatever the order in which values arrive, the object is
//! the same, its claims sorted.

use crate::address::Address;
use crate::attribute::{AddressAttributes, PROXY_ADDRESSES};
use crate::hint::{Hint, Hints};
use crate::id::ObjectId;
use crate::invisible::escape_bytes;
use crate::object::{ClaimedAddress, DirectoryObject};
use claims::{ClaimedValue, Rank, Source};
use hints::{ClassHint, ENTRY_UUID, OBJECT_GUID, Recipient, Use};

mod claims;
pub(crate) mod hints;
pub(crate) mod prefix;

pub use hints::classify;

/// Attributes that are read of every entry besides those that carry addresses: what identifies it, and the hints. All
/// are asked for by name, since a server may keep any of them as an operational attribute.
pub const HINTS: &[&str] = &[
    OBJECT_GUID,
    ENTRY_UUID,
    Hint::ObjectClass.as_str(),
    Hint::Mail.as_str(),
    Hint::UserAccountControl.as_str(),
    Hint::NsAccountLock.as_str(),
    Hint::UserAccountDisabled.as_str(),
    Hint::LoginDisabled.as_str(),
    Hint::RecipientType.as_str(),
    Hint::RemoteRecipientType.as_str(),
];

/// Result of reading one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadEntry {
    /// The object.
    pub object: DirectoryObject,
    /// Values that are not e-mail addresses by their prefix, such as `X500:`.
    pub not_email: u64,
}

/// Reads one entry, attribute by attribute. An attribute may come in several parts (ranges).
#[derive(Debug)]
pub struct EntryReader<'a> {
    attributes: &'a AddressAttributes,
    guid: Option<[u8; 16]>,
    entry_uuid: Option<ObjectId>,
    class: Option<ClassHint>,
    recipient: Recipient,
    disabled: Option<bool>,
    shown: Hints,
    mail: Option<Address>,
    claims: Vec<(ClaimedAddress, Rank)>,
    /// Claims of values of which only the length is shown.
    hidden: Vec<(ClaimedAddress, Rank)>,
    not_email: u64,
}

impl<'a> EntryReader<'a> {
    /// Begins an entry whose addresses are in these attributes.
    pub fn new(attributes: &'a AddressAttributes) -> Self {
        Self {
            attributes,
            guid: None,
            entry_uuid: None,
            class: None,
            recipient: Recipient::default(),
            disabled: None,
            shown: Hints::NONE,
            mail: None,
            claims: Vec::new(),
            hidden: Vec::new(),
            not_email: 0,
        }
    }

    /// Takes values of an attribute, by the description under which the server sent them. Attributes of
    /// neither use are ignored.
    pub fn attribute<V: AsRef<[u8]>>(&mut self, description: &str, values: impl IntoIterator<Item = V>) {
        let name = description.split(';').next().unwrap_or_default();
        let always_read = Use::parse(name);
        let source = self.source(name, description);
        if always_read.is_none() && source.is_none() {
            return;
        }
        for value in values {
            let value = value.as_ref();
            if let Some(source) = source {
                self.address(value, source);
            }
            match always_read {
                Some(Use::ObjectGuid) => {
                    lowest(&mut self.guid, value.try_into().ok());
                }
                Some(Use::EntryUuid) => {
                    lowest(&mut self.entry_uuid, entry_uuid(value));
                }
                Some(Use::Hint(hint)) => self.hint(hint, value),
                None => {}
            }
        }
    }

    /// Ends the entry. Without an id of its own, its DN is its id.
    pub fn finish(mut self, dn: &[u8]) -> ReadEntry {
        claims::tell_apart(&mut self.hidden);
        self.claims.append(&mut self.hidden);
        let dn = escape_bytes(dn);
        let id = self.guid.map(ObjectId::from_guid_bytes).or(self.entry_uuid);
        let object = DirectoryObject {
            id: id.unwrap_or_else(|| ObjectId::from_dn(&dn)),
            dn,
            object_type: self.recipient.object_type(self.class),
            disabled: self.disabled == Some(true) && !self.recipient.is_linked(),
            hints: self.shown,
            mail: self.mail,
            claims: claims::each_once(self.claims),
        };
        ReadEntry {
            object,
            not_email: self.not_email,
        }
    }

    /// The way to read an attribute's values as addresses, if it carries any.
    fn source(&self, name: &str, description: &str) -> Option<Source<'a>> {
        let attribute = self.attributes.covering(description)?;
        if name.eq_ignore_ascii_case(PROXY_ADDRESSES) {
            return Some(Source::ProxyAddresses);
        }
        let stands_in =
            name.eq_ignore_ascii_case(Hint::Mail.as_str()) || self.attributes.primary() == Some(attribute);
        Some(Source::Plain {
            name: attribute.as_str(),
            rank: if stands_in { Rank::StandIn } else { Rank::Alias },
        })
    }

    fn address(&mut self, value: &[u8], source: Source<'_>) {
        match claims::read(value, source) {
            ClaimedValue::Claim(address, rank) => {
                let is_hidden = address.valid().is_none() && source != Source::ProxyAddresses;
                let claims = if is_hidden {
                    &mut self.hidden
                } else {
                    &mut self.claims
                };
                claims.push((address, rank));
            }
            ClaimedValue::NotEmail => self.not_email += 1,
            ClaimedValue::Nothing => {}
        }
    }

    /// Takes a hint, which the entry shows if the value says something. Of several values where one is expected the lowest
    /// counts, so that their order does not; and an entry is disabled if any says so.
    fn hint(&mut self, hint: Hint, value: &[u8]) {
        let says_something = match hint {
            Hint::ObjectClass => {
                lowest(&mut self.class, ClassHint::parse(value));
                true
            }
            // Whatever it says, the server shows it.
            Hint::Mail => {
                lowest(&mut self.mail, claims::plain_address(value));
                !value.is_empty()
            }
            Hint::UserAccountControl => self.state(hints::is_disabled(value)),
            Hint::NsAccountLock | Hint::UserAccountDisabled | Hint::LoginDisabled => {
                self.state(hints::boolean(value))
            }
            Hint::RecipientType => lowest(&mut self.recipient.kind, hints::recipient_type(value)),
            Hint::RemoteRecipientType => lowest(&mut self.recipient.remote, hints::number(value)),
        };
        if says_something {
            self.shown = self.shown.with(hint);
        }
    }

    fn state(&mut self, disabled: Option<bool>) -> bool {
        self.disabled = self.disabled.max(disabled);
        disabled.is_some()
    }
}

fn entry_uuid(value: &[u8]) -> Option<ObjectId> {
    let text = std::str::from_utf8(value).ok()?;
    ObjectId::from_entry_uuid(text).ok()
}

/// Takes the other value if it is the lower one; true if there is one.
fn lowest<T: Ord>(held: &mut Option<T>, other: Option<T>) -> bool {
    let Some(other) = other else { return false };
    if held.as_ref().is_none_or(|held| other < *held) {
        *held = Some(other);
    }
    true
}

#[cfg(test)]
mod tests;
