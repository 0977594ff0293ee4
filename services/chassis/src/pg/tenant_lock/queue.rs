//! Queues of a process for tenants: one waiter has the turn, the others queue.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::Waiter;

/// Number of steps of a tenant's runs that may queue: more than a tenant has runs in progress.
const MOST_RUNS: usize = 16;

/// The queues of all tenants that a caller waits for.
#[derive(Debug, Clone)]
pub(super) struct Queues {
    tenants: Arc<Mutex<HashMap<String, Queue>>>,
    /// Number of calls of a tenant that may wait.
    most_calls: usize,
}

/// State of a tenant's turn, and the next waiters.
#[derive(Debug)]
struct Queue {
    turn_of: Waiter,
    /// True if the waiter with the turn found the lock taken.
    turn_waits: bool,
    /// Runs before calls, each in the order in which they came.
    next: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    waiter: Waiter,
    turn: oneshot::Sender<Turn>,
}

/// The right to try a tenant's lock, and to have it. Dropped, it is the next one's.
#[derive(Debug)]
pub(super) struct Turn {
    queues: Queues,
    tenant: String,
}

impl Queues {
    pub(super) fn new(most_calls: usize) -> Self {
        Self {
            tenants: Arc::default(),
            most_calls,
        }
    }

    /// Queues for a tenant; `None` if too many do. The result of the wait is the turn, or `None` if one before has to
    /// wait and too many would.
    pub(super) fn join(
        &self,
        tenant: &str,
        waiter: Waiter,
    ) -> Option<impl Future<Output = Option<Turn>> + use<>> {
        let (sender, receiver) = oneshot::channel();
        let mut first = None;
        {
            let mut tenants = self.lock();
            match tenants.get_mut(tenant) {
                None => {
                    tenants.insert(tenant.to_owned(), Queue::new(waiter));
                    first = Some(self.turn(tenant));
                }
                Some(queue) if queue.has_place(waiter, self.most_calls) => queue.push(waiter, sender),
                Some(_) => return None,
            }
        }
        Some(async move {
            match first {
                Some(turn) => Some(turn),
                None => receiver.await.ok(),
            }
        })
    }

    /// The turn, if no other work wants the tenant.
    pub(super) fn take(&self, tenant: &str) -> Option<Turn> {
        let mut tenants = self.lock();
        if tenants.contains_key(tenant) {
            return None;
        }
        tenants.insert(tenant.to_owned(), Queue::new(Waiter::Run));
        Some(self.turn(tenant))
    }

