//! Attribute descriptions (RFC 4512 section 2.5), and the attributes that carry a tenant's addresses.

use std::fmt;

use crate::syntax::{Cursor, Expected, SyntaxError, is_keychar};

mod permitted;

pub use permitted::{InvalidPermitted, NotPermitted, PermittedAttributes};

/// The attribute that carries addresses unless the settings name others. Its values have prefixes.
pub const PROXY_ADDRESSES: &str = "proxyAddresses";

/// The name or object identifier of an attribute, with its options, such as `mail` or `cn;lang-de`.
///
/// It is kept as it was written, and compared whatever the case.
#[derive(Clone, Debug)]
pub struct AttributeDescription(Box<str>);

impl AttributeDescription {
    /// Checks the text; an error says where it is wrong.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let mut cursor = Cursor::new(text);
        let attribute = Self::parse_at(&mut cursor)?;
        match cursor.peek() {
            None => Ok(attribute),
            Some(_) => Err(cursor.error(Expected::EndOfAttribute)),
        }
    }

    /// An attribute that we name ourselves.
    pub(crate) fn known(name: &str) -> Self {
        Self(name.into())
    }

    /// Reads as much as belongs to an attribute description.
    pub(crate) fn parse_at(cursor: &mut Cursor<'_>) -> Result<Self, SyntaxError> {
        let start = cursor.offset();
        cursor.oid(Expected::Attribute)?;
        while cursor.eat(';') {
            if cursor.eat_while(is_keychar).is_empty() {
                return Err(cursor.error(Expected::Option));
            }
        }
        Ok(Self(cursor.since(start).into()))
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The attribute without its options.
    pub fn name(&self) -> &str {
        self.0.split(';').next().unwrap_or_default()
    }

    /// True if the attribute is named by its object identifier. A server may answer it under its name.
    pub fn is_numeric(&self) -> bool {
        self.0.starts_with(|c: char| c.is_ascii_digit())
    }

    /// True if this description asked for an answer described as `description`: the same attribute, with at least these
    /// options. Servers add options of their own, such as `range=0-1499`.
    pub fn covers(&self, description: &str) -> bool {
        // Almost always the server repeats what it was asked.
        self.0.eq_ignore_ascii_case(description) || {
            let mut wanted = self.0.split(';');
            let mut answered = description.split(';');
            let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
            same(
                wanted.next().unwrap_or_default(),
                answered.next().unwrap_or_default(),
            ) && wanted.all(|option| answered.clone().any(|other| same(option, other)))
        }
    }
}

impl PartialEq for AttributeDescription {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for AttributeDescription {}

impl fmt::Display for AttributeDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The attributes that carry a tenant's addresses, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressAttributes {
    all: Vec<AttributeDescription>,
    /// The index of the one that claims primary addresses as `mail` does.
    primary: Option<usize>,
}

/// An attribute that was to claim primary addresses is none of those that carry addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct NotAnAddressAttribute;

/// One of the attributes is not named properly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("attribute {index}: {source}")]
pub struct InvalidAttribute {
    /// Index of the attribute, from 0.
    pub index: usize,
    /// Position and reason of the error.
    pub source: SyntaxError,
}

impl AddressAttributes {
    /// Checks the names. Without any name, the list is only `proxyAddresses`.
    pub fn parse<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Result<Self, InvalidAttribute> {
        let mut attributes = Vec::new();
        for (index, name) in names.into_iter().enumerate() {
            let attribute = AttributeDescription::parse(name.as_ref())
                .map_err(|source| InvalidAttribute { index, source })?;
            if !attributes.contains(&attribute) {
                attributes.push(attribute);
            }
        }
        Ok(if attributes.is_empty() {
            Self::default()
        } else {
            Self {
                all: attributes,
                primary: None,
            }
        })
    }

    /// The same attributes, of which the one with this name claims primary addresses as `mail` does.
    pub fn with_primary(mut self, name: &str) -> Result<Self, NotAnAddressAttribute> {
        let is_named = |attribute: &AttributeDescription| attribute.as_str().eq_ignore_ascii_case(name);
        self.primary = Some(self.all.iter().position(is_named).ok_or(NotAnAddressAttribute)?);
        Ok(self)
    }

