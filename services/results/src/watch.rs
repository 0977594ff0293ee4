//! Runs as they change.
//!
//! A message on `rollcall.events` says that a run changed, never its present state: a watcher reads the run again.
//! Messages may be lost and may come in floods, so a watcher reads every few seconds without a message, and never
//! faster than a few times a second.

mod changes;

use std::{sync::Arc, time::Duration};

use futures::{Stream, stream};
use prost::Message as _;
use rollcall_chassis::{
    BoxError,
    amqp::{Consumer, Delivery},
    pg::whole,
    status::ApiError,
};
use rollcall_domain::sentences::refusal;
use rollcall_proto::{internal::v1::RunChanged, v1::Run};
use rollcall_terms::{Refusal, run::is_final};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::run_key::RunKey;

pub(crate) use changes::Changes;
use changes::Subscription;

/// Messages in hand.
pub(crate) const PREFETCH: u16 = 256;
/// The shortest time between two reads of a watched run.
const SPACING: Duration = Duration::from_millis(200);

/// Limits of the time and the pace of watching a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Interval at which it is read without a report of a change.
    pub(crate) reread: Duration,
    /// Time that a stream may go on without a change.
    pub(crate) idle: Duration,
    /// Time that a stream may go on at all.
    pub(crate) lifetime: Duration,
}

/// Reads a run.
pub(crate) trait ReadRun: Send + Sync + 'static {
    /// The run as it is now.
    fn read(&self, run: &RunKey) -> impl Future<Output = Result<Run, ApiError>> + Send;

    /// The same for a caller that watches it already. Those are many, and wait for each other.
    fn read_again(&self, run: &RunKey) -> impl Future<Output = Result<Run, ApiError>> + Send {
        self.read(run)
    }
}

/// Passes on the broker's messages, until the process drains.
pub(crate) async fn hear(
    mut events: Consumer,
    changes: Changes,
    ended: CancellationToken,
) -> Result<(), BoxError> {
    while let Some(delivery) = ended.run_until_cancelled(events.next()).await {
        if let Some(run) = changed(&delivery) {
            changes.notify(&run);
        } else {
            let (key, bytes) = (delivery.routing_key(), delivery.body().len());
            tracing::warn!(key, bytes, "a message that is no RunChanged is passed over");
        }
        if let Err(error) = delivery.ack().await {
            tracing::debug!(%error, "the queue is gone, and the message with it");
        }
    }
    events.stop().await;
    Ok(())
}

fn changed(delivery: &Delivery) -> Option<RunKey> {
    let event = RunChanged::decode(delivery.body()).ok()?;
    Some(RunKey {
        run_id: Uuid::parse_str(&event.run_id).ok()?,
        tenant_id: event.tenant_id,
    })
}

/// The run now, and then whenever it is another, up to a final state. An unknown run is an error at once.
pub(crate) async fn watch<R: ReadRun + 'static>(
    runs: Arc<R>,
    run: RunKey,
    changes: &Changes,
    limits: Limits,
    ended: CancellationToken,
) -> Result<impl Stream<Item = Result<Run, ApiError>> + Send + use<R>, ApiError> {
    // Before the first read, so that no change falls between the two.
    let subscription = changes.subscribe(run.clone());
    let first = runs.read(&run).await?;
    let now = Instant::now();
    let watcher = Watcher {
        runs,
        run,
        subscription,
        limits,
        ended,
        seen: None,
        begun: now,
        changed: now,
        read: now,
    };
    Ok(stream::try_unfold(
        (watcher, Some(first)),
        |(mut watcher, first)| async move {
            let next = match first {
                Some(run) => Some(watcher.see(run)),
                None => watcher.next().await?,
            };
            Ok(next.map(|run| (run, (watcher, None))))
        },
    ))
}

/// A caller that watches a run.
struct Watcher<R> {
    runs: Arc<R>,
    run: RunKey,
    subscription: Subscription,
    limits: Limits,
    ended: CancellationToken,
    /// The run as it was shown last.
    seen: Option<Run>,
    begun: Instant,
    /// Time at which it last showed something new.
    changed: Instant,
    read: Instant,
}

impl<R: ReadRun> Watcher<R> {
    /// Notes what is shown.
    fn see(&mut self, run: Run) -> Run {
        self.changed = Instant::now();
        self.seen = Some(run.clone());
        run
    }

    /// The run once it is another than was shown last; none after a final state.
    async fn next(&mut self) -> Result<Option<Run>, ApiError> {
        if self.seen.as_ref().is_some_and(|run| is_final(run.state())) {
            return Ok(None);
        }
        loop {
            self.wait().await?;
            let (runs, run) = (Arc::clone(&self.runs), self.run.clone());
            // The watcher may go away at any moment.
            let run = whole(async move { runs.read_again(&run).await }).await?;
            self.read = Instant::now();
            if self.seen.as_ref() != Some(&run) {
                return Ok(Some(self.see(run)));
            }
        }
    }

    /// Waits until the run should be read again.
    async fn wait(&mut self) -> Result<(), ApiError> {
        let limit = (self.begun + self.limits.lifetime).min(self.changed + self.limits.idle);
        let change = async {
            self.subscription.changed().await;
            tokio::time::sleep_until(self.read + SPACING).await;
        };
        tokio::select! {
            biased;
            () = self.ended.cancelled() => Err(ApiError::new(Refusal::WatchEnded, refusal::WATCH_ENDED)),
            () = tokio::time::sleep_until(limit) => Err(ApiError::new(Refusal::WatchTooLong, refusal::WATCH_TOO_LONG)),
            () = change => Ok(()),
            () = tokio::time::sleep_until(self.read + self.limits.reread) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
