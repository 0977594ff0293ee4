//! Search filters (RFC 4515): checked when a customer saves one, and composed with what Rollcall asks for.
//!
//! Three habits of Active Directory's administrators are accepted: space between components, a component that needs no
//! parentheses to be understood (`mail=*`, `(!mail=*)`), and a DN as a value with its own escapes
//! (`memberOf=CN=Staff\, all,DC=corp`). What is shown, stored and sent is the canonical form, which knows none of them.

use crate::attribute::{AddressAttributes, AttributeDescription};

mod build;
mod display;
mod parse;

pub use crate::syntax::SyntaxError as FilterError;
pub use build::{BuildFilter, build};

/// A search filter. Its `Display` is the canonical form, which reads back as the same filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of them match; at least one.
    And(Vec<Filter>),
    /// One of them matches; at least one.
    Or(Vec<Filter>),
    /// It does not match.
    Not(Box<Filter>),
    /// The attribute has a value.
    Present(AttributeDescription),
    /// A value of the attribute compares so with the given one.
    Compare(AttributeDescription, Comparison, Vec<u8>),
    /// A value of the attribute consists of these parts in this order.
    Substrings(AttributeDescription, Substrings),
    /// A value matches by a rule that the filter names.
    Extensible(Extensible),
}

/// Kinds of comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `~=`
    Approximate,
    /// `>=`
    GreaterOrEqual,
    /// `<=`
    LessOrEqual,
}

/// Parts of a value, with anything between them. No part is empty, and there is one at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substrings {
    /// Beginning of the value, unless any may come first.
    pub initial: Option<Vec<u8>>,
    /// Further parts, in this order.
    pub any: Vec<Vec<u8>>,
    /// End of the value, unless any may come last.
    pub last: Option<Vec<u8>>,
}

/// An extensible match, such as `(userAccountControl:1.2.840.113556.1.4.803:=2)`. It names an attribute, a
/// matching rule, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extensible {
    /// The attribute; without one, all that the rule applies to.
    pub attribute: Option<AttributeDescription>,
    /// The attributes of the entry's DN count too.
    pub dn_attributes: bool,
    /// The matching rule; without one, the attribute's equality.
    pub rule: Option<String>,
    /// The value to match.
    pub value: Vec<u8>,
}

impl Filter {
    /// Deepest nesting of components: far deeper than any person writes, and harmless to read.
    pub const MAX_DEPTH: usize = 64;

    /// True if it asks for an attribute of this name.
    pub fn mentions(&self, name: &str) -> bool {
        self.attributes()
            .iter()
            .any(|attribute| attribute.as_str().eq_ignore_ascii_case(name))
    }

    /// The attributes that it asks for, each as often as it does.
    pub fn attributes(&self) -> Vec<&AttributeDescription> {
        let mut attributes = Vec::new();
        self.collect_attributes(&mut attributes);
        attributes
    }

    fn collect_attributes<'a>(&'a self, into: &mut Vec<&'a AttributeDescription>) {
        match self {
            Self::And(filters) | Self::Or(filters) => {
                for filter in filters {
                    filter.collect_attributes(into);
                }
            }
            Self::Not(filter) => filter.collect_attributes(into),
            Self::Present(attribute) | Self::Compare(attribute, ..) | Self::Substrings(attribute, _) => {
                into.push(attribute);
            }
            Self::Extensible(extensible) => into.extend(&extensible.attribute),
        }
    }

    /// Reads a filter; an error says where it is wrong and what was expected.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::filter(text)
    }
}

/// The filter that is sent: the customer's, and at least one of the attributes that carry addresses.
pub fn compose(filter: Option<&Filter>, attributes: &AddressAttributes) -> String {
    let carries_addresses = Filter::Or(attributes.iter().cloned().map(Filter::Present).collect());
    match filter {
        None => carries_addresses.to_string(),
        Some(filter) => format!("(&{filter}{carries_addresses})"),
    }
}

#[cfg(test)]
mod tests;