    fn turn(&self, tenant: &str) -> Turn {
        Turn {
            queues: self.clone(),
            tenant: tenant.to_owned(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Queue>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a tenant's turn to the next one; forgets the tenant if there is none.
    fn pass_on(&self, tenant: &str) {
        let next = {
            let mut tenants = self.lock();
            let next = tenants.get_mut(tenant).and_then(Queue::advance);
            if next.is_none() {
                tenants.remove(tenant);
            }
            next
        };
        if let Some(next) = next {
            // One that no longer waits drops the turn, which passes it on.
            let _ = next.send(self.turn(tenant));
        }
    }
}

impl Queue {
    fn new(waiter: Waiter) -> Self {
        Self {
            turn_of: waiter,
            turn_waits: false,
            next: VecDeque::new(),
        }
    }

    /// Number of waiters: those in the queue, and the one with the turn if the lock was taken.
    fn waiting(&self, waiter: Waiter) -> usize {
        let queued = self.next.iter();
        let queued = queued.filter(|next| next.waiter == waiter && !next.turn.is_closed());
        queued.count() + usize::from(self.turn_waits && self.turn_of == waiter)
    }

    fn has_place(&self, waiter: Waiter, most_calls: usize) -> bool {
        let most = match waiter {
            Waiter::Call => most_calls,
            Waiter::Run => MOST_RUNS,
        };
        self.waiting(waiter) < most
    }

    fn push(&mut self, waiter: Waiter, turn: oneshot::Sender<Turn>) {
        self.next.retain(|next| !next.turn.is_closed());
        let waiting = Waiting { waiter, turn };
        match waiter {
            Waiter::Call => self.next.push_back(waiting),
            Waiter::Run => {
                let calls = self.next.partition_point(|next| next.waiter == Waiter::Run);
                self.next.insert(calls, waiting);
            }
        }
    }

    fn advance(&mut self) -> Option<oneshot::Sender<Turn>> {
        let next = self.next.pop_front()?;
        self.turn_of = next.waiter;
        self.turn_waits = false;
        Some(next.turn)
    }
}

impl Turn {
    /// Notes that the lock is taken. A call that came last, and now would be one too many to wait, is sent away.
    pub(super) fn waits(&mut self) {
        let mut tenants = self.queues.lock();
        let Some(queue) = tenants.get_mut(&self.tenant) else {
            return;
        };
        queue.turn_waits = true;
        if queue.waiting(Waiter::Call) > self.queues.most_calls
            && queue.next.back().is_some_and(|last| last.waiter == Waiter::Call)
        {
            queue.next.pop_back();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.queues.pass_on(&self.tenant);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::{Queues, Turn, Waiter};

    type Place = futures::future::BoxFuture<'static, Option<Turn>>;

    fn join(queues: &Queues, tenant: &str, waiter: Waiter) -> Option<Place> {
        queues.join(tenant, waiter).map(FutureExt::boxed)
    }

    fn turn(place: &mut Place) -> Option<Turn> {
        place.now_or_never().flatten()
    }

    #[test]
    fn two_calls_wait_and_a_third_is_refused_and_no_other_tenant_is_concerned() {
        let queues = Queues::new(2);
        let mut first = join(&queues, "a", Waiter::Call).unwrap();
        let _has = turn(&mut first).unwrap();
        let _second = join(&queues, "a", Waiter::Call).unwrap();
        let _third = join(&queues, "a", Waiter::Call).unwrap();
        assert!(join(&queues, "a", Waiter::Call).is_none());
        let mut other = join(&queues, "b", Waiter::Call).unwrap();
        assert!(turn(&mut other).is_some());
    }

    #[test]
    fn a_caller_that_finds_the_lock_taken_waits_too_and_the_last_is_one_too_many() {
        let queues = Queues::new(2);
        let mut first = join(&queues, "a", Waiter::Call).unwrap();
        let mut has = turn(&mut first).unwrap();
        let mut second = join(&queues, "a", Waiter::Call).unwrap();
        let mut third = join(&queues, "a", Waiter::Call).unwrap();
        has.waits();
        assert!(third.as_mut().now_or_never().unwrap().is_none(), "sent away");
        assert!(second.as_mut().now_or_never().is_none(), "still waits");
    }

    #[test]
    fn a_run_goes_before_the_calls_and_an_untaken_turn_goes_to_the_next() {
        let queues = Queues::new(2);
        let mut first = join(&queues, "a", Waiter::Call).unwrap();
        let has = turn(&mut first).unwrap();
        let mut call = join(&queues, "a", Waiter::Call).unwrap();
        let mut run = join(&queues, "a", Waiter::Run).unwrap();
        let gone = join(&queues, "a", Waiter::Run).unwrap();
        drop(has);
        assert!(call.as_mut().now_or_never().is_none(), "the run is first");
        let runs = turn(&mut run).unwrap();
        drop(gone);
        drop(runs);
        let calls = turn(&mut call).unwrap();
        drop(calls);
        assert!(queues.lock().is_empty(), "nothing is left of it");
    }

    #[test]
    fn a_caller_that_only_tries_gets_no_turn_while_others_wait_for_the_tenant() {
        let queues = Queues::new(2);
        let tried = queues.take("a").unwrap();
        assert!(queues.take("a").is_none());
        drop(tried);
        assert!(queues.take("a").is_some());
    }
}
