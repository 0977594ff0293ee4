//! From the values of a directory entry to an object with its claims.
//!
//! Values have no order in LDAP, so none counts here: whatever the order in which values arrive, the object is
//! the same, its claims sorted.

use crate::address::{Address, escape_bytes};
use crate::attribute::{AddressAttributes, PROXY_ADDRESSES};
use crate::id::ObjectId;
use crate::object::{Claim, DirectoryObject};
use claims::ClaimedValue;
use hints::{ClassHint, Hint};

mod claims;
pub(crate) mod hints;
pub(crate) mod prefix;

pub use hints::{classify, is_disabled};

/// Attributes that are read of every entry besides those that carry addresses.
pub const HINTS: &[&str] = &[
    "objectGUID",
    "entryUUID",
    "objectClass",
    "mail",
    "userAccountControl",
    "msExchRecipientTypeDetails",
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
    recipient_type: Option<i64>,
    disabled: bool,
    mail: Option<Address>,
    claims: Vec<Claim>,
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
            recipient_type: None,
            disabled: false,
            mail: None,
            claims: Vec::new(),
            not_email: 0,
        }
    }

    /// Takes values of an attribute, by the description under which the server sent them. Attributes of
    /// neither use are ignored.
    pub fn attribute<V: AsRef<[u8]>>(&mut self, description: &str, values: impl IntoIterator<Item = V>) {
        let name = description.split(';').next().unwrap_or_default();
        let hint = Hint::parse(name);
        let carries_addresses = self.attributes.cover(description);
        if hint.is_none() && !carries_addresses {
            return;
        }
        let prefixed = name.eq_ignore_ascii_case(PROXY_ADDRESSES);
        for value in values {
            let value = value.as_ref();
            if carries_addresses {
                self.address(value, prefixed, hint == Some(Hint::Mail));
            }
            if let Some(hint) = hint {
                self.hint(hint, value);
            }
        }
    }

    /// Ends the entry. Without an id of its own, its DN is its id.
    pub fn finish(self, dn: &[u8]) -> ReadEntry {
        let dn = escape_bytes(dn);
        let id = self.guid.map(ObjectId::from_guid_bytes).or(self.entry_uuid);
        let object = DirectoryObject {
            id: id.unwrap_or_else(|| ObjectId::from_dn(&dn)),
            dn,
            object_type: hints::object_type(self.recipient_type, self.class),
            disabled: self.disabled,
            mail: self.mail,
            claims: claims::each_once(self.claims),
        };
        ReadEntry {
            object,
            not_email: self.not_email,
        }
    }

    fn address(&mut self, value: &[u8], prefixed: bool, primary: bool) {
        let claimed = if prefixed {
            claims::prefixed(value)
        } else {
            claims::plain(value, primary)
        };
        match claimed {
            ClaimedValue::Claim(claim) => self.claims.push(claim),
            ClaimedValue::NotEmail => self.not_email += 1,
            ClaimedValue::Nothing => {}
        }
    }

    /// Of several values where one is expected the lowest counts, so that their order does not.
    fn hint(&mut self, hint: Hint, value: &[u8]) {
        match hint {
            Hint::ObjectGuid => lowest(&mut self.guid, value.try_into().ok()),
            Hint::EntryUuid => {
                let text = std::str::from_utf8(value).ok();
                lowest(
                    &mut self.entry_uuid,
                    text.and_then(|text| ObjectId::from_entry_uuid(text).ok()),
                );
            }
            Hint::ObjectClass => lowest(&mut self.class, ClassHint::parse(value)),
            Hint::Mail => {
                let text = std::str::from_utf8(value).ok();
                lowest(&mut self.mail, text.and_then(|text| Address::parse(text).ok()));
            }
            Hint::UserAccountControl => self.disabled |= is_disabled(value),
            Hint::RecipientType => lowest(&mut self.recipient_type, Some(hints::recipient_type(value))),
        }
    }
}

fn lowest<T: Ord>(held: &mut Option<T>, other: Option<T>) {
    if let Some(other) = other
        && held.as_ref().is_none_or(|held| other < *held)
    {
        *held = Some(other);
    }
}

#[cfg(test)]
mod tests;
