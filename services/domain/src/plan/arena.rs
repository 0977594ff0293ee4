//! Flat storage in which everything is named by a 32-bit number.

use std::hash::{BuildHasher, RandomState};
use std::ops::{Index, IndexMut};

/// Texts, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Adds a text and names it.
    pub(super) fn push(&mut self, text: &str) -> u32 {
        let name = index(self.ends.len());
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        name
    }

    /// The text of this name.
    pub(super) fn get(&self, name: u32) -> &str {
        let name = name as usize;
        let start = if name == 0 { 0 } else { self.ends[name - 1] };
        &self.bytes[start..self.ends[name]]
    }

    /// Number of texts.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// A position as a 32-bit number. Four thousand million addresses are beyond any directory; past them the numbers
/// stop growing rather than wrap.
pub(super) fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Texts without duplicates, found by their hash: linear probing over names.
///
/// The hash has a new seed in each process, because customers' servers send the texts. No result depends on its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Interner {
    texts: Texts,
    slots: Vec<u32>,
    hasher: RandomState,
}

const FREE: u32 = u32::MAX;

impl Interner {
    /// The name of a text, which is added if it is not there yet.
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        if (self.texts.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let slot = self.slot_of(text);
        if self.slots[slot] == FREE {
            self.slots[slot] = self.texts.push(text);
        }
        self.slots[slot]
    }

    /// The name of a text, if it is there.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        Some(self.slots[self.slot_of(text)]).filter(|name| *name != FREE)
    }

    /// The text of this name.
    pub(super) fn get(&self, name: u32) -> &str {
        self.texts.get(name)
    }

    /// Number of texts.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The slot of a text, or the free slot where it belongs. There is always a free slot to end at.
    fn slot_of(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = usize::try_from(self.hasher.hash_one(text) & mask as u64).unwrap_or(0);
        while self.slots[slot] != FREE && self.texts.get(self.slots[slot]) != text {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.slots = vec![FREE; (self.slots.len() * 2).max(16)];
        for name in 0..index(self.texts.len()) {
            let slot = self.slot_of(self.texts.get(name));
            self.slots[slot] = name;
        }
    }
}

/// One value for each of the things that are named 0, 1, 2, ...
#[derive(Clone, Debug)]
pub(super) struct Column<T>(Vec<T>);

impl<T: Clone> Column<T> {
    /// The same value for each.
    pub(super) fn filled(value: T, length: usize) -> Self {
        Self(vec![value; length])
    }
}

impl<T> Column<T> {
    /// Each name with its value.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.0)
    }
}

impl<T> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T> Index<u32> for Column<T> {
    type Output = T;

    fn index(&self, name: u32) -> &T {
        &self.0[name as usize]
    }
}

impl<T> IndexMut<u32> for Column<T> {
    fn index_mut(&mut self, name: u32) -> &mut T {
        &mut self.0[name as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_met_again_keeps_its_name() {
        let mut interner = Interner::default();
        assert_eq!(interner.find("a"), None);
        let names: Vec<u32> = (0..1000).map(|n| interner.intern(&format!("text {n}"))).collect();
        for (n, name) in names.iter().enumerate() {
            let text = format!("text {n}");
            assert_eq!(interner.intern(&text), *name);
            assert_eq!(interner.find(&text), Some(*name));
            assert_eq!(interner.get(*name), text);
        }
        assert_eq!(interner.len(), 1000);
        assert_eq!(interner.find("text 1000"), None);
    }
}
