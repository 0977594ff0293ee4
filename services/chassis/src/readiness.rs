//! The loop that keeps a service's health true: it checks each part that the service stands on, again and again.
//!
//! A service is SERVING while all of its parts answered the last check. The checks run beside each other, each with an
//! end, so that a part that hangs hides nothing of the others. After a loss a part is asked often at first and at
//! growing intervals then, never so rarely that a recovery would go unseen for 5 s.

use std::{
    num::NonZeroU32,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    BoxError, Lifecycle,
    amqp::Broker,
    grpc::Serving,
    outage::{BROKER, Cause, DATABASE, Part, VIEWS},
    pg::{Database, Sessions, whole},
};

/// Between two checks of a part that answers.
const INTERVAL: Duration = Duration::from_secs(1);
/// The first and the longest pause after a check that failed. Where one service waits for another, their pauses add up.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));
/// The longest pause after a refusal: it lasts until a person changes something.
const REFUSED: Duration = Duration::from_secs(4);
/// A suspicion has a part checked at once, and never more often than this.
const SPACING: Duration = Duration::from_millis(100);
/// An answer that takes longer is none.
const ANSWER: Duration = Duration::from_secs(3);
/// The longest wait of a check for its connection.
const CONNECTION: Duration = Duration::from_secs(2);

type CheckFuture = Pin<Box<dyn Future<Output = Result<(), Cause>> + Send>>;

/// Parts that a service depends on.
#[derive(Default)]
pub struct Readiness {
    checks: Vec<Check>,
}

struct Check {
    part: &'static Part,
    ask: Box<dyn Fn() -> CheckFuture + Send + Sync>,
    answers: watch::Sender<bool>,
}

impl std::fmt::Debug for Readiness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readiness")
            .field("checks", &self.checks.len())
            .finish()
    }
}

impl Readiness {
    /// Adds a part and its check. The returned value says from now on if it answers.
    pub fn check<F, Fut>(&mut self, part: &'static Part, ask: F) -> watch::Receiver<bool>
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Cause>> + Send + 'static,
    {
        let (answers, receiver) = watch::channel(false);
        self.checks.push(Check {
            part,
            ask: Box::new(move || Box::pin(ask())),
            answers,
        });
        receiver
    }

    /// Adds the database: it answers a trivial statement, over a connection of the check's own, which is there even
    /// while calls keep all those of the pool busy. The returned value says from now on if the database answers.
    pub fn check_database(&mut self, database: &Database) -> watch::Receiver<bool> {
        let sessions = Sessions {
            connections: NonZeroU32::MIN,
            statement: ANSWER,
            idle_transaction: ANSWER,
        };
        // Less than is waited for an answer: a check that came to nothing never keeps the next from the connection.
        let own = database.pool_that_waits(sessions, CONNECTION);
        self.check(&DATABASE, move || {
            let own = own.clone();
            // An answer that comes too late is still taken out of the connection.
            whole(async move {
                // It names nothing that the compiler could check.
                let answered = sqlx::query("SELECT 1").execute(&own).await;
                answered.map(drop).map_err(|error| Cause::away(&error))
            })
        })
    }

    /// Adds the broker: it finds a declared exchange.
    pub fn check_broker(&mut self, broker: &Broker) {
        let probe = Arc::new(broker.probe());
        self.check(&BROKER, move || {
            let probe = Arc::clone(&probe);
            async move { probe.ask().await.map_err(|error| Cause::away(&error)) }
        });
    }

    /// Adds the views that other services publish in the database. They come and stay: once there, they are not asked for
    /// again. While the database is away, that is the database's outage and not the views'.
    pub fn check_views<F, Fut>(&mut self, published: F) -> watch::Receiver<bool>
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<bool, sqlx::Error>> + Send + 'static,
    {
        let there = Arc::new(AtomicBool::new(false));
        self.check(&VIEWS, move || {
            let (there, asked) = (Arc::clone(&there), published());
            whole(async move {
                if there.load(Ordering::Relaxed) {
                    return Ok(());
                }
                match asked.await {
                    Ok(true) => there.store(true, Ordering::Relaxed),
                    Ok(false) => {
                        return Err(Cause::no_answer("each service publishes its own when it starts"));
                    }
                    Err(error) => return Err(Cause::away(&error)),
                }
                Ok(())
            })
        })
    }

    /// Begins to check, and sets on all of `serving` if all parts answer. The return value says the same.
    pub fn start(
        self,
        serving: impl IntoIterator<Item = Serving>,
        lifecycle: &Lifecycle,
    ) -> watch::Receiver<bool> {
        let serving: Vec<Serving> = serving.into_iter().collect();
        let (ready, receiver) = watch::channel(false);
        let receivers: Vec<_> = self
            .checks
            .iter()
            .map(|check| check.answers.subscribe())
            .collect();
        let ended = lifecycle.soft().clone();
        let checks = join_all(self.checks.into_iter().map(|check| keep(check, ended.clone())));
        lifecycle.spawn("readiness", async move {
            tokio::join!(checks, report(receivers, ready, serving, ended));
            Ok::<_, BoxError>(())
        });
        receiver
    }
}

/// Checks a part until the process drains.
async fn keep(check: Check, ended: CancellationToken) {
    let mut failing = PAUSES.0;
    loop {
        let asked = tokio::time::timeout(ANSWER, (check.ask)());
        let Some(answer) = ended.run_until_cancelled(asked).await else {
            return;
        };
        let late = || {
            Err(Cause::no_answer(format!(
                "no answer within {} s",
                ANSWER.as_secs()
            )))
        };
        let pause = match answer.unwrap_or_else(|_| late()) {
            Ok(()) => {
                check.part.answers();
                check.answers.send_replace(true);
                failing = PAUSES.0;
                INTERVAL
            }
            Err(cause) => {
                check.part.is_away(&cause);
                check.answers.send_replace(false);
                let pause = failing;
                failing = (failing * 2).min(if cause.is_refusal() { REFUSED } else { PAUSES.1 });
                pause
            }
        };
        let wait = async {
            tokio::time::sleep(SPACING).await;
            tokio::select! {
                () = tokio::time::sleep(pause.saturating_sub(SPACING)) => {}
                () = check.part.suspected() => {}
            }
        };
        if ended.run_until_cancelled(wait).await.is_none() {
            return;
        }
    }
}

/// Reports each change to the health service, until the process drains.
async fn report(
    mut parts: Vec<watch::Receiver<bool>>,
    ready: watch::Sender<bool>,
    serving: Vec<Serving>,
    ended: CancellationToken,
) {
    loop {
        // Every part is marked as seen, also behind one that is away: a change in between is met by the next round.
        let seen: Vec<bool> = parts.iter_mut().map(|part| *part.borrow_and_update()).collect();
        let now = seen.into_iter().all(|ready| ready);
        if ready.send_replace(now) != now {
            tracing::info!("{}", if now { "ready" } else { "not ready" });
        }
        for serving in &serving {
            serving.set_ready(now).await;
        }
        if parts.is_empty() || ended.is_cancelled() {
            return;
        }
        let waits = parts.iter_mut().map(|part| Box::pin(part.changed()));
        let changed = futures::future::select_all(waits);
        if ended.run_until_cancelled(changed).await.is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
