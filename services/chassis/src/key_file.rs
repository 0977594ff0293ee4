//! Key files: one line that states the kind and the id of its key, `rollcall-opening-key:v1:id:base64 of 32 bytes`.
//!
//! The kind keeps a key out of another's place. A public key where a private one belongs, or the other way round, would
//! otherwise be noticed only when passwords no longer open.

mod access;
mod error;
mod kind;

use std::{
    fmt, fs,
    io::{self, Read as _},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

pub use error::KeyError;
pub use kind::KeyKind;

/// The version of the line.
const VERSION: &str = "v1";
/// No key file is longer.
const MOST_BYTES: usize = 1024;

/// The two lines of a new key.
pub struct KeyPair {
    id: String,
    private: (KeyKind, Zeroizing<String>),
    public: (KeyKind, String),
}

impl KeyPair {
    /// The lines of a key that is made of these bytes. Refused: an id that is none.
    pub(crate) fn new(
        id: &str,
        private: (KeyKind, &[u8]),
        public: (KeyKind, &[u8]),
    ) -> Result<Self, KeyError> {
        if !is_id(id) {
            return Err(KeyError::Id);
        }
        Ok(Self {
            id: id.to_owned(),
            private: (private.0, Zeroizing::new(line(private.0, id, private.1))),
            public: (public.0, line(public.0, id, public.1)),
        })
    }

    /// Writes the private file, readable only by its owner, and the public one. An existing key is never overwritten,
    /// because nothing else opens what was sealed to it.
    pub fn write(&self, dir: &Path) -> Result<(), io::Error> {
        let file = |kind: KeyKind| dir.join(format!("{}{}", self.id, kind.suffix()));
        write_new(&file(self.private.0), &self.private.1, 0o600)?;
        write_new(&file(self.public.0), &self.public.1, 0o644)
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair")
            .field("public", &self.public.1)
            .finish_non_exhaustive()
    }
}

fn line(kind: KeyKind, id: &str, bytes: &[u8]) -> String {
    format!("{kind}:{VERSION}:{id}:{}\n", STANDARD.encode(bytes))
}

fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), io::Error> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Reads the id and the bytes of a key of this kind. A private key's file must be out of others' reach.
pub(crate) fn read(path: &Path, kind: KeyKind) -> Result<(String, Zeroizing<Vec<u8>>), KeyError> {
    let unreadable = |source| KeyError::Read {
        path: path.to_owned(),
        source,
    };
    let file = fs::File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    // Of its full length from the beginning: a text that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(MOST_BYTES));
    file.take(MOST_BYTES as u64)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    let key = parse(&text, kind).map_err(|wrong| match wrong {
        Wrong::Format => KeyError::Format {
            path: path.to_owned(),
            kind,
        },
        Wrong::Kind(found) => KeyError::Kind {
            path: path.to_owned(),
            found,
            kind,
        },
    })?;
    if kind.is_private() {
        access::check(path, &metadata)?;
    }
    Ok(key)
}

enum Wrong {
    Format,
    Kind(KeyKind),
}

fn parse(text: &str, kind: KeyKind) -> Result<(String, Zeroizing<Vec<u8>>), Wrong> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let [word, VERSION, id, encoded] = parts[..] else {
        return Err(Wrong::Format);
    };
    let found = KeyKind::parse(word).ok_or(Wrong::Format)?;
    if found != kind {
        return Err(Wrong::Kind(found));
    }
    let bytes = STANDARD.decode(encoded).map_err(|_| Wrong::Format)?;
    if is_id(id) {
        Ok((id.to_owned(), Zeroizing::new(bytes)))
    } else {
        Err(Wrong::Format)
    }
}

/// True if a text can be a key's id: 1 to 32 of a-z, 0-9, `-` and `_`.
pub fn is_id(id: &str) -> bool {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    (1..=32).contains(&id.len()) && id.chars().all(known)
}

#[cfg(test)]
mod tests;
