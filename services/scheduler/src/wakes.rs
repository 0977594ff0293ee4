//! Signals by which one part of the process wakes another for work, so that it does not wait for a tick.

use tokio::sync::Notify;

/// A wake-up is kept until its loop looks, so that none is missed between two looks.
#[derive(Debug, Default)]
pub(crate) struct Wakes {
    publisher: Notify,
    due_tick: Notify,
}

impl Wakes {
    /// Wakes the publisher.
    pub(crate) fn requests_added(&self) {
        self.publisher.notify_one();
    }

    /// Wakes the due tick.
    pub(crate) fn change_schedule(&self) {
        self.due_tick.notify_one();
    }

    /// Waits for requests to publish.
    pub(crate) async fn requests_waiting(&self) {
        self.publisher.notified().await;
    }

    /// Waits for a schedule to change.
    pub(crate) async fn schedule_changed(&self) {
        self.due_tick.notified().await;
    }
}
