//! Takes the outbox to the broker: in order for each tenant, at least once, by any number of processes.
//!
//! Whoever relays for a tenant holds an advisory lock on its outbox until what was confirmed is deleted, so that no two
//! publish for one tenant at a time. A commit wakes the relay of its own process; the tick is for what another process
//! left behind.

use std::{convert::Infallible, sync::Arc, time::Duration};

use rollcall_chassis::{
    Lifecycle,
    amqp::{Broker, Message, Publisher},
    fail_point::{self, FailPoint},
    lifecycle::chain,
};
use sqlx::{PgConnection, PgPool};
use tokio::sync::Notify;

use crate::error::{During, ReconcileError};

/// How many tenants one round serves, so that the list stays short.
const TENANTS: i64 = 1000;

/// How many batches of one tenant are published before it is the next one's turn.
const BATCHES: usize = 10;

/// How much one batch takes in memory: an event carries all addresses of its account, and those may be many.
const BATCH_BYTES: i64 = 8 * 1024 * 1024;

/// A relay to be.
pub(crate) struct Relay {
    pub(crate) pool: PgPool,
    pub(crate) outbox: Arc<Notify>,
    pub(crate) tick: Duration,
    /// How many events of a tenant are published in one transaction.
    pub(crate) batch: i64,
}

/// What a round came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    /// There may be more at once.
    Published,
    /// There was nothing, or nothing went through.
    Idle,
}

impl Relay {
    /// Relays until the process drains. What is left then, another process or the next start takes over.
    pub(crate) fn start(self, broker: &Broker, lifecycle: &Lifecycle) {
        let (publisher, soft) = (broker.publisher(), lifecycle.soft().clone());
        lifecycle.spawn("outbox relay", async move {
            while !soft.is_cancelled() {
                let round = self.round(&publisher).await.unwrap_or_else(|error| {
                    tracing::warn!(
                        error = chain(&error),
                        "the outbox cannot be relayed at the moment"
                    );
                    Round::Idle
                });
                if round == Round::Published {
                    continue;
                }
                tokio::select! {
                    () = self.outbox.notified() => {}
                    () = tokio::time::sleep(self.tick) => {}
                    () = soft.cancelled() => {}
                }
            }
            Ok::<_, Infallible>(())
        });
    }

    /// What each tenant has, up to a few batches, so that a large import does not keep the others waiting.
    async fn round(&self, publisher: &Publisher) -> Result<Round, ReconcileError> {
        let tenants: Vec<String> = sqlx::query_scalar(include_str!("relay/tenants.sql"))
            .bind(TENANTS)
            .fetch_all(&self.pool)
            .await
            .during("read whose events wait")?;
        let mut round = Round::Idle;
        for tenant in tenants {
            let mut after = 0;
            for _ in 0..BATCHES {
                match self.batch(&tenant, after, publisher).await? {
                    Batch::Published(last) => (round, after) = (Round::Published, last),
                    Batch::Nothing => break,
                    Batch::Refused => return Ok(Round::Idle),
                }
            }
        }
        Ok(round)
    }

    /// Publishes and deletes the next events of a tenant. `after` are known to be gone: the index still leads through
    /// their remains.
    async fn batch(&self, tenant: &str, after: i64, publisher: &Publisher) -> Result<Batch, ReconcileError> {
        let mut transaction = self.pool.begin().await.during("begin a transaction")?;
        if !lock(&mut transaction, tenant).await? {
            return Ok(Batch::Nothing);
        }
        let rows: Vec<(i64, String, Vec<u8>)> = sqlx::query_as(include_str!("relay/next.sql"))
            .bind(tenant)
            .bind(after)
            .bind(self.batch)
            .bind(BATCH_BYTES)
            .fetch_all(&mut *transaction)
            .await
            .during("read the tenant's events")?;
        if rows.is_empty() {
            return Ok(Batch::Nothing);
        }
        let (sequences, messages): (Vec<i64>, Vec<Message>) = rows
            .into_iter()
            .map(|(sequence, key, payload)| (sequence, Message::portal(key, payload)))
            .unzip();
        let results = publisher.publish_all(&messages).await;
        let confirmed = results.iter().take_while(|result| result.is_ok()).count();
        if let Some(Err(error)) = results.get(confirmed) {
            tracing::warn!(
                tenant.id = tenant,
                error = chain(error),
                "an event could not be published"
            );
        }
        let Some(&last) = confirmed.checked_sub(1).and_then(|last| sequences.get(last)) else {
            return Ok(Batch::Refused);
        };
        fail_point::pass(FailPoint::RelayConfirmed, tenant).await;
        sqlx::query("DELETE FROM reconcile.outbox WHERE tenant_id = $1 AND sequence > $2 AND sequence <= $3")
            .bind(tenant)
            .bind(after)
            .bind(last)
            .execute(&mut *transaction)
            .await
            .during("delete what was confirmed")?;
        transaction.commit().await.during("commit")?;
        fail_point::pass(FailPoint::RelayDeleted, tenant).await;
        Ok(if confirmed == messages.len() {
            Batch::Published(last)
        } else {
            Batch::Refused
        })
    }
}

/// Takes the tenant's outbox for as long as the transaction lasts, unless somebody has it.
async fn lock(connection: &mut PgConnection, tenant: &str) -> Result<bool, ReconcileError> {
    sqlx::query_scalar("SELECT pg_try_advisory_xact_lock(hashtextextended('rollcall.outbox:' || $1, 0))")
        .bind(tenant)
        .fetch_one(connection)
        .await
        .during("lock the tenant's outbox")
}

/// What became of a batch.
enum Batch {
    /// All of it, up to this sequence.
    Published(i64),
    /// There is nothing, or another process is at it.
    Nothing,
    /// The broker did not take all of it.
    Refused,
}
