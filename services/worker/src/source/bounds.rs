//! The bounds of what a directory may hold, and which of them it crossed.

use std::fmt;

use rollcall_domain::{
    failure::FailureCode,
    invisible::show_bytes,
    sentences::{connection_test::StepText, read},
};
use thiserror::Error;

/// Longest part of a name that is shown, in octets.
const MAX_SHOWN: usize = 256;

/// The name of an entry as it is shown: one line, and short however long the name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownName(String);

impl ShownName {
    /// Bytes that are no text are shown as `\xNN` and invisible characters as `\u{…}`: a direction, for one, would let a
    /// name rewrite the sentence around it.
    pub fn new(name: &[u8]) -> Self {
        let cut = name.len() > MAX_SHOWN;
        let mut text = show_bytes(name.get(..MAX_SHOWN).unwrap_or(name)).into_owned();
        if cut || text.len() > MAX_SHOWN {
            text.truncate(text.floor_char_boundary(MAX_SHOWN));
            text.push('…');
        }
        Self(text)
    }
}

impl fmt::Display for ShownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only the root DSE has an empty name.
        f.write_str(if self.0.is_empty() {
            "the root DSE"
        } else {
            &self.0
        })
    }
}

/// A bound that a read crossed. Each names what an operator may raise, if that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Crossed {
    /// The addresses that one object claims.
    #[error("{entry} claims {claims} addresses, and an object may claim {limit}")]
    Claims {
        /// The entry.
        entry: ShownName,
        /// The number of claims.
        claims: usize,
        /// The bound.
        limit: usize,
    },
    /// The length of a name.
    #[error("the entry {entry} has a distinguished name of {bytes} bytes, and {limit} are accepted")]
    NameBytes {
        /// The entry.
        entry: ShownName,
        /// The name's size.
        bytes: usize,
        /// The bound.
        limit: usize,
    },
    /// Size of an object in a message of ours.
    #[error("{entry} amounts to {bytes} bytes, and an object may have {limit}")]
    ObjectBytes {
        /// The entry.
        entry: ShownName,
        /// The object's size.
        bytes: usize,
        /// The bound.
        limit: usize,
    },
    /// The entries of one read.
    #[error("more than {0} entries (limits.entries)")]
    Entries(u64),
    /// The ids of objects that the directory no longer shows.
    #[error(
        "the ids of the {missing} objects that the directory no longer shows take more than a run may hold: {limit} \
         bytes (limits.run_bytes)"
    )]
    MissingObjects {
        /// The number of them until then.
        missing: usize,
        /// The bound.
        limit: usize,
    },
}

impl Crossed {
    /// The entry that is too large, as it is shown.
    pub(crate) fn entry(&self) -> Option<&ShownName> {
        match self {
            Self::Claims { entry, .. } | Self::NameBytes { entry, .. } | Self::ObjectBytes { entry, .. } => {
                Some(entry)
            }
            Self::Entries(_) | Self::MissingObjects { .. } => None,
        }
    }

    /// It in sentences for an administrator.
    pub(crate) fn sentences(&self) -> StepText {
        match self {
            Self::Claims { entry, limit, .. } => read::too_many_addresses(&entry.to_string(), *limit as u64),
            crossed => too_large(crossed.entry()),
        }
    }
}

/// More than is accepted came: of this entry, if it was one.
pub(crate) fn too_large(entry: Option<&ShownName>) -> StepText {
    match entry {
        Some(entry) => read::entry_too_large(&entry.to_string()),
        None => FailureCode::LimitExceeded.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_on_one_line_and_short_however_long_it_is() {
        let cases: [(&[u8], &str); 5] = [
            (b"CN=Ann,DC=corp", "CN=Ann,DC=corp"),
            (b"", "the root DSE"),
            (b"CN=a\nFAILED\xff", r"CN=a\u{a}FAILED\xFF"),
            ("CN=\u{202e}nna\u{85}".as_bytes(), r"CN=\u{202e}nna\u{85}"),
            ("CN=jürgen".as_bytes(), "CN=jürgen"),
        ];
        for (name, shown) in cases {
            assert_eq!(ShownName::new(name).to_string(), shown);
        }
        for long in ["n".repeat(1 << 20), "ü".repeat(1 << 20), "\u{7}".repeat(1 << 20)] {
            let shown = ShownName::new(long.as_bytes()).to_string();
            assert!(
                shown.len() <= MAX_SHOWN + '…'.len_utf8() && shown.ends_with('…'),
                "{shown}"
            );
        }
    }
}
