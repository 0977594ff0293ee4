//! Takes the outbox to the broker: in order for each tenant, at least once, by any number of processes.
//!
//! The process that relays for a tenant holds an advisory lock on its outbox until what was confirmed is deleted, so
//! that no two publish for one tenant at a time. A commit wakes the relay of its own process; the tick is for what
//! another process left behind.
//!
//! A queue that takes no further messages, since the portal does not read, refuses new ones. The events stay in the
//! outbox then, in their order, and the relay tries again at growing intervals; runs go on. The queue takes messages
//! again only when a fifth of it is free, which no burst of messages on their way fills: none of them overtakes one
//! that was refused before it.

mod backlog;

use std::{convert::Infallible, sync::Arc, time::Duration};

use rollcall_chassis::{
    Lifecycle,
    amqp::{AmqpError, Broker, Message, Publisher},
    fail_point::{self, FailPoint},
    lifecycle::chain,
    outage,
};
use tokio::sync::Notify;

use crate::{
    error::ReconcileError,
    store::{
        Gate,
        outbox::{self, OutboxLock},
    },
};

use backlog::Backlog;

/// Tenants that one round serves, so that the list stays short.
const TENANTS: i64 = 1000;

/// Batches of one tenant that are published before it is the next one's turn.
const BATCHES: usize = 10;

/// Memory that one batch may take: an event carries all addresses of its account, and those may be many.
const BATCH_BYTES: i64 = 8 * 1024 * 1024;
/// The first pause after a refusal.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The broker confirms a batch within this, or it counts as refused.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(20);

/// A relay to be.
pub(crate) struct Relay {
    pub(crate) gate: Gate,
    pub(crate) outbox: Arc<Notify>,
    pub(crate) tick: Duration,
    /// Events of a tenant that are published in one transaction.
    pub(crate) batch: i64,
    /// Events that wait for longer are worth a warning.
    pub(crate) patience: Duration,
}

/// Result of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    /// There may be more at once.
    Published,
    /// There was nothing.
    Idle,
    /// The broker did not take something.
    Refused,
}

impl Relay {
    /// Relays until the process drains. Another process or the next start takes over the events that are left then.
    pub(crate) fn start(self, broker: &Broker, lifecycle: &Lifecycle) {
        let (publisher, soft) = (broker.publisher(), lifecycle.soft().clone());
        lifecycle.spawn("outbox relay", async move {
            let mut backlog = Backlog::new(self.patience);
            let mut refusals = Refusals::default();
            while !soft.is_cancelled() {
                let round = self.round(&publisher).await.unwrap_or_else(|error| {
                    outage::report(&error, "the outbox cannot be relayed at the moment");
                    Round::Idle
                });
                if let Err(error) = backlog.look(&self.gate).await {
                    outage::report(&error, "the age of the outbox cannot be read");
                }
                let pause = match round {
                    Round::Published => {
                        refusals.end();
                        continue;
                    }
                    Round::Idle => {
                        refusals.end();
                        self.tick
                    }
                    // A commit in between is no reason to try at once: the queue is as full as before.
                    Round::Refused => {
                        soft.run_until_cancelled(tokio::time::sleep(refusals.next(self.tick)))
                            .await;
                        continue;
                    }
                };
                tokio::select! {
                    () = self.outbox.notified() => {}
                    () = tokio::time::sleep(pause) => {}
                    () = soft.cancelled() => {}
                }
            }
            Ok::<_, Infallible>(())
        });
    }

    /// Publishes the events of each tenant, up to a few batches, so that a large import does not keep the others
    /// waiting.
    async fn round(&self, publisher: &Publisher) -> Result<Round, ReconcileError> {
        let tenants = outbox::tenants(&self.gate, TENANTS).await?;
        let mut round = Round::Idle;
        for tenant in tenants {
            let mut after = 0;
            for _ in 0..BATCHES {
                match self.batch(&tenant, after, publisher).await? {
                    Batch::Published(last) => (round, after) = (Round::Published, last),
                    Batch::Nothing => break,
                    Batch::Refused => return Ok(Round::Refused),
                }
            }
        }
        Ok(round)
    }

    /// Publishes and deletes the next events of a tenant. `after` are known to be gone: the index still leads through
    /// their remains.
    async fn batch(&self, tenant: &str, after: i64, publisher: &Publisher) -> Result<Batch, ReconcileError> {
        let Some(mut outbox) = OutboxLock::try_open(&self.gate, tenant).await? else {
            return Ok(Batch::Nothing);
        };
        let rows = outbox.next(after, self.batch, BATCH_BYTES).await?;
        if rows.is_empty() {
            return Ok(Batch::Nothing);
        }
        let (sequences, messages): (Vec<i64>, Vec<Message>) = rows
            .into_iter()
            .map(|row| (row.sequence, Message::portal(row.routing_key, row.payload)))
            .unzip();
        // Beyond this the transaction is not held for a broker that does not answer.
        let results = tokio::time::timeout(CONFIRMED_WITHIN, publisher.publish_all(&messages))
            .await
            .unwrap_or_else(|_| vec![Err(AmqpError::TimedOut("confirming events"))]);
        let confirmed = results.iter().take_while(|result| result.is_ok()).count();
        if let Some(Err(error)) = results.get(confirmed) {
            note(tenant, error);
        }
        let Some(&last) = confirmed.checked_sub(1).and_then(|last| sequences.get(last)) else {
            return Ok(Batch::Refused);
        };
        fail_point::pass(FailPoint::RelayConfirmed, tenant).await;
        outbox.delete(after, last).await?;
        fail_point::pass(FailPoint::RelayDeleted, tenant).await;
        Ok(if confirmed == messages.len() {
            Batch::Published(last)
        } else {
            Batch::Refused
        })
    }
}

/// The age of the waiting events shows that a queue is full; a broker that is away is reported as an outage.
fn note(tenant: &str, error: &AmqpError) {
    if let Some(part) = outage::part_of(error) {
        part.suspect(error);
    } else if matches!(error, AmqpError::Refused) {
        tracing::debug!(
            tenant.id = tenant,
            "the portal's queue is full: events wait in the outbox"
        );
    } else {
        tracing::warn!(
            tenant.id = tenant,
            error = chain(error),
            "an event could not be published"
        );
    }
}

/// Refusals in a row.
#[derive(Debug, Default)]
struct Refusals(u32);

impl Refusals {
    fn end(&mut self) {
        self.0 = 0;
    }

    /// Time to wait before the next try: from a quarter of a second, doubled each time, to `longest`.
    fn next(&mut self, longest: Duration) -> Duration {
        let pause = FIRST_PAUSE
            .saturating_mul(2_u32.saturating_pow(self.0))
            .min(longest);
        self.0 = self.0.saturating_add(1);
        pause
    }
}

/// Result of a batch.
enum Batch {
    /// All of it, up to this sequence.
    Published(i64),
    /// There is nothing, or another process is at it.
    Nothing,
    /// The broker did not take all of it.
    Refused,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Refusals;

    #[test]
    fn a_full_queue_is_tried_at_growing_intervals() {
        let longest = Duration::from_secs(5);
        let mut refusals = Refusals::default();
        let pauses: Vec<_> = (0..7).map(|_| refusals.next(longest).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 5000, 5000]);
        refusals.end();
        assert_eq!(refusals.next(longest).as_millis(), 250);
    }
}