    /// The attribute that claims primary addresses as `mail` does, if one was named.
    pub fn primary(&self) -> Option<&AttributeDescription> {
        self.primary.and_then(|index| self.all.get(index))
    }

    /// The attributes, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &AttributeDescription> {
        self.all.iter()
    }

    /// True if a server's answer described as `description` carries addresses.
    pub fn cover(&self, description: &str) -> bool {
        self.covering(description).is_some()
    }

    /// The attribute that asked for a server's answer described as `description`, if any did.
    pub(crate) fn covering(&self, description: &str) -> Option<&AttributeDescription> {
        self.all.iter().find(|attribute| attribute.covers(description))
    }
}

impl Default for AddressAttributes {
    fn default() -> Self {
        Self {
            all: vec![AttributeDescription(PROXY_ADDRESSES.into())],
            primary: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_a_name_or_an_object_identifier_with_options() {
        for good in [
            "mail",
            "proxyAddresses",
            "cn;lang-de;binary",
            "x-1",
            "2.5.4.3",
            "0.9.2342.19200300.100.1.3",
        ] {
            assert_eq!(AttributeDescription::parse(good).unwrap().as_str(), good);
        }
        assert!(AttributeDescription::parse("2.5.4.3").unwrap().is_numeric());
    }

    #[test]
    fn an_error_says_where_and_what_was_expected() {
        for (text, position, expected) in [
            ("", 0, "Expected an attribute, such as `mail`, but found the end."),
            (
                " mail",
                0,
                "Expected an attribute, such as `mail`, but found ` `.",
            ),
            (
                "ma il",
                2,
                "Expected letters, digits or hyphens, or `;` and an option, but found ` `.",
            ),
            (
                "größe",
                2,
                "Expected letters, digits or hyphens, or `;` and an option, but found `ö`.",
            ),
            (
                "mail;",
                5,
                "Expected an option of the attribute, in letters, digits or hyphens, but found the end.",
            ),
            (
                "2",
                1,
                "Expected `.` and a further number of the object identifier, but found the end.",
            ),
            (
                "2.05",
                2,
                "Expected a number without leading zeros, but found `0`.",
            ),
            (
                "2.",
                2,
                "Expected a number without leading zeros, but found the end.",
            ),
        ] {
            let error = AttributeDescription::parse(text).unwrap_err();
            assert_eq!(
                (error.position, error.message().as_str()),
                (position, expected),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_servers_answer_is_recognised_whatever_the_case_and_with_further_options() {
        let attributes = AddressAttributes::parse(["proxyAddresses", "mail;lang-de"]).unwrap();
        for yes in [
            "proxyaddresses",
            "proxyAddresses;range=0-1499",
            "MAIL;x-y;LANG-DE",
        ] {
            assert!(attributes.cover(yes), "{yes}");
        }
        for no in ["mail", "mail;lang-en", "proxyAddress", ""] {
            assert!(!attributes.cover(no), "{no}");
        }
    }

    #[test]
    fn the_primary_attribute_is_one_of_those_that_carry_addresses() {
        let attributes = AddressAttributes::parse(["proxyAddresses", "mail"]).unwrap();
        assert_eq!(attributes.primary(), None);
        assert_eq!(
            attributes
                .clone()
                .with_primary("MAIL")
                .unwrap()
                .primary()
                .map(AttributeDescription::as_str),
            Some("mail")
        );
        assert_eq!(attributes.with_primary("cn"), Err(NotAnAddressAttribute));
    }

    #[test]
    fn proxy_addresses_is_the_default_and_a_name_given_twice_counts_once() {
        let names = |a: &AddressAttributes| a.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            names(&AddressAttributes::parse([""; 0]).unwrap()),
            ["proxyAddresses"]
        );
        assert_eq!(
            names(&AddressAttributes::parse(["mail", "Mail", "cn"]).unwrap()),
            ["mail", "cn"]
        );
        assert_eq!(AddressAttributes::parse(["mail", "x y"]).unwrap_err().index, 1);
    }
}
