//! Domain names as A-labels (IDNA 2008).

use std::borrow::{Borrow, Cow};
use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use unicode_normalization::char::is_combining_mark;

use crate::invisible::is_invisible;

use super::Address;

/// The longest domain name, without the dot of the root, and the longest label in it (RFC 1035 2.3.4).
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

/// A domain name in lower case, as A-labels, without the dot of the root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(Box<str>);

/// A text that is no domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct InvalidDomainName;

impl DomainName {
    /// Normalises a domain name: without ASCII blanks around it, in lower case, as A-labels (IDNA 2008).
    pub fn parse(text: &str) -> Result<Self, InvalidDomainName> {
        Ok(Self(normalise(trim_blanks(text))?.into()))
    }

    /// The domain of an address.
    pub fn of(address: &Address) -> Self {
        Self(address.domain().into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as people write it, where that differs: with its U-labels.
    pub fn to_unicode(&self) -> Option<String> {
        let (unicode, valid) =
            Uts46::new().to_unicode(self.0.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
        valid.ok()?;
        (*unicode != *self.0).then(|| unicode.into_owned())
    }
}

/// All that separates labels (UTS 46 section 2.3).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// A domain name in lower case, as A-labels. A name of plain letters, digits and hyphens, as nearly all are,
/// is but lower-cased.
pub(super) fn normalise(name: &str) -> Result<Cow<'_, str>, InvalidDomainName> {
    if !is_plain(name) {
        // IDNA takes more than its share of time for labels that are too long, and no such label can be valid: each
        // character, of at most four bytes, becomes at least one letter, unless up to three of them compose.
        let is_too_long = |label: &str| label.len() > MAX_LABEL * 12;
        if name.len() > MAX_DOMAIN * 12 || name.split(DOTS).any(is_too_long) {
            return Err(InvalidDomainName);
        }
        return to_a_labels(name).map(Cow::Owned);
    }
    if name.len() > MAX_DOMAIN {
        return Err(InvalidDomainName);
    }
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        return Ok(Cow::Owned(name.to_ascii_lowercase()));
    }
    Ok(Cow::Borrowed(name))
}

/// True if each label is letters and digits with single inner hyphens, which the rules of IDNA leave unchanged. Labels
/// with two hyphens in a row, `xn--` among them, are left to [`to_a_labels`].
fn is_plain(name: &str) -> bool {
    let mut label = 0;
    let mut last = b'.';
    for byte in name.bytes() {
        match byte {
            b'.' | b'-' if last == b'.' || last == b'-' => return false,
            b'.' => label = 0,
            b'-' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' if label < MAX_LABEL => label += 1,
            _ => return false,
        }
        last = byte;
    }
    last != b'.' && last != b'-'
}

/// The text without ASCII blanks at its ends. Others cannot be told from nothing, and are refused.
pub(super) fn trim_blanks(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace())
}

/// True for an invisible character that has no place in a domain name. UTS 46 maps most of them to nothing, and the name
/// would be another one than stands there. Joiners are left to the contextual rules of IDNA 2008 (RFC 5892 appendix A).
fn is_stray(c: char) -> bool {
    !matches!(c, '\u{200c}' | '\u{200d}') && is_invisible(c)
}

pub(super) fn to_a_labels(name: &str) -> Result<String, InvalidDomainName> {
    if name.chars().any(is_stray) {
        return Err(InvalidDomainName);
    }
    let processor = Uts46::new();
    let ascii = processor
        .to_ascii(
            name.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::Check,
            DnsLength::Verify,
        )
        .map_err(|_| InvalidDomainName)?;
    if ascii.contains("xn--") {
        let (unicode, valid) = processor.to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
        if valid.is_err() || !unicode.chars().all(is_of_idna_2008) {
            return Err(InvalidDomainName);
        }
    }
    Ok(ascii.into_owned())
}

/// True if IDNA 2008 (RFC 5892) allows a character in a label. UTS 46, which does the mapping, is laxer: it lets
/// symbols pass, such as emoji.
fn is_of_idna_2008(c: char) -> bool {
    c.is_alphanumeric()
        || is_combining_mark(c)
        || matches!(c, '.' | '-')
        // Signs that RFC 5892 (2.6) admits by name: joiners, middle dots, keraia, geresh, Sindhi and Tibetan marks.
        || matches!(c, '\u{200c}' | '\u{200d}' | '\u{b7}' | '\u{30fb}' | '\u{375}' | '\u{5f3}' | '\u{5f4}')
        || matches!(c, '\u{6fd}' | '\u{6fe}' | '\u{f0b}')
}

impl AsRef<str> for DomainName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for DomainName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
