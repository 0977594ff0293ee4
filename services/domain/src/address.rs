//! E-mail addresses and the domains they are in, normalised so that equal ones are equal bytes.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::invisible::has_invisible;

pub use domain::{DomainName, InvalidDomainName};

mod domain;

/// The longest address that SMTP can carry: a path of 256 octets, less its angle brackets (RFC 5321 4.5.3.1.3).
const MAX_ADDRESS: usize = 254;
/// The longest local part (RFC 5321 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// An e-mail address in lower case, its local part in NFC, its domain as A-labels.
///
/// Addresses are equal, ordered and hashed by these bytes.
#[derive(Clone)]
pub struct Address {
    text: Box<str>,
    /// Offset of the `@`. An address is shorter than 255 octets.
    at: u8,
}

/// Reasons why a text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// There is nothing before an `@`, or no `@`.
    Incomplete,
    /// The part before the `@` is neither a dot-atom nor one extended by RFC 6531.
    LocalPart,
    /// The part before the `@` has a character that cannot be seen.
    Invisible,
    /// The part before the `@` is too long.
    LocalPartTooLong,
    /// The part after the `@` is no domain name.
    Domain(InvalidDomainName),
    /// The whole is too long.
    TooLong,
}

impl From<InvalidDomainName> for InvalidAddress {
    fn from(error: InvalidDomainName) -> Self {
        Self::Domain(error)
    }
}

impl Address {
    /// Normalises an address: without ASCII blanks around it, lower-cased, local part in NFC, domain as A-labels (IDNA 2008).
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let (local, domain) = domain::trim_blanks(text)
            .rsplit_once('@')
            .ok_or(InvalidAddress::Incomplete)?;
        let mut text = String::with_capacity(local.len() + 1 + domain.len());
        push_local(&mut text, local)?;
        let at = u8::try_from(text.len()).map_err(|_| InvalidAddress::LocalPartTooLong)?;
        text.push('@');
        text.push_str(&domain::normalise(domain)?);
        if text.len() > MAX_ADDRESS {
            return Err(InvalidAddress::TooLong);
        }
        Ok(Self {
            text: text.into(),
            at,
        })
    }

    /// Puts an address together again that was taken apart: its normalised text, and where its `@` is.
    pub(crate) fn from_normalised(text: &str, at: u8) -> Self {
        Self {
            text: text.into(),
            at,
        }
    }

    /// An address that was normalised before it was stored, read without normalising it again: a stricter rule for new
    /// addresses leaves stored ones readable. `None` for a text that is none.
    pub fn from_stored(text: &str) -> Option<Self> {
        let at = text.rfind('@')?;
        Some(Self::from_normalised(text, u8::try_from(at).ok()?))
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The username portion: what stands before the `@`.
    pub fn local(&self) -> &str {
        &self.text[..usize::from(self.at)]
    }

    /// The domain, as A-labels.
    pub fn domain(&self) -> &str {
        &self.text[usize::from(self.at) + 1..]
    }
}

fn push_local(text: &mut String, local: &str) -> Result<(), InvalidAddress> {
    if local.is_empty() {
        return Err(InvalidAddress::Incomplete);
    }
    if local.is_ascii() {
        text.push_str(local);
        text.make_ascii_lowercase();
    } else {
        text.extend(local.to_lowercase().nfc());
    }
    if !is_dot_atom(text.as_bytes()) {
        return Err(InvalidAddress::LocalPart);
    }
    if !local.is_ascii() && is_unclear(text) {
        return Err(InvalidAddress::Invisible);
    }
    if text.len() > MAX_LOCAL {
        return Err(InvalidAddress::LocalPartTooLong);
    }
    Ok(())
}

/// A dot-atom of RFC 5322, in which RFC 6531 allows any character beyond ASCII.
fn is_dot_atom(local: &[u8]) -> bool {
    let mut previous = b'.';
    for byte in local.iter().copied() {
        let fits = if byte == b'.' {
            previous != b'.'
        } else {
            is_atext(byte)
        };
        if !fits {
            return false;
        }
        previous = byte;
    }
    previous != b'.'
}

#[rustfmt::skip]
fn is_atext(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 0x80..
        | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'/'
        | b'=' | b'?' | b'^' | b'_' | b'`' | b'{' | b'|' | b'}' | b'~')
}

/// True if a local part has an invisible character, or begins with a mark that has nothing to combine with. RFC 6531 would
/// let them pass, but a person could neither see nor enter such an address.
fn is_unclear(local: &str) -> bool {
    local.chars().next().is_some_and(is_combining_mark) || has_invisible(local)
}

impl AsRef<str> for Address {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl Borrow<str> for Address {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({:?})", self.text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Address {}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

#[cfg(test)]
mod tests;
