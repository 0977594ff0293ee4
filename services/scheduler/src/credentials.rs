//! The password that a directory gets, and the places to which it may be sent.
//!
//! Passwords are sealed on arrival: nothing here can open one again.

use rollcall_chassis::{
    credential::{SealContext, SealingKey, SecretString},
    status::ApiError,
};
use rollcall_proto::{internal::v1::SealedCredential, v1::Settings};

use crate::{
    refusals::{no_password, password_elsewhere},
    store::StoredSettings,
};

/// Seals passwords to the workers.
#[derive(Debug)]
pub(crate) struct Credentials {
    /// Their newest key.
    pub(crate) sealing_key: SealingKey,
}

/// A password that a worker can open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Credential {
    /// The password.
    pub(crate) sealed: SealedCredential,
    /// That of the stored credential; `None` for a password that was given just now.
    pub(crate) generation: Option<i64>,
}

impl Credentials {
    /// The new password, sealed; else what is stored, if it would be sent where it was meant for.
    pub(crate) fn choose(
        &self,
        settings: &Settings,
        password: Option<&SecretString>,
        stored: Option<&StoredSettings>,
    ) -> Result<Credential, ApiError> {
        let wanted = context(settings);
        match (password, &wanted, stored) {
            (Some(password), Some(wanted), _) => self.seal(password, wanted),
            (None, _, Some(stored)) if context(&stored.settings) == wanted => Ok(Credential {
                sealed: stored.credential.clone(),
                generation: Some(stored.credential_generation),
            }),
            (None, _, Some(_)) => Err(password_elsewhere()),
            _ => Err(no_password()),
        }
    }

    fn seal(&self, password: &SecretString, context: &SealContext<'_>) -> Result<Credential, ApiError> {
        self.sealing_key
            .seal(password, context)
            .map(|sealed| Credential {
                sealed,
                generation: None,
            })
            .map_err(|error| ApiError::internal("sealing a password", &error))
    }
}

/// The context to which the password of these settings is bound.
fn context(settings: &Settings) -> Option<SealContext<'_>> {
    settings
        .directory
        .as_ref()
        .map(|directory| SealContext::new(&settings.tenant_id, directory))
}
