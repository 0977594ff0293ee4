//! The prefixes of proxy addresses that stand before e-mail addresses: one list for reading them and for building filters.

/// A prefix, without its colon.
#[derive(Debug)]
pub(crate) struct Prefix {
    /// In lower case. A value may spell it in any case.
    pub name: &'static str,
    /// The spelling before an object's primary address.
    primary: &'static str,
}

/// The prefixes. A value with any other is not an e-mail address.
pub(crate) const PREFIXES: &[Prefix] = &[Prefix {
    name: "smtp",
    primary: "SMTP",
}];

impl Prefix {
    /// The one that is spelled so.
    pub(super) fn spelled(text: &[u8]) -> Option<&'static Self> {
        PREFIXES
            .iter()
            .find(|prefix| prefix.name.as_bytes().eq_ignore_ascii_case(text))
    }

    /// True if this spelling of it marks the primary address.
    pub(super) fn is_primary(&self, text: &[u8]) -> bool {
        self.primary.as_bytes() == text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_known_in_any_case_and_primary_in_one() {
        for (text, is_primary) in [(&b"SMTP"[..], true), (b"smtp", false), (b"Smtp", false)] {
            let prefix = Prefix::spelled(text).unwrap();
            assert_eq!(prefix.is_primary(text), is_primary);
        }
        assert!(Prefix::spelled(b"X500").is_none() && Prefix::spelled(b"").is_none());
    }

    #[test]
    fn every_prefix_is_listed_as_filters_spell_it() {
        for prefix in PREFIXES {
            assert_eq!(prefix.name, prefix.name.to_ascii_lowercase());
            assert!(prefix.primary.eq_ignore_ascii_case(prefix.name));
        }
    }
}
