//! The workers' keys.

use std::{collections::BTreeMap, fmt, path::Path};

use hpke::{Deserializable as _, Kem as _, Serializable as _};
use zeroize::Zeroizing;

use super::Kem;
use crate::key_file::{self, KeyError, KeyKind, KeyPair};

type PublicKey = <Kem as hpke::Kem>::PublicKey;
type PrivateKey = <Kem as hpke::Kem>::PrivateKey;

/// The public half, which seals and cannot open.
pub struct SealingKey {
    id: String,
    public: PublicKey,
}

impl SealingKey {
    /// Reads a `.pub` file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let (id, bytes) = key_file::read(path, KeyKind::Sealing)?;
        let public = PublicKey::from_bytes(&bytes).map_err(|_| unusable(path, KeyKind::Sealing))?;
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
            let (id, bytes) = key_file::read(path, KeyKind::Opening)?;
            let private = PrivateKey::from_bytes(&bytes).map_err(|_| unusable(path, KeyKind::Opening))?;
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

/// Makes a key.
pub fn generate(id: &str) -> Result<KeyPair, KeyError> {
    let (private, public) = Kem::gen_keypair();
    let private = Zeroizing::new(private.to_bytes());
    KeyPair::new(
        id,
        (KeyKind::Opening, private.as_slice()),
        (KeyKind::Sealing, public.to_bytes().as_slice()),
    )
}

/// The line is in order, and its bytes are no key.
fn unusable(path: &Path, kind: KeyKind) -> KeyError {
    KeyError::Format {
        path: path.to_owned(),
        kind,
    }
}
