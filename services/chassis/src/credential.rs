//! Bind passwords, sealed so that only a worker opens them.
//!
//! HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. The seal is bound to its
//! purpose, to the tenant and to where the password may be sent: opened under another [`SealContext`], it does not open.
//! Its length says nothing of the password's.

mod key;
mod padding;
mod seal_context;

use std::fmt;

use hpke::{
    Deserializable, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use rollcall_proto::internal::v1::SealedCredential;
use zeroize::Zeroizing;

pub use key::{OpeningKeys, SealingKey, generate};
pub use seal_context::{Purpose, SealContext};

type Kem = X25519HkdfSha256;

/// Separates these seals from any other use of the same keys.
const INFO: &[u8] = b"rollcall/credential/v2";

/// A password: wiped after use, without a Display, and redacted in Debug.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretString(Zeroizing<String>);

impl SecretString {
    /// Keeps a text as a secret.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself. Let it go no further than where it is used.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Reason why a password was not sealed.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be sealed")]
pub struct SealError;

/// Reason why a seal was not opened. By design of the seal, the wrong part cannot be known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// No key of this id is at hand.
    #[error("the credential was sealed to key {0:?}, which this worker does not have")]
    UnknownKey(String),
    /// The seal is damaged, or was made in another context.
    #[error("the sealed credential cannot be opened: it was made for other settings, or is damaged")]
    Refused,
}

impl SealingKey {
    /// Seals a password in one context.
    pub fn seal(
        &self,
        password: &SecretString,
        context: &SealContext,
    ) -> Result<SealedCredential, SealError> {
        let plaintext = padding::pad(password.expose()).ok_or(SealError)?;
        let (encapped_key, ciphertext) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeS::Base,
            self.public(),
            INFO,
            &plaintext,
            &context.associated_data(),
        )
        .map_err(|_| SealError)?;
        Ok(SealedCredential {
            key_id: self.id().to_owned(),
            encapped_key: encapped_key.to_bytes().to_vec(),
            ciphertext,
        })
    }
}

impl OpeningKeys {
    /// Opens a seal that was made in this context.
    pub fn open(&self, sealed: &SealedCredential, context: &SealContext) -> Result<SecretString, OpenError> {
        let key = self
            .key(&sealed.key_id)
            .ok_or_else(|| OpenError::UnknownKey(sealed.key_id.clone()))?;
        let encapped_key = <Kem as hpke::Kem>::EncappedKey::from_bytes(&sealed.encapped_key)
            .map_err(|_| OpenError::Refused)?;
        let plaintext = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            key,
            &encapped_key,
            INFO,
            &sealed.ciphertext,
            &context.associated_data(),
        )
        .map(Zeroizing::new)
        .map_err(|_| OpenError::Refused)?;
        let text = padding::strip(&plaintext).ok_or(OpenError::Refused)?;
        Ok(SecretString::new(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
