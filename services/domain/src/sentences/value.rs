//! Errors of single values: what an address, a domain, an id, a schedule, a filter or a DN must look like.

use std::fmt;

use crate::{
    address::{InvalidAddress, InvalidDomainName},
    attribute::NotAnAddressAttribute,
    id::{IdKind, InvalidId},
    invisible::{CodePoint, is_invisible},
    schedule::InvalidHours,
    syntax::{Expected, SyntaxError},
    time_zone::UnknownTimeZone,
};

impl fmt::Display for InvalidAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Incomplete => "expected a local part, `@` and a domain",
            Self::LocalPart => {
                "expected letters, digits and !#$%&'*+/=?^_`{|}~- before the `@`, in parts joined by single dots"
            }
            Self::Invisible => {
                "expected only characters that can be seen before the `@` (no zero-width, direction or other invisible \
                 characters)"
            }
            Self::LocalPartTooLong => "expected at most 64 octets before the `@`",
            Self::Domain(error) => return error.fmt(f),
            Self::TooLong => "expected at most 254 octets in all",
        })
    }
}

impl fmt::Display for InvalidDomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected a domain name: labels of letters, digits and inner hyphens, joined by dots, each of at most 63 \
             octets and 253 in all",
        )
    }
}

impl fmt::Display for NotAnAddressAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one of the attributes that carry addresses")
    }
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            IdKind::Tenant => {
                "expected 1 to 64 letters, digits, dots, underscores or hyphens (A-Z a-z 0-9 . _ -)"
            }
            IdKind::Uuid => "expected a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057",
            IdKind::Object => "expected the canonical text of an object's id",
        })
    }
}

impl fmt::Display for InvalidHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a whole number of hours from 1 to 24, or 0 for no schedule")
    }
}

impl fmt::Display for UnknownTimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the IANA name of a time zone, such as `Europe/Berlin` or `UTC`")
    }
}

/// The message with its position.
impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at character {})", self.message(), self.position)
    }
}

impl SyntaxError {
    /// Sentence that says what was expected and what was found.
    pub fn message(&self) -> String {
        let found = match self.found {
            None => "the end".to_owned(),
            Some('`') => "a backtick".to_owned(),
            Some(c) if c.is_control() => format!("the control character {}", CodePoint(c)),
            Some(c) if is_invisible(c) => format!("the invisible character {}", CodePoint(c)),
            Some(c) => format!("`{c}`"),
        };
        format!("Expected {}, but found {found}.", self.expected)
    }
}

/// Part of a sentence, after "Expected".
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Symbol(symbol) => return write!(f, "`{symbol}`"),
            Self::HexPair => "two hexadecimal digits",
            Self::FilterEscape => {
                r"two hexadecimal digits (in a value, `\` is written `\5c`, and `\,` in a DN `\5c,`)"
            }
            Self::FurtherNumber => "`.` and a further number of the object identifier",
            Self::Number => "a number without leading zeros",
            Self::Attribute => "an attribute, such as `mail`",
            Self::Option => "an option of the attribute, in letters, digits or hyphens",
            Self::EndOfAttribute => "letters, digits or hyphens, or `;` and an option",
            Self::EndOfFilter => {
                "the end of the filter (several components are joined as `(&(…)(…))` or `(|(…)(…))`)"
            }
            Self::EndOfComponent => {
                r"`)` (in a value, `*` is written `\2a`, `(` `\28`, `)` `\29` and `\` `\5c`)"
            }
            Self::EndOfList => "`(` and a further component, or `)`",
            Self::Levels(most) => return write!(f, "at most {most} levels of parentheses"),
            Self::Operator => "`=`, `~=`, `>=`, `<=` or `:=`",
            Self::RuleOrNot => "`:=`, or `:` and a matching rule",
            Self::Rule => "`=`, `dn` or a matching rule, such as `1.2.840.113556.1.4.803`",
            Self::RuleNotDn => "a matching rule whose name does not begin with `dn`",
            Self::RuleNeeded => "a matching rule, since no attribute is named",
            Self::DnAttribute => "an attribute, such as `OU`",
            Self::NextPart => {
                r"`,` and the next part (in a value, write `\` before `,` `+` `;` `<` `>` and quotes)"
            }
            Self::Escaped => "two hexadecimal digits or the character that is escaped",
        })
    }
}
