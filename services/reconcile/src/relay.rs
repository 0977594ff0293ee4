//! Takes the outbox to the broker: in order for each tenant, at least once, by any number of processes.
//!
//! Whoever relays for a tenant holds an advisory lock on its outbox until what was confirmed is deleted, so that no two
//! publish for one tenant at a time. A commit wakes the relay of its own process; the tick is for what another process
//! left behind.

use std::{convert::Infallible, sync::Arc, time::Duration};

use rollcall_chassis::{
    Lifecycle,
    amqp::{Broker, Message, Publisher},
    lifecycle::chain,
};
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::error::{During, ReconcileError};

/// How many tenants one round serves, so that the list stays short.
const TENANTS: i64 = 1000;

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

    /// A batch of each tenant that has something.
    async fn round(&self, publisher: &Publisher) -> Result<Round, ReconcileError> {
        let tenants: Vec<String> = sqlx::query_scalar(include_str!("relay/tenants.sql"))
            .bind(TENANTS)
            .fetch_all(&self.pool)
            .await
            .during("read whose events wait")?;
        let mut round = Round::Idle;
        for tenant in tenants {
            match self.batch_of(&tenant, publisher).await? {
                Batch::Published => round = Round::Published,
                Batch::Skipped => {}
                Batch::Failed => return Ok(Round::Idle),
            }
        }
        Ok(round)
    }

    async fn batch_of(&self, tenant: &str, publisher: &Publisher) -> Result<Batch, ReconcileError> {
        let mut transaction = self.pool.begin().await.during("begin a transaction")?;
        let locked: bool = sqlx::query_scalar(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('rollcall.outbox:' || $1, 0))",
        )
        .bind(tenant)
        .fetch_one(&mut *transaction)
        .await
        .during("lock the tenant's outbox")?;
        if !locked {
            return Ok(Batch::Skipped);
        }
        let rows: Vec<(i64, String, Vec<u8>)> = sqlx::query_as(
            "SELECT sequence, routing_key, payload FROM reconcile.outbox \
             WHERE tenant_id = $1 ORDER BY sequence LIMIT $2",
        )
        .bind(tenant)
        .bind(self.batch)
        .fetch_all(&mut *transaction)
        .await
        .during("read the tenant's events")?;
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
        let Some(last) = confirmed.checked_sub(1).and_then(|last| sequences.get(last)) else {
            return Ok(if messages.is_empty() {
                Batch::Skipped
            } else {
                Batch::Failed
            });
        };
        sqlx::query("DELETE FROM reconcile.outbox WHERE tenant_id = $1 AND sequence <= $2")
            .bind(tenant)
            .bind(last)
            .execute(&mut *transaction)
            .await
            .during("delete what was confirmed")?;
        transaction.commit().await.during("commit")?;
        Ok(if confirmed == messages.len() {
            Batch::Published
        } else {
            Batch::Failed
        })
    }
}

enum Batch {
    Published,
    /// Another process is at it, or there is nothing any more.
    Skipped,
    /// The broker did not take all of it.
    Failed,
}
