//! Division of a worker's capacity among its runs.
//!
//! A slot belongs to a run that works, and to no run for longer than its turn. A run whose directory is silent gives
//! its slot up and continues: it needs no more than a task, a thread that sleeps and a socket. A run that takes long,
//! for whatever reason, continues without one too. Both are bounded, for all lanes together. A tenant has at most one
//! of them, because it has one lease.
//!
//! Each run that gives its slot up lets one more run begin beside the slots, for a while. The number of runs that learn
//! about their directories therefore doubles as long as they find silence or a long read. A healthy run behind two
//! hundred of those begins after a few of these rounds.

use std::{
    collections::HashMap,
    convert::Infallible,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rollcall_chassis::amqp::Lane;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep},
};

#[cfg(test)]
mod tests;

/// Time for which a run may have a slot while others wait for it. Nearly every run has ended by then.
pub(crate) const TURN: Duration = Duration::from_millis(250);

/// Time for which a run that gave up its slot lets another run begin in its stead. It is longer than it takes to take a
/// job and begin its run, even on a machine that is short of time.
pub(crate) const STEAD: Duration = Duration::from_secs(5);

/// Places of runs without a slot, for all lanes of a worker together.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    /// Of runs whose directories do not answer, or answer slowly.
    waiting: Arc<Semaphore>,
    /// Of runs that take longer than their turn.
    long: Arc<Semaphore>,
}

impl Beside {
    /// So many of each.
    pub(crate) fn new(waiting: u16, long: u16) -> Self {
        Self {
            waiting: Arc::new(Semaphore::new(waiting.into())),
            long: Arc::new(Semaphore::new(long.into())),
        }
    }
}

/// The slots of one lane.
#[derive(Debug)]
pub(crate) struct Slots {
    lane: Lane,
    most: usize,
    reading: Arc<Semaphore>,
    beside: Beside,
    /// Runs of this lane that may be without a slot at once; they share `waiting` with the other lanes.
    most_waiting: usize,
    runs: Mutex<Runs>,
    changed: Notify,
}

/// The runs of a lane. How many there are of a kind is counted where it is asked for, so that no count can differ from
/// what the runs do.
#[derive(Debug, Default)]
struct Runs {
    next: u64,
    stages: HashMap<u64, Stage>,
}

/// All places of such runs without a slot are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// Share of one run in its lane, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    slots: Arc<Slots>,
    id: u64,
    /// Notified when the run must continue without a slot.
    has_had_turn: Notify,
}

/// Activity of a run. Its directory, its turns and its reading thread change it at the same time.
#[derive(Debug)]
enum Stage {
    /// It finds out about its directory, and counts as one with a slot.
    Opening,
    /// It has no slot: its directory does not answer, or answers slowly.
    Waiting {
        since: Instant,
        permit: OwnedSemaphorePermit,
    },
    /// Its directory has answered. It counts as one with a slot, and keeps its place without one until it reads.
    Answered { permit: OwnedSemaphorePermit },
    /// It reads.
    Reading { _permit: OwnedSemaphorePermit },
    /// It goes on without a slot: it had its turn.
    Long {
        since: Instant,
        _permit: OwnedSemaphorePermit,
    },
}

impl Stage {
    /// True if it has a slot, or is about to have one.
    fn is_active(&self) -> bool {
        matches!(self, Self::Opening | Self::Answered { .. } | Self::Reading { .. })
    }
}

impl Runs {
    fn active(&self) -> usize {
        self.stages.values().filter(|stage| stage.is_active()).count()
    }

    /// Those without a slot because their directories wait.
    fn waiting(&self) -> impl Iterator<Item = Instant> {
        self.stages.values().filter_map(|stage| match stage {
            Stage::Waiting { since, .. } => Some(*since),
            _ => None,
        })
    }

    /// Those without one because they take long.
    fn long(&self) -> impl Iterator<Item = Instant> {
        self.stages.values().filter_map(|stage| match stage {
            Stage::Long { since, .. } => Some(*since),
            _ => None,
        })
    }
}

impl Slots {
    /// So many slots of a lane, and the places beside them, which every lane of a worker shares.
    pub(crate) fn new(lane: Lane, most: u16, beside: &Beside) -> Arc<Self> {
        let shared = beside.waiting.available_permits();
        Arc::new(Self {
            lane,
            most: most.into(),
            reading: Arc::new(Semaphore::new(most.into())),
            beside: beside.clone(),
            // Half of them are left to runs of the other lanes whose directories fall silent.
            most_waiting: if lane == Lane::Slow {
                shared.div_ceil(2)
            } else {
                shared
            },
            runs: Mutex::default(),
            changed: Notify::new(),
        })
    }

