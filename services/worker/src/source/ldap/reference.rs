//! References to other servers (RFC 4511 section 4.5.3), as they are shown.

use crate::source::bounds::ShownName;
use lber::structure::{PL, StructureTag};

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
