//! References to other servers (RFC 4511 section 4.5.3), as they are shown.

use lber::structure::{PL, StructureTag};
use rollcall_domain::left_out::{NameCollector, is_usual_reference};

use crate::source::bounds::ShownName;

/// References that searches met.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// The number of them.
    pub(crate) met: u64,
    /// The targets of those that not every domain of Active Directory gives.
    pub(crate) targets: NameCollector,
}

impl References {
    /// Notes a reference to `target`, an LDAP URL as it is shown.
    pub(crate) fn note(&mut self, target: String) {
        self.met += 1;
        if !target.is_empty() && !is_usual_reference(&target) {
            self.targets.add(target);
        }
    }
}

/// The first target of a search reference: the others are as good. It may be empty.
pub(super) fn target(reference: &StructureTag) -> String {
    let PL::C(targets) = &reference.payload else {
        return String::new();
    };
    match targets.first().map(|first| &first.payload) {
        Some(PL::P(target)) => named(target),
        _ => String::new(),
    }
}

/// A name or an LDAP URL of a server, as it is shown.
pub(super) fn shown(text: &str) -> String {
    named(text.as_bytes())
}

fn named(text: &[u8]) -> String {
    if text.is_empty() {
        return String::new();
    }
    ShownName::new(text).to_string()
}
