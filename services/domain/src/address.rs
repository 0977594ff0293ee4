//! E-mail addresses and the domains they are in, normalised so that equal ones are equal bytes.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use unicode_normalization::UnicodeNormalization;

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
    /// Where the `@` is; an address is shorter than 255 octets.
    at: u8,
}

/// Why a text is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// There is nothing before an `@`, or no `@`.
    #[error("expected a local part, `@` and a domain")]
    Incomplete,
    /// The part before the `@` is neither a dot-atom nor one extended by RFC 6531.
    #[error(
        "expected letters, digits and !#$%&'*+/=?^_`{{|}}~- before the `@`, in parts joined by single dots"
    )]
    LocalPart,
    /// The part before the `@` is too long.
    #[error("expected at most 64 octets before the `@`")]
    LocalPartTooLong,
    /// The part after the `@` is no domain name.
    #[error(transparent)]
    Domain(#[from] InvalidDomainName),
    /// The whole is too long.
    #[error("expected at most 254 octets in all")]
    TooLong,
}

impl Address {
    /// Normalises an address: trimmed, lower-cased, local part in NFC, domain as A-labels (IDNA 2008).
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidAddress::Incomplete)?;
        let local = normalise_local(local)?;
        let domain = domain::normalise(domain)?;
        let length = local.len() + 1 + domain.len();
        if length > MAX_ADDRESS {
            return Err(InvalidAddress::TooLong);
        }
        let at = u8::try_from(local.len()).map_err(|_| InvalidAddress::LocalPartTooLong)?;
        let mut text = String::with_capacity(length);
        text.push_str(&local);
        text.push('@');
        text.push_str(&domain);
        Ok(Self {
            text: text.into(),
            at,
        })
    }

    /// An address from the text of another one, as the arenas of this crate store it.
    pub(crate) fn from_normalised(text: &str, at: u8) -> Self {
        Self {
            text: text.into(),
            at,
        }
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

fn normalise_local(local: &str) -> Result<Cow<'_, str>, InvalidAddress> {
    if local.is_empty() {
        return Err(InvalidAddress::Incomplete);
    }
    let local = if !local.is_ascii() {
        Cow::Owned(local.to_lowercase().nfc().collect())
    } else if local.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(local.to_ascii_lowercase())
    } else {
        Cow::Borrowed(local)
    };
    if !is_dot_atom(&local) {
        return Err(InvalidAddress::LocalPart);
    }
    if local.len() > MAX_LOCAL {
        return Err(InvalidAddress::LocalPartTooLong);
    }
    Ok(local)
}

/// A dot-atom of RFC 5322, in which RFC 6531 allows any character beyond ASCII. Controls and white space
/// beyond ASCII are refused nevertheless: nobody could tell or type such an address.
fn is_dot_atom(local: &str) -> bool {
    let mut after_dot = true;
    for c in local.chars() {
        let fits = match c {
            '.' => !after_dot,
            c if c.is_ascii() => is_atext(c),
            c => !c.is_control() && !c.is_whitespace(),
        };
        if !fits {
            return false;
        }
        after_dot = c == '.';
    }
    !after_dot
}

fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

/// Shows bytes as text, those that are no text (UTF-8) as `\xNN`.
pub fn escape_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str("\\x");
            for digit in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(digit.into(), 16).map(|d| d.to_ascii_uppercase()));
            }
        }
    }
    text
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
