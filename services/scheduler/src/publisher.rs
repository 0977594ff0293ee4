//! The publisher: from requests to jobs that the broker has confirmed.
//!
//! A request is marked only after the broker's confirmation, so a crash in between publishes it again: at least once,
//! never not at all.

use std::{convert::Infallible, sync::Arc, time::Duration};

use rollcall_chassis::{
    amqp::{self, AmqpError, Message, SCHEMA_VERSION, sign_job},
    fail_point::{self, FailPoint},
    lifecycle::chain,
    outage,
    pg::whole,
    signing::SigningKey,
};
use rollcall_proto::internal::v1::Job;
use tokio_util::sync::CancellationToken;

use crate::{
    metrics::Metrics,
    store::{Claim, Store, Unpublished},
    wakes::Wakes,
};

/// Jobs that are published at a time.
const BATCH: u32 = 256;
/// Time after which a job that the broker has not confirmed is tried again.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time for which requests stay in hand of a publisher that is no longer heard of.
const CLAIM_LENGTH: Duration = Duration::from_secs(3);
/// Interval at which a publisher that is at work on requests renews its claim.
const RENEW: Duration = Duration::from_secs(1);

/// Publishes the jobs of requested runs.
#[derive(Debug)]
pub(crate) struct Publisher {
    /// The requests.
    pub(crate) store: Store,
    /// Wakes it.
    pub(crate) wakes: Arc<Wakes>,
    /// The counters.
    pub(crate) metrics: Metrics,
    /// Signs the jobs.
    pub(crate) signing_key: Arc<SigningKey>,
    /// The publisher of jobs.
    pub(crate) jobs: amqp::Publisher,
    /// The longest wait between two looks, for requests whose process died before it published them.
    pub(crate) fallback: Duration,
}

impl Publisher {
    /// Publishes until it is stopped. While the database or the broker is away, requests wait.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            let failed = match self.publish_pending().await {
                Ok(all_confirmed) => !all_confirmed,
                Err(error) => {
                    outage::report(&error, "requests cannot be read or marked; they wait");
                    true
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                // After a failure a new request is no reason to try at once.
                () = self.wakes.requests_waiting(), if !failed => {}
                () = tokio::time::sleep(self.fallback) => {}
            }
        }
    }

    /// Publishes what waits; false as soon as the broker did not confirm something.
    async fn publish_pending(&self) -> sqlx::Result<bool> {
        loop {
            let claim = Claim::new(CLAIM_LENGTH);
            let batch = self.store.claim_unpublished(BATCH, claim).await?;
            if batch.is_empty() {
                return Ok(true);
            }
            let last = batch.len() < BATCH as usize;
            fail_point::pass(FailPoint::PublishClaimed, "").await;
            let (sent, unsent) = self.send(batch, claim).await;
            fail_point::pass(FailPoint::PublishConfirmed, "").await;
            self.metrics.published(sent.len(), unsent.len());
            self.store.mark_published(&sent).await?;
            fail_point::pass(FailPoint::PublishMarked, "").await;
            if !unsent.is_empty() {
                self.store.release_claims(&unsent, claim).await?;
                return Ok(false);
            }
            if last {
                return Ok(true);
            }
        }
    }

    /// Parts requests into those whose job the broker confirmed, and the others.
    async fn send(&self, requests: Vec<Unpublished>, claim: Claim) -> (Vec<Unpublished>, Vec<Unpublished>) {
        let messages: Vec<Message> = requests
            .iter()
            .map(|request| message(&self.signing_key, request))
            .collect();
        let publishing = tokio::time::timeout(PATIENCE, self.jobs.publish_all(&messages));
        let published = tokio::select! {
            published = publishing => published,
            never = self.keep(&requests, claim) => match never {},
        };
        let Ok(results) = published else {
            tracing::warn!(
                jobs = requests.len(),
                "the broker did not confirm in time; the jobs are tried again"
            );
            return (Vec::new(), requests);
        };
        if let Some(error) = results.iter().find_map(|result| result.as_ref().err()) {
            log_unconfirmed(&results, error);
        }
        let (sent, unsent): (Vec<_>, Vec<_>) = requests
            .into_iter()
            .zip(results)
            .partition(|(_, result)| result.is_ok());
        let requests =
            |parted: Vec<(Unpublished, _)>| parted.into_iter().map(|(request, _)| request).collect();
        (requests(sent), requests(unsent))
    }
}

impl Publisher {
    /// Keeps requests in hand for as long as it is polled. While the database is away, the claim runs out and another
    /// may publish them too, which is harmless.
    async fn keep(&self, requests: &[Unpublished], claim: Claim) -> Infallible {
        loop {
            tokio::time::sleep(RENEW).await;
            let (store, claimed) = (self.store.clone(), requests.to_vec());
            // The broker's answer ends this loop at any moment.
            let renewed = whole(async move { store.renew_claims(&claimed, claim).await });
            if let Err(error) = renewed.await {
                tracing::debug!(error = chain(&error), "a claim could not be renewed");
            }
        }
    }
}

fn log_unconfirmed(results: &[Result<(), AmqpError>], first: &AmqpError) {
    if let Some(broker) = outage::part_of(first) {
        return broker.suspect(first);
    }
    let unconfirmed = results.iter().filter(|result| result.is_err()).count();
    tracing::warn!(
        unconfirmed,
        error = chain(first),
        "the broker did not take all jobs; the others are tried again"
    );
}

fn message(signing_key: &SigningKey, request: &Unpublished) -> Message {
    let job = Job {
        schema_version: SCHEMA_VERSION,
        tenant_id: request.tenant_id.clone(),
        run_id: request.run_id.to_string(),
        test: None,
    };
    let signed = sign_job(signing_key, &job);
    Message::job(request.lane, &signed).with_traceparent(request.traceparent.clone())
}
