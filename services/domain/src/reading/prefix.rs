//! The prefixes of proxy addresses: one list for reading them and for building filters.

/// A prefix that stands before e-mail addresses, without its colon.
#[derive(Debug)]
pub(crate) struct Prefix {
    /// In lower case. A value may spell it in any case.
    pub name: &'static str,
    /// The spelling before an object's primary address.
    primary: &'static str,
}

/// The prefixes of e-mail addresses.
pub(crate) const PREFIXES: &[Prefix] = &[Prefix {
    name: "smtp",
    primary: "SMTP",
}];

/// The prefixes of other address spaces, in lower case: those that Exchange, Entra ID, Skype and the usual connectors and
/// gateways write. None stands before an e-mail address, even where its addresses look like one (`SIP`, `SPO`).
const OTHER_SPACES: &[&str] = &[
    "airsync", "ccmail", "eum", "ex", "fax", "gwise", "mhs", "ms", "msmail", "mstnef", "notes", "pager",
    "profs", "rfax", "sip", "sms", "snads", "spo", "tel", "x400", "x500",
];

/// The kind of address that a prefix stands before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressSpace {
    /// An e-mail address; primary, if the spelling says so.
    Email { primary: bool },
    /// An address for something else, such as X.400.
    Other,
    /// Nobody knows: a typing error, or a character that cannot be seen.
    Unknown,
}

impl AddressSpace {
    /// The one of a prefix, given without its colon and without blanks around it.
    pub(super) fn of(prefix: &[u8]) -> Self {
        let is = |name: &str| name.as_bytes().eq_ignore_ascii_case(prefix);
        if let Some(known) = PREFIXES.iter().find(|known| is(known.name)) {
            return Self::Email {
                primary: known.primary.as_bytes() == prefix,
            };
        }
        if OTHER_SPACES.iter().any(|name| is(name)) {
            Self::Other
        } else {
            Self::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_known_in_any_case_and_primary_in_one() {
        for (text, primary) in [(&b"SMTP"[..], true), (b"smtp", false), (b"Smtp", false)] {
            assert_eq!(AddressSpace::of(text), AddressSpace::Email { primary });
        }
        for text in [&b"X500"[..], b"x400", b"Sip", b"SPO", b"Notes"] {
            assert_eq!(AddressSpace::of(text), AddressSpace::Other);
        }
    }

    #[test]
    fn a_prefix_with_a_typing_error_or_an_invisible_character_is_unknown() {
        for text in [
            "stmp",
            "mailto",
            "",
            "smtp smtp",
            "\u{200b}SMTP",
            "SM\u{ad}TP",
            "X500\u{a0}",
        ] {
            assert_eq!(
                AddressSpace::of(text.as_bytes()),
                AddressSpace::Unknown,
                "{text:?}"
            );
        }
    }

    #[test]
    fn every_prefix_is_listed_once_and_as_filters_spell_it() {
        for prefix in PREFIXES {
            assert_eq!(prefix.name, prefix.name.to_ascii_lowercase());
            assert!(prefix.primary.eq_ignore_ascii_case(prefix.name));
            assert!(!OTHER_SPACES.contains(&prefix.name));
        }
        assert!(OTHER_SPACES.is_sorted_by(|one, next| one < next));
        for name in OTHER_SPACES {
            assert_eq!(*name, name.to_ascii_lowercase());
        }
    }
}
