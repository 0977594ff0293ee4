//! Seals that workers renewed, since the old ones name a key that is on its way out.

use std::time::Duration;

use futures::{StreamExt as _, stream::FuturesUnordered};
use prost::Message as _;
use rollcall_chassis::{
    BoxError,
    amqp::{Consumer, Delivery, Message, Publisher, SCHEMA_VERSION},
    lifecycle::chain,
    outage,
    pg::tenant_lock::LockError,
};
use rollcall_domain::TenantId;
use rollcall_proto::internal::v1::{SealRenewal, SealedCredential};
use tokio_util::sync::CancellationToken;

use crate::store::Store;

/// Messages in hand.
pub(crate) const PREFETCH: u16 = 16;
/// Before the next try, while the database or the broker is away.
const PAUSE: Duration = Duration::from_secs(2);
const LONGEST_KEY_ID: usize = 32;

/// Keeps renewed seals.
#[derive(Debug)]
pub(crate) struct SealSaver {
    /// The credentials.
    pub(crate) store: Store,
    /// The publisher of messages that cannot be read.
    pub(crate) dead_letters: Publisher,
}

/// A renewal that makes sense.
#[derive(Debug, PartialEq)]
struct Renewal {
    tenant: TenantId,
    credential_generation: i64,
    credential: SealedCredential,
}

impl SealSaver {
    /// Keeps the seals that come until it is stopped. A seal whose tenant is locked waits by itself: the others go
    /// on.
    pub(crate) async fn run(self, mut seals: Consumer, stop: CancellationToken) -> Result<(), BoxError> {
        let mut in_hand = FuturesUnordered::new();
        loop {
            tokio::select! {
                // Seals in hand when the process stops are delivered again to another.
                () = stop.cancelled() => break,
                Some(()) = in_hand.next() => {}
                delivery = seals.next(), if in_hand.len() < usize::from(PREFETCH) => {
                    in_hand.push(self.keep(delivery));
                }
            }
        }
        drop(in_hand);
        seals.stop().await;
        Ok(())
    }

    async fn keep(&self, delivery: Delivery) {
        self.finish(&delivery).await;
        if let Err(error) = delivery.ack().await {
            tracing::debug!(error = chain(&error), "a renewed seal comes again");
        }
    }

    /// Faults of ours are waited out: the message is neither lost nor counted as one that breaks its consumers.
    async fn finish(&self, delivery: &Delivery) {
        let renewal = read(delivery.body());
        loop {
            let finished: Result<(), BoxError> = match &renewal {
                Ok(renewal) => self.renew(renewal).await.map_err(Into::into),
                Err(reason) => {
                    tracing::error!(
                        reason,
                        "a message that is no renewed seal goes to the dead letters"
                    );
                    let dead = Message::dead(delivery, *reason);
                    self.dead_letters.publish(&dead).await.map_err(Into::into)
                }
            };
            match finished {
                Ok(()) => return,
                Err(error) => {
                    outage::report(error.as_ref(), "a renewed seal waits");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn renew(&self, renewal: &Renewal) -> Result<(), LockError> {
        let mut change = self.store.change(&renewal.tenant).await?;
        let renewed = change
            .renew_seal(renewal.credential_generation, &renewal.credential)
            .await?;
        change.commit().await?;
        let key_id = &renewal.credential.key_id;
        if renewed {
            tracing::info!(tenant.id = %renewal.tenant, key_id, "a seal was renewed");
        } else {
            tracing::info!(tenant.id = %renewal.tenant, key_id, "a renewed seal came too late");
        }
        Ok(())
    }
}

fn read(body: &[u8]) -> Result<Renewal, &'static str> {
    let renewal = SealRenewal::decode(body).map_err(|_| "not a renewed seal")?;
    if renewal.schema_version != SCHEMA_VERSION {
        return Err("the schema version is not known");
    }
    let credential = renewal.credential.unwrap_or_default();
    if credential.encapped_key.is_empty() || credential.ciphertext.is_empty() {
        return Err("the renewed seal is not whole");
    }
    // A seal that the database would refuse each time must not be tried again for ever.
    if !(1..=LONGEST_KEY_ID).contains(&credential.key_id.len())
        || !credential.key_id.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err("the key id is none");
    }
    Ok(Renewal {
        tenant: TenantId::parse(&renewal.tenant_id).map_err(|_| "the tenant id is none")?,
        credential_generation: renewal.credential_generation,
        credential,
    })
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use rollcall_proto::internal::v1::{SealRenewal, SealedCredential};

    use super::read;

    fn renewal() -> SealRenewal {
        SealRenewal {
            schema_version: 1,
            tenant_id: "acme".to_owned(),
            credential_generation: 7,
            credential: Some(SealedCredential {
                key_id: "k2".to_owned(),
                encapped_key: vec![1; 32],
                ciphertext: vec![2; 20],
            }),
        }
    }

    #[test]
    fn a_renewed_seal_names_tenant_and_credential() {
        let read = read(&renewal().encode_to_vec()).unwrap();
        assert_eq!(read.tenant.as_str(), "acme");
        assert_eq!(
            (read.credential_generation, read.credential.key_id.as_str()),
            (7, "k2")
        );
    }

    #[test]
    fn what_cannot_be_kept_is_not_taken_for_a_renewed_seal() {
        let changes: [fn(&mut SealRenewal); 6] = [
            |renewal| renewal.schema_version = 2,
            |renewal| renewal.tenant_id.clear(),
            |renewal| renewal.credential = None,
            |renewal| renewal.credential.get_or_insert_default().ciphertext.clear(),
            |renewal| renewal.credential.get_or_insert_default().key_id.clear(),
            |renewal| renewal.credential.get_or_insert_default().key_id.push('\0'),
        ];
        for change in changes {
            let mut renewal = renewal();
            change(&mut renewal);
            assert!(read(&renewal.encode_to_vec()).is_err(), "{renewal:?}");
        }
        assert!(read(b"\xff\xff").is_err());
    }
}
