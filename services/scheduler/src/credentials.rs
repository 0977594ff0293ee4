//! The password that a directory gets, and the places to which it may be sent.
//!
//! Passwords are sealed on arrival: nothing here can open one again. One that is saved is sealed for the settings, and
//! one that is only tested for that test. A stored one is in no message: a worker that tests it fetches it.

use prost_types::Timestamp;
use rollcall_chassis::{
    credential::{Purpose, SealContext, SealingKey, SecretString},
    status::ApiError,
};
use rollcall_proto::{
    internal::v1::SealedCredential,
    v1::{Directory, Settings},
};
use rollcall_terms::PasswordTarget;
use uuid::Uuid;

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

/// A password that a worker can open, to be saved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Credential {
    /// The password.
    pub(crate) sealed: SealedCredential,
    /// That of the stored credential; `None` for a password that was given just now.
    pub(crate) generation: Option<i64>,
}

/// The password of a connection test.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TestedCredential {
    /// It was given just now, and is sealed for the test.
    Given(SealedCredential),
    /// The stored one, of this generation.
    Stored(i64),
}

/// A connection test that may begin until some time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    /// The test.
    pub(crate) test_id: Uuid,
    /// Time from which it may no longer begin, in whole seconds.
    pub(crate) expire_time: Timestamp,
}

enum Chosen<'a> {
    Given(&'a SecretString, &'a Directory),
    Stored(&'a StoredSettings),
}

impl Credentials {
    /// The new password, sealed; else what is stored, if it would be sent where it was meant for.
    pub(crate) fn to_save(
        &self,
        settings: &Settings,
        password: Option<&SecretString>,
        stored: Option<&StoredSettings>,
    ) -> Result<Credential, ApiError> {
        match choose(settings, password, stored)? {
            Chosen::Given(password, directory) => {
                let context = SealContext::new(Purpose::Settings, &settings.tenant_id, directory);
                Ok(Credential {
                    sealed: self.seal(password, &context)?,
                    generation: None,
                })
            }
            Chosen::Stored(stored) => Ok(Credential {
                sealed: stored.credential.clone(),
                generation: Some(stored.credential_generation),
            }),
        }
    }

    /// The new password, sealed for this test; else the stored one, if it would be sent where it was meant for.
    pub(crate) fn to_test(
        &self,
        settings: &Settings,
        password: Option<&SecretString>,
        stored: Option<&StoredSettings>,
        ticket: &Ticket,
    ) -> Result<TestedCredential, ApiError> {
        match choose(settings, password, stored)? {
            Chosen::Given(password, directory) => {
                let test_id = ticket.test_id.to_string();
                let purpose = Purpose::Test {
                    test_id: &test_id,
                    expire_seconds: ticket.expire_time.seconds,
                };
                let context = SealContext::new(purpose, &settings.tenant_id, directory);
                self.seal(password, &context).map(TestedCredential::Given)
            }
            Chosen::Stored(stored) => Ok(TestedCredential::Stored(stored.credential_generation)),
        }
    }

    fn seal(&self, password: &SecretString, context: &SealContext<'_>) -> Result<SealedCredential, ApiError> {
        self.sealing_key
            .seal(password, context)
            .map_err(|error| ApiError::internal("sealing a password", &error))
    }
}

fn choose<'a>(
    settings: &'a Settings,
    password: Option<&'a SecretString>,
    stored: Option<&'a StoredSettings>,
) -> Result<Chosen<'a>, ApiError> {
    match (password, settings.directory.as_ref(), stored) {
        (Some(password), Some(directory), _) => Ok(Chosen::Given(password, directory)),
        (None, _, Some(stored)) if place(&stored.settings) == place(settings) => Ok(Chosen::Stored(stored)),
        (None, _, Some(_)) => Err(password_elsewhere()),
        _ => Err(no_password()),
    }
}

/// The tenant, and where its password may be sent.
fn place(settings: &Settings) -> (&str, Option<PasswordTarget<'_>>) {
    let target = settings.directory.as_ref().map(PasswordTarget::from);
    (&settings.tenant_id, target)
}
