//! A described directory: the same people, groups, contacts, rooms and shared mailboxes for
//! Active Directory and for OpenLDAP.

mod attributes;
mod editor;
pub mod ldif;
mod people;

use std::collections::BTreeSet;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

pub use attributes::Flavour;
pub use editor::Editor;
pub(crate) use editor::Login;
pub use people::{Domains, invented, of_size};

/// The content of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// In the order in which they are added.
    pub objects: Vec<Object>,
}

/// Kind of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A user.
    Person,
    /// A distribution group.
    Group,
    /// A person outside.
    Contact,
    /// A meeting room: a disabled user with a mailbox.
    Room,
    /// A shared mailbox: a disabled user with a mailbox.
    SharedMailbox,
    /// A public folder that has addresses.
    PublicFolder,
}

/// An object of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Kind of the object.
    pub kind: Kind,
    /// The organizational units that it is in, from the top down, `Staff/Berlin`. Empty: directly under the base.
    pub unit: String,
    /// Its name in its unit, the value of `cn`.
    pub name: String,
    /// `mail`.
    pub mail: Option<String>,
    /// `proxyAddresses`, as they stand in the directory: `SMTP:anna@corp.example`.
    pub proxy_addresses: Vec<String>,
    /// `msExchRecipientTypeDetails`.
    pub recipient_type: Option<i64>,
    /// True if the account is disabled; of users, rooms and shared mailboxes.
    pub disabled: bool,
}

impl Object {
    /// An object without addresses. Rooms and shared mailboxes are marked as such and disabled, as Exchange leaves
    /// them.
    pub fn new(kind: Kind, unit: &str, name: &str) -> Self {
        let recipient_type = match kind {
            Kind::Room => Some(16),
            Kind::SharedMailbox => Some(4),
            Kind::Person | Kind::Group | Kind::Contact | Kind::PublicFolder => None,
        };
        Self {
            kind,
            unit: unit.to_owned(),
            name: name.to_owned(),
            mail: None,
            proxy_addresses: Vec::new(),
            recipient_type,
            disabled: matches!(kind, Kind::Room | Kind::SharedMailbox),
        }
    }

    /// A user.
    pub fn person(unit: &str, name: &str) -> Self {
        Self::new(Kind::Person, unit, name)
    }

    /// A group.
    pub fn group(unit: &str, name: &str) -> Self {
        Self::new(Kind::Group, unit, name)
    }

    /// With a primary address.
    #[must_use]
    pub fn primary(self, address: &str) -> Self {
        self.value(&format!("SMTP:{address}"))
    }

    /// With one more address.
    #[must_use]
    pub fn alias(self, address: &str) -> Self {
        self.value(&format!("smtp:{address}"))
    }

    /// With one more value of `proxyAddresses`, as it is.
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        self.proxy_addresses.push(value.to_owned());
        self
    }

    /// With this `mail`.
    #[must_use]
    pub fn mail(mut self, mail: &str) -> Self {
        self.mail = Some(mail.to_owned());
        self
    }

    /// With this `msExchRecipientTypeDetails`.
    #[must_use]
    pub fn recipient_type(mut self, value: i64) -> Self {
        self.recipient_type = Some(value);
        self
    }

    /// As a disabled account.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }

    /// Its DN under a base.
    pub fn dn(&self, base: &str) -> String {
        format!("CN={},{}", escaped(&self.name), unit_dn(&self.unit, base))
    }
}

/// The DN of a unit under a base.
pub fn unit_dn(unit: &str, base: &str) -> String {
    let parts = unit.split('/').rev().filter(|part| !part.is_empty());
    parts
        .map(|part| format!("OU={},", escaped(part)))
        .chain([base.to_owned()])
        .collect()
}

/// A value as it stands in a DN (RFC 4514).
fn escaped(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::with_capacity(value.len());
    for (index, c) in value.chars().enumerate() {
        let special = ",+\"\\<>;=".contains(c)
            || (c == ' ' && (index == 0 || index == last))
            || (c == '#' && index == 0);
        if special {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

impl Directory {
    /// Every unit that an object is in, and those above it, from the top down.
    pub fn units(&self) -> Vec<String> {
        let mut units = BTreeSet::new();
        for object in &self.objects {
            let parts: Vec<&str> = object.unit.split('/').filter(|part| !part.is_empty()).collect();
            units.extend((1..=parts.len()).map(|depth| parts[..depth].join("/")));
        }
        // Sorted, a unit comes before those below it.
        units.into_iter().collect()
    }

    /// Writes everything as LDIF (RFC 2849), units first.
    pub fn write_ldif(&self, flavour: Flavour, base: &str, out: &mut impl Write) -> io::Result<()> {
        for unit in self.units() {
            write_entry(out, &unit_dn(&unit, base), &attributes::of_unit())?;
        }
        for object in &self.objects {
            write_entry(
                out,
                &object.dn(base),
                &attributes::of_object(object, flavour, base),
            )?;
        }
        Ok(())
    }
}

/// The attributes of an entry that is about to be added.
type Attributes = Vec<(&'static str, Vec<String>)>;

fn write_entry(out: &mut impl Write, dn: &str, attributes: &Attributes) -> io::Result<()> {
    write_line(out, "dn", dn)?;
    for (name, values) in attributes {
        for value in values {
            write_line(out, name, value)?;
        }
    }
    writeln!(out)
}

fn write_line(out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    let plain = value.bytes().all(|byte| (0x20..0x7f).contains(&byte))
        && !value.starts_with([' ', ':', '<'])
        && !value.ends_with(' ');
    if plain {
        writeln!(out, "{name}: {value}")
    } else {
        writeln!(out, "{name}:: {}", BASE64.encode(value))
    }
}

#[cfg(test)]
mod tests;
