//! Distinguished names (RFC 4514): a search base is checked, and an object without any other id is known by
//! its DN in normalised form.
//!
//! Space around commas, plus and equals signs is accepted, as directories accept it.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

mod display;
mod notation;
mod parse;
pub(crate) mod url;

pub use notation::{Notation, NotationKind};

pub use crate::syntax::SyntaxError as DnError;

/// A distinguished name. Its `Display` is RFC 4514, with only the escapes that are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dn {
    /// From the entry up to the root.
    rdns: Vec<Rdn>,
}

/// One step of a DN; more than one pair of attribute and value are joined by plus signs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rdn(Vec<Pair>);

/// An attribute and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    attribute: String,
    value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    /// Text in UTF-8, as nearly all are; servers may escape other bytes.
    Text(Vec<u8>),
    /// The BER encoding of a value that has no text, written after `#`.
    Ber(Vec<u8>),
}

impl Dn {
    /// Reads a DN; an error says where it is wrong and what was expected. The empty text is the root.
    pub fn parse(text: &str) -> Result<Self, DnError> {
        parse::dn(text)
    }

    /// True for the root, the DN without any part.
    pub fn is_root(&self) -> bool {
        self.rdns.is_empty()
    }

    /// The number of its steps from the root.
    pub(crate) fn depth(&self) -> usize {
        self.rdns.len()
    }

    /// The attributes and values of its first step, which its entry has too; `None` for the root, and where a value has
    /// no text.
    pub(crate) fn own_values(&self) -> Option<Vec<(&str, &[u8])>> {
        let pairs = self.rdns.first()?.0.iter();
        pairs
            .map(|pair| match &pair.value {
                Value::Text(text) => Some((pair.attribute.as_str(), text.as_slice())),
                Value::Ber(_) => None,
            })
            .collect()
    }

    /// True for a partition in which Active Directory keeps its own data: the configuration, the schema in it, or a
    /// domain's or forest's DNS zones (MS-ADTS section 6.1.1.1). None of them holds a mailbox.
    pub fn is_service_partition(&self) -> bool {
        let is = |step: usize, attribute: &str, name: &str| {
            self.rdns.get(step).is_some_and(|rdn| rdn.is(attribute, name))
        };
        is(0, "CN", "Configuration")
            || is(0, "CN", "Schema") && is(1, "CN", "Configuration")
            || is(0, "DC", "DomainDnsZones")
            || is(0, "DC", "ForestDnsZones")
    }

    /// True if this is `base` or lies below it, in any spelling of either.
    pub fn is_within(&self, base: &Self) -> bool {
        let Some(above) = self.rdns.len().checked_sub(base.rdns.len()) else {
            return false;
        };
        let same = |(own, other): (&Rdn, &Rdn)| own.normalised() == other.normalised();
        self.rdns[above..].iter().zip(&base.rdns).all(same)
    }

    /// A text that is the same for every way to write the DN: in lower case and NFC, runs of space as one,
    /// the pairs of a step in order.
    pub fn normalised(&self) -> String {
        let rdns = self.rdns.iter().map(Rdn::normalised).collect();
        Self { rdns }.to_string()
    }
}

impl Rdn {
    /// True for a step of this one attribute and value.
    fn is(&self, attribute: &str, name: &str) -> bool {
        match &self.0[..] {
            [pair] => {
                pair.attribute.eq_ignore_ascii_case(attribute)
                    && matches!(&pair.value, Value::Text(text) if text.eq_ignore_ascii_case(name.as_bytes()))
            }
            _ => false,
        }
    }

    fn normalised(&self) -> Self {
        let mut pairs: Vec<_> = self.0.iter().map(Pair::normalised).collect();
        pairs.sort();
        Self(pairs)
    }
}

impl Pair {
    fn normalised(&self) -> Self {
        let value = match &self.value {
            Value::Text(bytes) => Value::Text(match std::str::from_utf8(bytes) {
                Ok(text) => folded(text).into_bytes(),
                Err(_) => bytes.clone(),
            }),
            ber @ Value::Ber(_) => ber.clone(),
        };
        Self {
            attribute: self.attribute.to_ascii_lowercase(),
            value,
        }
    }
}

fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.to_lowercase().nfc());
    }
    folded
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display::joined(f, ",", &self.rdns)
    }
}

#[cfg(test)]
mod tests;
