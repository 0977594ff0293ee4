//! Ids of objects that have accounts and that a read did not meet.

use std::collections::BTreeSet;

use uuid::Uuid;

/// The length of a UUID's hyphenated text.
const UUID_CHARS: usize = 36;

/// Memory of an id in its set.
const UUID_BYTES: usize = 32;
/// Memory of a name in its set besides its bytes.
const NAME_OVERHEAD_BYTES: usize = 64;

/// Ids of objects to ask for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct MissingIds {
    /// Of servers that give their entries an id.
    pub(super) uuids: BTreeSet<Uuid>,
    /// Normalised DNs of those on other servers.
    pub(super) names: BTreeSet<String>,
    names_bytes: usize,
}

impl MissingIds {
    /// One more, in canonical text.
    pub(crate) fn push(&mut self, id: String) {
        if let Some(uuid) = uuid(&id) {
            self.uuids.insert(uuid);
        } else {
            self.names_bytes += id.len() + NAME_OVERHEAD_BYTES;
            self.names.insert(id);
        }
    }

    /// True if this id, in canonical text, is among them.
    pub(crate) fn contains(&self, id: &str) -> bool {
        match uuid(id) {
            Some(uuid) => self.uuids.contains(&uuid),
            None => self.names.contains(id),
        }
    }

    /// Memory of the ids and names.
    pub(crate) fn bytes(&self) -> usize {
        self.uuids.len() * UUID_BYTES + self.names_bytes
    }

    /// Number of ids.
    pub(crate) fn len(&self) -> usize {
        self.uuids.len() + self.names.len()
    }
}

fn uuid(id: &str) -> Option<Uuid> {
    if id.len() == UUID_CHARS {
        Uuid::try_parse(id).ok()
    } else {
        None
    }
}
