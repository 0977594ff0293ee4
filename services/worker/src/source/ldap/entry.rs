//! Search entries, decoded from the result of the LDAP library, whatever they contain.

use lber::{
    common::TagClass,
    structure::{PL, StructureTag},
};
use rollcall_domain::{
    AddressAttributes, escape_bytes,
    reading::{EntryReader, ReadEntry},
};

use super::{bounds::Excess, error::DirectoryError, limits::Limits};
use crate::source::{
    bounds::{Crossed, ShownName},
    collect::MAX_DN_BYTES,
};

#[cfg(test)]
mod tests;

const SEARCH_RESULT_ENTRY: u64 = 4;
/// Memory of a value or an attribute besides its bytes.
const OVERHEAD_BYTES: usize = 32;

/// One entry as a server answers it.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// DN of the entry, with `\xNN` for bytes that are not text.
    pub dn: String,
    /// Requested attributes that it has.
    pub attributes: Vec<Attribute>,
}

/// An attribute's values, or some of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name and options, but for a range.
    pub description: String,
    /// Range of the values, if they are not all.
    pub range: Option<ValueRange>,
    /// In no order.
    pub values: Vec<Vec<u8>>,
}

/// Range of the values in an answer: `range=0-1499`, or `range=1500-*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueRange {
    /// The first, from 0.
    pub first: usize,
    /// The last; `None`: to the end.
    pub last: Option<usize>,
}

impl ValueRange {
    /// Reads an option of a description; `None` if it is another one.
    fn of_option(option: &str) -> Option<Result<Self, DirectoryError>> {
        let (key, range) = option.split_once('=')?;
        if !key.trim().eq_ignore_ascii_case("range") {
            return None;
        }
        // A blank belongs to no option (RFC 4512, section 2.5).
        let range = if key.len() == "range".len() { range } else { "" };
        // If they were taken for all values, the missing ones would count as absent.
        let unreadable = || {
            let option = ShownName::new(option.as_bytes());
            DirectoryError::Incomplete(format!(
                "the server answers values in a range that cannot be read: {option}"
            ))
        };
        Some(Self::parse(range).ok_or_else(unreadable))
    }

    fn parse(range: &str) -> Option<Self> {
        let (first, last) = range.split_once('-')?;
        let last = if last == "*" {
            None
        } else {
            Some(last.parse().ok()?)
        };
        Some(Self {
            first: first.parse().ok()?,
            last,
        })
    }
}

impl Entry {
    /// Decodes what a search answered.
    pub fn decode(tag: StructureTag, limits: &Limits) -> Result<Self, DirectoryError> {
        if tag.class != TagClass::Application || tag.id != SEARCH_RESULT_ENTRY {
            return Err(DirectoryError::Entry("it is another message"));
        }
        let mut parts = constructed(tag, "it has no parts")?.into_iter();
        let dn = primitive(parts.next(), "it has no name")?;
        if dn.len() > MAX_DN_BYTES {
            let long = Crossed::NameBytes {
                entry: ShownName::new(&dn),
                bytes: dn.len(),
                limit: MAX_DN_BYTES,
            };
            return Err(Excess::from(long).into());
        }
        let attributes = constructed(
            parts
                .next()
                .ok_or(DirectoryError::Entry("it has no attributes"))?,
            "no attributes",
        )?;
        let mut entry = Self {
            dn: text(dn),
            attributes: Vec::with_capacity(attributes.len()),
        };
        let mut bytes = 0;
        for attribute in attributes {
            let attribute = Attribute::decode(attribute, &entry.dn, limits)?;
            bytes += attribute.bytes();
            entry.attributes.push(attribute);
            entry.check_bytes(bytes, limits)?;
        }
        Ok(entry)
    }

    /// The object that it is, with the addresses in these attributes.
    pub(crate) fn object(&self, addresses: &AddressAttributes) -> ReadEntry {
        let mut reader = EntryReader::new(addresses);
        for attribute in &self.attributes {
            reader.attribute(&attribute.description, &attribute.values);
        }
        reader.finish(self.dn.as_bytes())
    }

