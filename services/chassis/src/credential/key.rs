//! The workers' keys and their files: one line `id:base64 of 32 bytes`.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hpke::{Deserializable as _, Kem as _, Serializable as _};
use zeroize::Zeroizing;

use super::Kem;

type PublicKey = <Kem as hpke::Kem>::PublicKey;
type PrivateKey = <Kem as hpke::Kem>::PrivateKey;

/// Reasons why a key's file is not usable. No message shows its content.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read.
    #[error("cannot read the key file {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The file has other content.
    #[error("{} is not a key file: it must be one line, `id:base64 of 32 bytes`", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// Two files have keys of the same id.
    #[error("the key id {0:?} is in two files")]
    Twice(String),
    /// An id is part of a file's name and of a line.
    #[error("a key id is 1 to 32 of a-z, 0-9, - and _")]
    Id,
}

/// The public half, which seals and cannot open.
pub struct SealingKey {
    id: String,
    public: PublicKey,
}

impl SealingKey {
    /// Reads a `.pub` file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let (id, bytes) = read(path)?;
        let public = PublicKey::from_bytes(&bytes).map_err(|_| KeyError::Format {
            path: path.to_owned(),
        })?;
        Ok(Self { id, public })
    }

    /// The key's id, which every seal names.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The private halves that a worker has: the newest, and older ones as long as their seals exist.
pub struct OpeningKeys {
    keys: BTreeMap<String, PrivateKey>,
    newest: Option<SealingKey>,
}

impl OpeningKeys {
    /// Reads `.key` files. The first is the newest key's: credentials sealed to another are sealed again to it.
    pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Self, KeyError> {
        let mut keys = BTreeMap::new();
        let mut newest = None;
        for path in paths.iter().map(AsRef::as_ref) {
            let (id, bytes) = read(path)?;
            let private = PrivateKey::from_bytes(&bytes).map_err(|_| KeyError::Format {
                path: path.to_owned(),
            })?;
            newest.get_or_insert_with(|| SealingKey {
                id: id.clone(),
                public: Kem::sk_to_pk(&private),
            });
            if keys.insert(id.clone(), private).is_some() {
                return Err(KeyError::Twice(id));
            }
        }
        Ok(Self { keys, newest })
    }

    /// The public half of the newest key; `None` if there is no key at all.
    pub fn newest(&self) -> Option<&SealingKey> {
        self.newest.as_ref()
    }

    pub(super) fn key(&self, id: &str) -> Option<&PrivateKey> {
        self.keys.get(id)
    }
}

impl fmt::Debug for OpeningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpeningKeys")
            .field(&self.keys.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// The two lines of a new key.
pub struct KeyPair {
    /// The line of the `.key` file, only for workers.
    pub private: Zeroizing<String>,
    /// The line of the `.pub` file, for the scheduler.
    pub public: String,
}

/// Makes a key.
pub fn generate(id: &str) -> Result<KeyPair, KeyError> {
    if !is_id(id) {
        return Err(KeyError::Id);
    }
    let (private, public) = Kem::gen_keypair();
    let bytes = Zeroizing::new(private.to_bytes());
    Ok(KeyPair {
        private: Zeroizing::new(format!("{id}:{}\n", STANDARD.encode(bytes.as_slice()))),
        public: format!("{id}:{}\n", STANDARD.encode(public.to_bytes())),
    })
}

impl KeyPair {
    /// Writes `id.key`, readable only by its owner, and `id.pub`. An existing key is never overwritten, because
    /// credentials sealed to it could not be opened again.
    pub fn write(&self, dir: &Path) -> Result<(), io::Error> {
        let id = self.public.split(':').next().unwrap_or_default();
        write_new(&dir.join(format!("{id}.key")), &self.private, 0o600)?;
        write_new(&dir.join(format!("{id}.pub")), &self.public, 0o644)
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
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

fn read(path: &Path) -> Result<(String, Zeroizing<Vec<u8>>), KeyError> {
    let text = fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|source| KeyError::Read {
            path: path.to_owned(),
            source,
        })?;
    let wrong = || KeyError::Format {
        path: path.to_owned(),
    };
    let (id, encoded) = text.trim().split_once(':').ok_or_else(wrong)?;
    let bytes = STANDARD
        .decode(encoded)
        .map(Zeroizing::new)
        .map_err(|_| wrong())?;
    if is_id(id) {
        Ok((id.to_owned(), bytes))
    } else {
        Err(wrong())
    }
}

fn is_id(id: &str) -> bool {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    (1..=32).contains(&id.len()) && id.chars().all(known)
}
