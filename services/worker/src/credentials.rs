//! Opens sealed passwords, and seals those of older keys again to the newest one.
//!
//! A stored password may come in two seals: as the settings have it, and as an earlier run renewed it. Both are opened, so
//! that a renewal counts only if it holds the same password. What came of it is reported, and is worth no failed run.

use rollcall_chassis::credential::{OpenError, OpeningKeys, Purpose, SealContext, SecretString};
use rollcall_proto::{internal::v1::SealedCredential, v1::Directory};

use crate::source::error::ReadError;

#[cfg(test)]
mod tests;

/// A sealed password, and whose it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sealed<'a> {
    /// Purpose of the password.
    pub purpose: Purpose<'a>,
    /// The customer.
    pub tenant_id: &'a str,
    /// The place where the password may be sent.
    pub directory: &'a Directory,
    /// The seal.
    pub credential: &'a SealedCredential,
    /// The seal that an earlier run made of it, if there is one.
    pub renewed: Option<&'a SealedCredential>,
}

/// A password, and what is to be said of its seals.
#[derive(Debug)]
pub(crate) struct Opened {
    pub password: SecretString,
    pub news: SealNews,
}

/// What is to be said of the seals of a stored password.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SealNews {
    /// Nothing.
    None,
    /// It was sealed to an older key: here it is, sealed to the newest.
    Renewed(SealedCredential),
    /// The renewed seal opens, and to the same password.
    Right,
    /// It does not.
    Wrong,
}

/// The worker's keys.
pub(crate) struct Credentials(OpeningKeys);

impl Credentials {
    /// Opens with these keys.
    pub(crate) fn new(keys: OpeningKeys) -> Self {
        Self(keys)
    }

    /// The password.
    pub(crate) fn open(&self, sealed: Sealed<'_>) -> Result<Opened, ReadError> {
        let context = SealContext::new(sealed.purpose, sealed.tenant_id, sealed.directory);
        let stored = self.0.open(sealed.credential, &context);
        let Some(renewed) = sealed.renewed else {
            let password = stored?;
            let news = self.renew(sealed.credential, &password, &context);
            return Ok(Opened { password, news });
        };
        let (password, news) = match (self.0.open(renewed, &context), stored) {
            (Ok(renewed), Ok(stored)) if renewed != stored => (stored, SealNews::Wrong),
            (Ok(renewed), _) => (renewed, SealNews::Right),
            // Another worker may have the newer key.
            (Err(OpenError::UnknownKey(_)), stored) => (stored?, SealNews::None),
            (Err(OpenError::Refused), stored) => (stored?, SealNews::Wrong),
        };
        Ok(Opened { password, news })
    }

    fn renew(
        &self,
        credential: &SealedCredential,
        password: &SecretString,
        context: &SealContext<'_>,
    ) -> SealNews {
        let newest = self.0.newest().filter(|newest| newest.id() != credential.key_id);
        let (Purpose::Settings, Some(newest)) = (context.purpose, newest) else {
            return SealNews::None;
        };
        match newest.seal(password, context) {
            Ok(renewed) => SealNews::Renewed(renewed),
            Err(error) => {
                tracing::warn!(%error, "a seal of an older key could not be renewed");
                SealNews::None
            }
        }
    }
}

impl From<OpenError> for ReadError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::UnknownKey(key_id) => Self::KeyMissing(key_id),
            error @ OpenError::Refused => Self::Credential(error.to_string()),
        }
    }
}
