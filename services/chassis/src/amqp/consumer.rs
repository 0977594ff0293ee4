//! Consuming, across broken connections.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    AmqpError, Delivery, Fault,
    connection::Links,
    subscription::{Opening, Source, Subscription},
};
use crate::{lifecycle::chain, outage};

/// The pause after a queue could not be consumed although there is a connection.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes deliveries from one queue, on whichever connection there is.
#[derive(Debug)]
pub struct Consumer {
    links: Links,
    source: Source,
    prefetch: u16,
    open: Option<Subscription>,
    opening: Option<Opening>,
    /// Deliveries of the present subscription that are not finished.
    unfinished: Arc<AtomicUsize>,
    /// Deliveries of a subscription that was replaced.
    left: VecDeque<Delivery>,
}

impl Consumer {
    pub(super) fn new(links: Links, source: Source, prefetch: u16) -> Self {
        Self {
            links,
            source,
            prefetch,
            open: None,
            opening: None,
            unfinished: Arc::default(),
            left: VecDeque::new(),
        }
    }

    /// Number of deliveries that may come before another one is acknowledged.
    pub fn may_come(&self) -> usize {
        let of_broker = match self.open {
            Some(_) => usize::from(self.prefetch).saturating_sub(self.unfinished.load(Ordering::Relaxed)),
            None => 0,
        };
        self.left.len() + of_broker
    }

    /// Lets `prefetch` more deliveries come, beside those that are not acknowledged yet. These stay valid. If it is
    /// subscribed, it subscribes again on the same channel.
    pub async fn allow(&mut self, prefetch: u16) {
        self.finish_opening().await;
        self.prefetch = prefetch;
        let Some(mut open) = self.open.take() else {
            return;
        };
        match open.cancel(&self.source, &self.unfinished).await {
            Ok(left) => self.left.extend(left),
            Err(error) => {
                tracing::debug!(error = chain(&error), "the consumer was gone already");
                return;
            }
        }
        let wanted = usize::from(prefetch).saturating_sub(self.left.len());
        self.prefetch = u16::try_from(wanted).unwrap_or(u16::MAX);
        if self.prefetch == 0 {
            return;
        }
        match Subscription::on(open.channel, &self.source, self.prefetch).await {
            Ok(open) => self.subscribed(open),
            // The next delivery is awaited on another channel.
            Err(error) => self.note(&error),
        }
    }

    /// Waits until it is subscribed, however long that takes. Without a prefetch it does not subscribe: that would mean
    /// no bound to the broker. Dropping the wait loses nothing: the next one continues it.
    pub async fn ready(&mut self) {
        while self.open.is_none() && (self.prefetch > 0 || self.opening.is_some()) {
            self.opening.get_or_insert_with(|| {
                Opening::begin(self.links.clone(), self.source.clone(), self.prefetch)
            });
            if let Some(Err(error)) = self.finish_opening().await
                && !matches!(error, AmqpError::Away)
            {
                self.note(&error);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Waits for the subscription on its way, if there is one; it is bounded in time.
    async fn finish_opening(&mut self) -> Option<Result<(), AmqpError>> {
        let opened = self.opening.as_mut()?.opened().await;
        self.opening = None;
        Some(opened.map(|open| self.subscribed(open)))
    }

    fn subscribed(&mut self, open: Subscription) {
        // Deliveries of an earlier subscription do not count against the prefetch of this one.
        self.unfinished = Arc::default();
        self.open = Some(open);
    }

    fn note(&self, error: &AmqpError) {
        let queue = self.source.name();
        if let Some(part) = outage::part_of(error) {
            part.suspect(error);
            tracing::debug!(queue, error = chain(error), "cannot consume");
        } else {
            tracing::warn!(queue, error = chain(error), "cannot consume");
        }
    }

    /// The next delivery, however long that takes. Dropping the wait loses nothing. Begins to consume if need be, also
    /// again after [`Consumer::stop`].
    pub async fn next(&mut self) -> Delivery {
        loop {
            if let Some(delivery) = self.left.pop_front() {
                return delivery;
            }
            self.ready().await;
            let Some(open) = &mut self.open else {
                return std::future::pending().await;
            };
            match open.next().await {
                Some(Ok(delivery)) => return Delivery::new(delivery, &open.channel, &self.unfinished),
                Some(Err(error)) => outage::report(
                    &AmqpError::Broken {
                        what: "consuming",
                        source: Fault::from(error),
                    },
                    "consuming was interrupted",
                ),
                // A connection that ends takes its consumers along; that is logged as the broker's outage.
                None => tracing::debug!(queue = self.source.name(), "the broker ended the consumer"),
            }
            self.source.publish_queue(None);
            self.open = None;
        }
    }

    /// Stops taking deliveries and gives back those that were not handed out. Deliveries that were stay valid, and can
    /// be acknowledged.
    pub async fn stop(&mut self) {
        self.finish_opening().await;
        let mut left = std::mem::take(&mut self.left);
        if let Some(mut open) = self.open.take() {
            match open.cancel(&self.source, &self.unfinished).await {
                Ok(more) => left.extend(more),
                Err(error) => tracing::debug!(error = chain(&error), "the consumer was gone already"),
            }
        }
        for delivery in left {
            if delivery.requeue().await.is_err() {
                return;
            }
        }
    }
}
