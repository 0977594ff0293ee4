//! The holder of a tenant's lease, and the decision if it must be respected.

use jiff::SignedDuration;
use rollcall_domain::{Fence, RunId};

use super::asking::Begin;
use crate::{hearing::Hearing, store::TenantLock};

/// The lease as it stands.
#[derive(Clone, Debug)]
pub(super) struct HeldLease {
    run: RunId,
    worker: String,
    fence: Fence,
    /// True if its holder was heard of lately, or could not have been.
    alive: bool,
}

/// The run and the worker that ask for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker<'a> {
    run: RunId,
    worker: &'a str,
    given_up: Option<Fence>,
}

/// The holder, as seen by the asker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// The lease is free.
    Nobody,
    /// The asker has it for this very run.
    Asker,
    /// Another worker has it for this very run.
    OtherWorker,
    /// Another run has it.
    OtherRun,
    /// Another worker had it for this very run and has fallen silent.
    LostWorker,
    /// Another run had it and has fallen silent.
    LostRun(RunId),
}

impl<'a> Asker<'a> {
    pub(super) fn new(begin: &'a Begin) -> Self {
        Self {
            run: begin.run,
            worker: &begin.worker,
            given_up: begin.given_up,
        }
    }
}

/// A lease, or none.
pub(super) struct Leased(Option<HeldLease>);

impl Leased {
    /// The tenant's lease, if a run has it. One whose holder was silent for this long counts only as long as no
    /// worker could have been heard.
    pub(super) fn look_up(tenant: &TenantLock, silence: SignedDuration, hearing: &Hearing) -> Self {
        let beats = tenant
            .last_heartbeat()
            .is_some_and(|beat| tenant.now() - silence < beat);
        let lease = &tenant.row.lease;
        Self(lease.run.map(|run| HeldLease {
            run,
            worker: lease.worker.clone().unwrap_or_default(),
            fence: lease.fence,
            alive: beats || !hearing.would_have_heard(silence.unsigned_abs()),
        }))
    }

    /// The holder, as seen by the asker.
    ///
    /// A lease that a worker gave up is free at once. A worker that only asks again has not given up anything: its
    /// job may have come twice while it reads. Only silence shows that it does not read, and since it asks, its
    /// process lives: the run has lost no worker.
    pub(super) fn for_asker(self, asker: &Asker<'_>) -> Holder {
        let Some(lease) = self.0 else {
            return Holder::Nobody;
        };
        if lease.run != asker.run {
            return if lease.alive {
                Holder::OtherRun
            } else {
                Holder::LostRun(lease.run)
            };
        }
        if asker.given_up == Some(lease.fence) {
            return Holder::Nobody;
        }
        let same_worker = lease.worker == asker.worker;
        match (same_worker, lease.alive) {
            (true, true) => Holder::Asker,
            (true, false) => Holder::Nobody,
            (false, true) => Holder::OtherWorker,
            (false, false) => Holder::LostWorker,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn run(number: u128) -> RunId {
        RunId::from_uuid(Uuid::from_u128(number))
    }

    fn asks(alive: bool, number: u128, worker: &str, given_up: Option<i64>) -> Holder {
        let lease = HeldLease {
            run: run(1),
            worker: "w1".to_owned(),
            fence: Fence(7),
            alive,
        };
        Leased(Some(lease)).for_asker(&Asker {
            run: run(number),
            worker,
            given_up: given_up.map(Fence),
        })
    }

    #[test]
    fn no_worker_takes_the_lease_of_a_live_holder_not_even_its_own() {
        assert_eq!(asks(true, 1, "w1", None), Holder::Asker);
        assert_eq!(asks(true, 1, "w1", Some(6)), Holder::Asker, "another lease");
        assert_eq!(asks(true, 1, "w2", None), Holder::OtherWorker);
        assert_eq!(asks(true, 2, "w1", None), Holder::OtherRun);
        assert_eq!(asks(true, 2, "w1", Some(7)), Holder::OtherRun);
    }

    #[test]
    fn a_holder_that_fell_silent_loses_its_run_unless_its_own_worker_asks() {
        assert_eq!(asks(false, 1, "w2", None), Holder::LostWorker);
        assert_eq!(asks(false, 2, "w1", None), Holder::LostRun(run(1)));
        assert_eq!(asks(false, 1, "w1", None), Holder::Nobody);
    }

    #[test]
    fn what_a_worker_gave_up_is_free_at_once() {
        assert_eq!(asks(true, 1, "w1", Some(7)), Holder::Nobody);
        assert_eq!(asks(true, 1, "w2", Some(7)), Holder::Nobody);
    }

    #[test]
    fn a_free_lease_goes_to_any_run() {
        let asker = Asker {
            run: run(1),
            worker: "w1",
            given_up: None,
        };
        assert_eq!(Leased(None).for_asker(&asker), Holder::Nobody);
    }
}
