//! Signatures over messages: the one who has the private key wrote them. Ed25519 (RFC 8032).
//!
//! What is signed begins with the name of its use, so that a signature of one use is none of another.

use std::{collections::BTreeMap, fmt, path::Path};

use ring::{
    rand::{SecureRandom as _, SystemRandom},
    signature::{ED25519, ED25519_PUBLIC_KEY_LEN, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use zeroize::Zeroizing;

use crate::key_file::{self, KeyError, KeyKind, KeyPair};

/// Octets of a private key.
const SEED_LENGTH: usize = 32;

/// A use of signatures, as it stands before what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Use(pub(crate) &'static str);

impl Use {
    fn signed(self, message: &[u8]) -> Vec<u8> {
        [self.0.as_bytes(), &[0], message].concat()
    }
}

/// The private key, which signs.
pub struct SigningKey {
    id: String,
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// Reads a `.signing.key` file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let (id, seed) = key_file::read(path, KeyKind::Signing)?;
        let pair =
            Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| unusable(path, KeyKind::Signing))?;
        Ok(Self { id, pair })
    }

    /// The key's id, which every signature names.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn sign(&self, what: Use, message: &[u8]) -> Vec<u8> {
        self.pair.sign(&what.signed(message)).as_ref().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The public keys whose signatures count.
#[derive(Clone, Default)]
pub struct VerifyingKeys(BTreeMap<String, Vec<u8>>);

/// Reason why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotVerified {
    /// No key of this id is known.
    UnknownKey,
    /// The signature is not that of this key over this message.
    Wrong,
}

impl VerifyingKeys {
    /// Reads `.signing.pub` files, in any order.
    pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Self, KeyError> {
        let mut keys = BTreeMap::new();
        for path in paths.iter().map(AsRef::as_ref) {
            let (id, public) = key_file::read(path, KeyKind::Verifying)?;
            if public.len() != ED25519_PUBLIC_KEY_LEN {
                return Err(unusable(path, KeyKind::Verifying));
            }
            if keys.insert(id.clone(), public.to_vec()).is_some() {
                return Err(KeyError::Twice(id));
            }
        }
        Ok(Self(keys))
    }

    pub(crate) fn verify(
        &self,
        what: Use,
        key_id: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), NotVerified> {
        let key = self.0.get(key_id).ok_or(NotVerified::UnknownKey)?;
        UnparsedPublicKey::new(&ED25519, key)
            .verify(&what.signed(message), signature)
            .map_err(|_| NotVerified::Wrong)
    }
}

impl fmt::Debug for VerifyingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifyingKeys")
            .field(&self.0.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Makes a key.
pub fn generate(id: &str) -> Result<KeyPair, KeyError> {
    let mut seed = Zeroizing::new([0; SEED_LENGTH]);
    SystemRandom::new()
        .fill(seed.as_mut_slice())
        .map_err(|_| KeyError::Random)?;
    let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| KeyError::Random)?;
    KeyPair::new(
        id,
        (KeyKind::Signing, seed.as_slice()),
        (KeyKind::Verifying, pair.public_key().as_ref()),
    )
}

/// The line is in order, and its octets are no key.
fn unusable(path: &Path, kind: KeyKind) -> KeyError {
    KeyError::Format {
        path: path.to_owned(),
        kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: Use = Use("order");

    fn keys(dir: &Path, id: &str) -> SigningKey {
        generate(id).expect("a key").write(dir).expect("written files");
        SigningKey::read(&dir.join(format!("{id}.signing.key"))).expect("a private key")
    }

    fn known(dir: &Path, ids: &[&str]) -> VerifyingKeys {
        let files: Vec<_> = ids
            .iter()
            .map(|id| dir.join(format!("{id}.signing.pub")))
            .collect();
        VerifyingKeys::read(&files).expect("public keys")
    }

    #[test]
    fn a_signature_counts_for_its_message_its_use_and_its_key_and_for_no_other() {
        let dir = tempfile::tempdir().expect("a folder");
        let (old, new) = (keys(dir.path(), "old"), keys(dir.path(), "new"));
        let known = known(dir.path(), &["old", "new"]);
        for key in [&old, &new] {
            let signature = key.sign(ORDER, b"a message");
            let verify = |what, id: &str, message: &[u8]| known.verify(what, id, message, &signature);
            assert_eq!(verify(ORDER, key.id(), b"a message"), Ok(()));
            assert_eq!(verify(ORDER, key.id(), b"a messagf"), Err(NotVerified::Wrong));
            assert_eq!(
                verify(Use("other"), key.id(), b"a message"),
                Err(NotVerified::Wrong)
            );
            assert_eq!(
                verify(Use("orde"), key.id(), b"r\0a message"),
                Err(NotVerified::Wrong)
            );
        }
        let signature = old.sign(ORDER, b"a message");
        assert_eq!(
            known.verify(ORDER, "new", b"a message", &signature),
            Err(NotVerified::Wrong)
        );
    }

    #[test]
    fn a_signature_of_a_key_that_is_not_known_does_not_count() {
        let dir = tempfile::tempdir().expect("a folder");
        let (old, new) = (keys(dir.path(), "old"), keys(dir.path(), "new"));
        let known = known(dir.path(), &["new"]);
        assert_eq!(
            known.verify(ORDER, "old", b"", &old.sign(ORDER, b"")),
            Err(NotVerified::UnknownKey)
        );
        assert_eq!(
            known.verify(ORDER, "new", b"", &old.sign(ORDER, b"")),
            Err(NotVerified::Wrong),
            "under another's name"
        );
        assert_eq!(known.verify(ORDER, "new", b"", &new.sign(ORDER, b"")), Ok(()));
        assert_eq!(known.verify(ORDER, "new", b"", b""), Err(NotVerified::Wrong));
    }

    #[test]
    fn a_private_key_verifies_nothing_and_a_public_one_signs_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        keys(dir.path(), "k1");
        let file = |name: &str| dir.path().join(name);
        assert!(matches!(
            SigningKey::read(&file("k1.signing.pub")),
            Err(KeyError::Kind { .. })
        ));
        assert!(matches!(
            VerifyingKeys::read(&[file("k1.signing.key")]),
            Err(KeyError::Kind { .. })
        ));
        assert!(matches!(
            VerifyingKeys::read(&[file("k1.signing.pub"), file("k1.signing.pub")]),
            Err(KeyError::Twice(_))
        ));
    }

    #[test]
    fn debug_shows_no_secret() {
        let dir = tempfile::tempdir().expect("a folder");
        let key = keys(dir.path(), "k1");
        assert_eq!(format!("{key:?}"), r#"SigningKey { id: "k1", .. }"#);
        assert_eq!(
            format!("{:?}", known(dir.path(), &["k1"])),
            r#"VerifyingKeys(["k1"])"#
        );
    }
}
