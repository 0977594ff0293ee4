//! Kinds of keys, as their files state them.

use std::fmt;

/// Kind of a key, by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Private: opens passwords.
    Opening,
    /// Public: seals passwords.
    Sealing,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Opening, Self::Sealing];

    /// True for a key that only its owner may read.
    pub fn is_private(self) -> bool {
        match self {
            Self::Opening => true,
            Self::Sealing => false,
        }
    }

    /// Ending of the name of a file with such a key.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Opening => ".key",
            Self::Sealing => ".pub",
        }
    }

    /// The key in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Opening => "a private key, which opens passwords",
            Self::Sealing => "a public key, which seals passwords",
        }
    }

    /// The services to which such a key belongs, and the command that makes it.
    pub(super) fn place(self) -> &'static str {
        match self {
            Self::Opening => "Give the workers ID.key, made by `rollcall-worker generate-key`.",
            Self::Sealing => "Give the scheduler ID.pub, made by `rollcall-worker generate-key`.",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Opening => "rollcall-opening-key",
            Self::Sealing => "rollcall-sealing-key",
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
