//! Opens sealed passwords, and seals those of older keys again to the newest one.
//!
//! A renewal is handed to the scheduler, which keeps it if the credential is still the tenant's. No renewal is worth a
//! failed run: one that is lost is made again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use rollcall_chassis::{
    amqp::{Message, Publisher},
    credential::{OpeningKeys, SealContext, SecretString},
    lifecycle::chain,
};
use rollcall_proto::{
    internal::v1::{SealRenewal, SealedCredential},
    v1::Directory,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::source::error::ReadError;

#[cfg(test)]
mod tests;

/// The version of a renewal's body that this version of Rollcall writes.
const SCHEMA_VERSION: u32 = 1;
/// Renewals that may wait to be published. What does not fit is made again by a later run.
const WAITING_RENEWALS: usize = 64;
/// Of so many tenants it is remembered that their seal was renewed. Beyond that it may happen twice.
const REMEMBERED: usize = 10_000;

/// A sealed password, and whose it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sealed<'a> {
    /// The customer.
    pub tenant_id: &'a str,
    /// The place where the password may be sent.
    pub directory: &'a Directory,
    /// The seal.
    pub credential: &'a SealedCredential,
    /// Names the stored credential; 0 if it is none that is stored.
    pub generation: i64,
}

/// The worker's keys.
pub(crate) struct Credentials {
    keys: OpeningKeys,
    renewals: mpsc::Sender<SealRenewal>,
    /// The newest generation of each tenant whose renewal is on its way: the scheduler may take a while to keep it.
    renewed: Mutex<HashMap<String, i64>>,
}

impl Credentials {
    /// Opens with these keys. The renewals must be published.
    pub(crate) fn new(keys: OpeningKeys) -> (Self, mpsc::Receiver<SealRenewal>) {
        let (renewals, receiver) = mpsc::channel(WAITING_RENEWALS);
        let this = Self {
            keys,
            renewals,
            renewed: Mutex::default(),
        };
        (this, receiver)
    }

    /// The password.
    pub(crate) fn open(&self, sealed: Sealed<'_>) -> Result<SecretString, ReadError> {
        let context = SealContext::new(sealed.tenant_id, sealed.directory);
        let password = self
            .keys
            .open(sealed.credential, &context)
            .map_err(|error| ReadError::Credential(error.to_string()))?;
        self.renew(sealed, &password, &context);
        Ok(password)
    }

    fn renew(&self, sealed: Sealed<'_>, password: &SecretString, context: &SealContext<'_>) {
        let Some(newest) = self.keys.newest() else { return };
        if sealed.generation == 0
            || sealed.credential.key_id == newest.id()
            || !self.remember(sealed.tenant_id, sealed.generation)
        {
            return;
        }
        let handed_on = match newest.seal(password, context) {
            Ok(credential) => self
                .renewals
                .try_send(SealRenewal {
                    schema_version: SCHEMA_VERSION,
                    tenant_id: sealed.tenant_id.to_owned(),
                    credential_generation: sealed.generation,
                    credential: Some(credential),
                })
                .is_ok(),
            Err(error) => {
                tracing::warn!(%error, "a seal of an older key could not be renewed");
                false
            }
        };
        if !handed_on {
            self.forget(sealed.tenant_id);
        }
    }

    /// True the first time.
    fn remember(&self, tenant_id: &str, generation: i64) -> bool {
        let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        if renewed.len() >= REMEMBERED {
            renewed.clear();
        }
        renewed.insert(tenant_id.to_owned(), generation) != Some(generation)
    }

    fn forget(&self, tenant_id: &str) {
        self.renewed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(tenant_id);
    }

    /// Publishes renewals until `ending`.
    pub(crate) async fn publish_renewals(
        &self,
        mut renewals: mpsc::Receiver<SealRenewal>,
        publisher: &Publisher,
        ending: CancellationToken,
    ) {
        while let Some(Some(renewal)) = ending.run_until_cancelled(renewals.recv()).await {
            match publisher.publish(&Message::seal_renewal(&renewal)).await {
                Ok(()) => tracing::info!(
                    tenant.id = renewal.tenant_id,
                    "a seal of an older key was renewed"
                ),
                Err(error) => {
                    tracing::warn!(
                        tenant.id = renewal.tenant_id,
                        error = chain(&error),
                        "a renewed seal could not be handed on"
                    );
                    self.forget(&renewal.tenant_id);
                }
            }
        }
    }
}