    /// Memory of its values.
    pub fn bytes(&self) -> usize {
        self.attributes.iter().map(Attribute::bytes).sum()
    }

    /// True if so many bytes, together with those of further ranges, are still accepted.
    pub(super) fn check_bytes(&self, bytes: usize, limits: &Limits) -> Result<(), Excess> {
        if bytes <= limits.entry_bytes {
            return Ok(());
        }
        Err(Excess::EntryBytes {
            entry: ShownName::new(self.dn.as_bytes()),
            limit: limits.entry_bytes,
        })
    }

    /// All values of the attribute of this name, whatever its options.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.name().eq_ignore_ascii_case(name))
            .flat_map(|attribute| attribute.values.iter().map(Vec::as_slice))
    }

    /// True if addresses must still be asked for. Of other attributes the first answer is enough.
    pub fn is_partial(&self, addresses: &AddressAttributes) -> bool {
        self.attributes
            .iter()
            .any(|attribute| attribute.is_partial() && addresses.cover(&attribute.description))
    }
}

impl Attribute {
    fn decode(tag: StructureTag, dn: &str, limits: &Limits) -> Result<Self, DirectoryError> {
        let mut parts = constructed(tag, "an attribute without parts")?.into_iter();
        let description = text(primitive(parts.next(), "an attribute without a name")?);
        let tags = constructed(
            parts
                .next()
                .ok_or(DirectoryError::Entry("an attribute without values"))?,
            "an attribute whose values are no set",
        )?;
        if tags.len() > limits.values {
            return Err(too_many_values(dn, &description, limits.values).into());
        }
        let mut values = Vec::with_capacity(tags.len());
        for tag in tags {
            let value = primitive(Some(tag), "a value that is no octet string")?;
            if value.len() > limits.value_bytes {
                return Err(Excess::ValueBytes {
                    entry: ShownName::new(dn.as_bytes()),
                    attribute: ShownName::new(description.as_bytes()),
                    bytes: value.len(),
                    limit: limits.value_bytes,
                }
                .into());
            }
            values.push(value);
        }
        let (description, range) = without_range(description)?;
        Ok(Self {
            description,
            range,
            values,
        })
    }

    /// The attribute's name, without options.
    pub fn name(&self) -> &str {
        self.description.split(';').next().unwrap_or_default()
    }

    /// Memory of the entry.
    pub(super) fn bytes(&self) -> usize {
        let values = self.values.iter().map(|value| value.len() + OVERHEAD_BYTES);
        values.sum::<usize>() + self.description.len() + OVERHEAD_BYTES
    }

    /// True if there are further values to ask for.
    pub fn is_partial(&self) -> bool {
        self.range
            .is_some_and(|range| range.first > 0 || range.last.is_some())
    }
}

/// Of an attribute of the entry of this name.
pub(super) fn too_many_values(dn: &str, attribute: &str, limit: usize) -> Excess {
    Excess::Values {
        entry: ShownName::new(dn.as_bytes()),
        attribute: ShownName::new(attribute.as_bytes()),
        limit,
    }
}

fn without_range(description: String) -> Result<(String, Option<ValueRange>), DirectoryError> {
    let Some(range) = description.split(';').skip(1).find_map(ValueRange::of_option) else {
        return Ok((description, None));
    };
    let kept: Vec<_> = description
        .split(';')
        .filter(|part| ValueRange::of_option(part).is_none())
        .collect();
    Ok((kept.join(";"), Some(range?)))
}

fn constructed(tag: StructureTag, otherwise: &'static str) -> Result<Vec<StructureTag>, DirectoryError> {
    tag.expect_constructed().ok_or(DirectoryError::Entry(otherwise))
}

fn primitive(tag: Option<StructureTag>, otherwise: &'static str) -> Result<Vec<u8>, DirectoryError> {
    match tag {
        Some(StructureTag {
            payload: PL::P(bytes),
            ..
        }) => Ok(bytes),
        _ => Err(DirectoryError::Entry(otherwise)),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| escape_bytes(error.as_bytes()))
}
