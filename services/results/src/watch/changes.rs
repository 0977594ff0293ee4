//! The watchers of each run that wait for a change.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::run_key::RunKey;

/// Passes on that a run changed to all its watchers. Each watcher holds one mark, however many changes it has not
/// looked at yet, so nothing grows but with the watchers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    watched: Arc<Mutex<HashMap<RunKey, watch::Sender<()>>>>,
}

impl Changes {
    /// Wakes the run's watchers.
    pub(crate) fn notify(&self, run: &RunKey) {
        if let Some(watchers) = self.watched().get(run) {
            watchers.send_replace(());
        }
    }

    /// Hears of every change of the run from now on.
    pub(super) fn subscribe(&self, run: RunKey) -> Subscription {
        let receiver = self
            .watched()
            .entry(run.clone())
            .or_insert_with(|| watch::Sender::new(()))
            .subscribe();
        Subscription {
            changes: self.clone(),
            run,
            receiver,
        }
    }

    /// Number of runs that are watched.
    #[cfg(test)]
    pub(super) fn watchers(&self) -> usize {
        self.watched().len()
    }

    // The map is consistent at any time, so a panic elsewhere does not make it worse.
    fn watched(&self) -> MutexGuard<'_, HashMap<RunKey, watch::Sender<()>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One watcher's ear.
#[derive(Debug)]
pub(super) struct Subscription {
    changes: Changes,
    run: RunKey,
    receiver: watch::Receiver<()>,
}

impl Subscription {
    /// Waits for a change since the last call.
    pub(super) async fn changed(&mut self) {
        if self.receiver.changed().await.is_err() {
            // The sender lives as long as this subscription: there is nothing left to hear, and nothing to do.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut watched = self.changes.watched();
        // The last one out; its own receiver is still counted.
        if watched
            .get(&self.run)
            .is_some_and(|watchers| watchers.receiver_count() <= 1)
        {
            watched.remove(&self.run);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use uuid::Uuid;

    use super::*;

    fn run(id: u128) -> RunKey {
        RunKey {
            tenant_id: "acme".into(),
            run_id: Uuid::from_u128(id),
        }
    }

    #[test]
    fn a_change_wakes_each_watcher_of_that_run_once() {
        let changes = Changes::default();
        let mut watchers = [
            changes.subscribe(run(1)),
            changes.subscribe(run(1)),
            changes.subscribe(run(2)),
        ];
        changes.notify(&run(1));
        changes.notify(&run(1));
        let woken: Vec<_> = watchers
            .iter_mut()
            .map(|watcher| watcher.changed().now_or_never().is_some())
            .collect();
        assert_eq!(woken, [true, true, false]);
        assert!(watchers[0].changed().now_or_never().is_none());
    }

    #[test]
    fn another_tenant_s_run_of_the_same_id_is_another_run() {
        let changes = Changes::default();
        let mut watcher = changes.subscribe(run(1));
        changes.notify(&RunKey {
            tenant_id: "other".into(),
            ..run(1)
        });
        assert!(watcher.changed().now_or_never().is_none());
    }

    #[test]
    fn nothing_is_left_of_watchers_that_left() {
        let changes = Changes::default();
        let (one, other) = (changes.subscribe(run(1)), changes.subscribe(run(1)));
        drop(one);
        assert_eq!(changes.watched().len(), 1);
        drop(other);
        assert_eq!(changes.watched().len(), 0);
    }
}