    /// Number of runs that may begin at this moment.
    pub(crate) fn room(&self, now: Instant) -> usize {
        let runs = self.runs();
        let free = self.beside.waiting.available_permits();
        if self.lane == Lane::Slow {
            let taken = runs.active() + runs.waiting().count();
            return free.min(self.most_waiting.saturating_sub(taken));
        }
        let lately = |since: &Instant| now.saturating_duration_since(*since) < STEAD;
        let waiting = runs.waiting().filter(lately).count().min(free);
        let long = runs.long().filter(lately).count();
        let instead = waiting + long.min(self.beside.long.available_permits());
        (self.most + instead).saturating_sub(runs.active())
    }

    /// Takes a place for a run that begins. One of the slow lane has no slot before its directory has answered.
    pub(crate) fn place(self: &Arc<Self>) -> Place {
        let permit = if self.lane == Lane::Slow {
            Arc::clone(&self.beside.waiting).try_acquire_owned().ok()
        } else {
            None
        };
        let since = Instant::now();
        let stage = permit.map_or(Stage::Opening, |permit| Stage::Waiting { since, permit });
        let mut runs = self.runs();
        runs.next += 1;
        let id = runs.next;
        runs.stages.insert(id, stage);
        Place {
            slots: Arc::clone(self),
            id,
            has_had_turn: Notify::new(),
        }
    }

    /// Waits until a run of the lane gave up its slot.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    // Each stage is whole at any time, so a panic elsewhere does not make them wrong.
    fn runs(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Gives the slot up, if there is a place for a run without one.
    pub(crate) fn give_up(&self) -> Result<(), Full> {
        self.change(|stage| {
            let since = match stage {
                Stage::Waiting { .. } => return Ok(()),
                Stage::Long { since, .. } => *since,
                Stage::Opening | Stage::Answered { .. } | Stage::Reading { .. } => Instant::now(),
            };
            let had_slot = stage.is_active();
            let permit = match mem::replace(stage, Stage::Opening) {
                Stage::Answered { permit } => permit,
                before => {
                    let Ok(permit) = Arc::clone(&self.slots.beside.waiting).try_acquire_owned() else {
                        *stage = before;
                        return Err(Full);
                    };
                    permit
                }
            };
            *stage = Stage::Waiting { since, permit };
            if had_slot {
                self.slots.changed.notify_one();
            }
            Ok(())
        })
    }

    /// Gives the slot up after the run's turn, and again if it gets one later. Never ends: it is watched for as long as the
    /// run goes on.
    pub(crate) async fn take_turns(&self) -> Infallible {
        loop {
            sleep(TURN).await;
            self.go_on_without_slot();
        }
    }

    /// Gives the slot up if there is a place for a run that takes long.
    fn go_on_without_slot(&self) {
        self.change(|stage| {
            if !matches!(stage, Stage::Opening | Stage::Reading { .. }) {
                return;
            }
            let Ok(permit) = Arc::clone(&self.slots.beside.long).try_acquire_owned() else {
                return;
            };
            *stage = Stage::Long {
                since: Instant::now(),
                _permit: permit,
            };
            self.slots.changed.notify_one();
            self.has_had_turn.notify_one();
        });
    }

    /// Notes that the directory has answered: no other run begins in this one's stead. Whether it is worth a slot shows once
    /// it has sent enough to hand over.
    pub(crate) fn answered(&self) {
        self.change(|stage| {
            *stage = match mem::replace(stage, Stage::Opening) {
                Stage::Waiting { permit, .. } => Stage::Answered { permit },
                other => other,
            };
        });
    }

    /// Waits for a slot, unless the run goes on without one. The directory has sent enough to hand over.
    pub(crate) async fn read(&self) {
        loop {
            if self.change(|stage| matches!(stage, Stage::Reading { .. } | Stage::Long { .. })) {
                return;
            }
            self.answered();
            tokio::select! {
                // The semaphore is never closed.
                slot = Arc::clone(&self.slots.reading).acquire_owned() => if let Ok(permit) = slot {
                    return self.take_slot(permit);
                },
                () = self.has_had_turn.notified() => {}
            }
        }
    }

    /// Reads in a slot, unless the run's turn ended while it waited for it: then the slot goes back.
    fn take_slot(&self, permit: OwnedSemaphorePermit) {
        self.change(|stage| {
            if !matches!(stage, Stage::Long { .. }) {
                *stage = Stage::Reading { _permit: permit };
            }
        });
    }

    /// True if the run may be sent to the slow lane: it is not in it already.
    pub(crate) fn may_give_way(&self) -> bool {
        self.slots.lane != Lane::Slow
    }

    /// True if the run has no slot because its directory waits.
    pub(crate) fn is_waiting(&self) -> bool {
        self.change(|stage| matches!(stage, Stage::Waiting { .. }))
    }

    /// Looks at the stage or changes it, as one step.
    fn change<T>(&self, step: impl FnOnce(&mut Stage) -> T) -> T {
        let mut runs = self.slots.runs();
        // It is there for as long as this place is.
        step(runs.stages.entry(self.id).or_insert(Stage::Opening))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.slots.runs().stages.remove(&self.id);
    }
}
