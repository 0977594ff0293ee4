//! The bounds of what a server may answer, and which of them it crossed.

use rollcall_domain::sentences::connection_test::StepText;
use thiserror::Error;

use crate::source::bounds::{Crossed, ShownName, too_large};

/// A bound that an answer crossed. Each names what an operator may raise, if that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Excess {
    /// A bound of every object, seen before the entry becomes one.
    #[error(transparent)]
    Object(#[from] Crossed),
    /// All values of an entry, over all ranges.
    #[error("{entry} holds more than {limit} bytes, over all its ranges (limits.entry_bytes)")]
    EntryBytes {
        /// The entry.
        entry: ShownName,
        /// The bound.
        limit: usize,
    },
    /// The values of an attribute.
    #[error("{entry} has more than {limit} values of {attribute} (limits.values)")]
    Values {
        /// The entry.
        entry: ShownName,
        /// The attribute.
        attribute: ShownName,
        /// The bound.
        limit: usize,
    },
    /// One value.
    #[error(
        "{entry} has a value of {attribute} with {bytes} bytes, and {limit} are accepted (limits.value_bytes)"
    )]
    ValueBytes {
        /// The entry.
        entry: ShownName,
        /// The attribute.
        attribute: ShownName,
        /// The value's size.
        bytes: usize,
        /// The bound.
        limit: usize,
    },
    /// Answers with the values of one entry.
    #[error("the values of {entry} come in more than {limit} ranges")]
    Ranges {
        /// The entry.
        entry: ShownName,
        /// The bound.
        limit: usize,
    },
    /// The entries of a search that must find only a few.
    #[error("more than {0} entries of a small search")]
    FewEntries(u64),
    /// References and intermediate responses of one search.
    #[error("more than {0} references and intermediate responses to one search")]
    Asides(u64),
    /// The entries of a page that must be read again.
    #[error("more than {0} bytes of names of entries whose values come in ranges, in one page")]
    Partial(usize),
    /// The pages of one search.
    #[error("more than {0} pages")]
    Pages(usize),
    /// Pages in a row without content.
    #[error("more than {0} pages in a row without an entry")]
    EmptyPages(usize),
    /// The cookie that a server gives with a page, to be returned for the next.
    #[error("a page cookie of {bytes} bytes, and {limit} are accepted")]
    Cookie {
        /// The cookie's size.
        bytes: usize,
        /// The bound.
        limit: usize,
    },
}

impl Excess {
    /// It in sentences for an administrator.
    pub(super) fn sentences(&self) -> StepText {
        match self {
            Self::Object(crossed) => crossed.sentences(),
            Self::EntryBytes { entry, .. }
            | Self::Values { entry, .. }
            | Self::ValueBytes { entry, .. }
            | Self::Ranges { entry, .. } => too_large(Some(entry)),
            Self::FewEntries(_)
            | Self::Asides(_)
            | Self::Partial(_)
            | Self::Pages(_)
            | Self::EmptyPages(_)
            | Self::Cookie { .. } => too_large(None),
        }
    }
}
