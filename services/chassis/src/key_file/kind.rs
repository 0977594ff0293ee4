//! Kinds of keys, as their files state them.

use std::fmt;

/// Kind of a key, by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Private: opens passwords.
    Opening,
    /// Public: seals passwords.
    Sealing,
    /// Private: signs jobs.
    Signing,
    /// Public: verifies the signatures of jobs.
    Verifying,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Opening, Self::Sealing, Self::Signing, Self::Verifying];

    /// True for a key that only its owner may read.
    pub fn is_private(self) -> bool {
        match self {
            Self::Opening | Self::Signing => true,
            Self::Sealing | Self::Verifying => false,
        }
    }

    /// Ending of the name of a file with such a key.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Opening => ".key",
            Self::Sealing => ".pub",
            Self::Signing => ".signing.key",
            Self::Verifying => ".signing.pub",
        }
    }

    /// The key in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Opening => "a private key, which opens passwords",
            Self::Sealing => "a public key, which seals passwords",
            Self::Signing => "a private key, which signs jobs",
            Self::Verifying => "a public key, which verifies jobs",
        }
    }

    /// The services to which such a key belongs, and the command that makes it.
    pub(super) fn place(self) -> &'static str {
        match self {
            Self::Opening => "Give the workers ID.key, made by `rollcall-worker generate-key`.",
            Self::Sealing => "Give the scheduler ID.pub, made by `rollcall-worker generate-key`.",
            Self::Signing => {
                "Give the scheduler ID.signing.key, made by `rollcall-scheduler generate-signing-key`."
            }
            Self::Verifying => {
                "Give the workers ID.signing.pub, made by `rollcall-scheduler generate-signing-key`."
            }
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Opening => "rollcall-opening-key",
            Self::Sealing => "rollcall-sealing-key",
            Self::Signing => "rollcall-signing-key",
            Self::Verifying => "rollcall-verifying-key",
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
