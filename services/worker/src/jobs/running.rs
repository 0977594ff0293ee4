//! Runs in progress in this process, each with the one job that stands for it at the broker.
//!
//! A job can come again while its run continues: a request moved the run to the front, or the connection broke and the
//! broker handed the job out again. One job of a run must outlive it, because after the end of this process another
//! must get the run. That job is the run's own if it can still be acknowledged, otherwise the one that came again.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rollcall_chassis::amqp::Delivery;

/// A message that the broker waits to hear of.
pub(super) trait Unacknowledged {
    /// True if it can still be acknowledged. If not, the broker has handed it out again, or is about to.
    fn is_open(&self) -> bool;
}

impl Unacknowledged for Delivery {
    fn is_open(&self) -> bool {
        Self::is_open(self)
    }
}

/// The runs that go on here.
pub(super) struct Runs<D>(Mutex<HashMap<String, D>>);

impl<D> Default for Runs<D> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// Disposition of a job.
pub(super) enum Admission<'a, D> {
    /// Its run begins here.
    Begins(Running<'a, D>),
    /// Its run goes on here, and the run's own job lives: this one is not needed.
    Needless(D),
    /// Its run goes on here, and the run's own job was lost: this one stands for the run from here on.
    Adopted,
}

/// A run that goes on here until this is dropped. Only [`Runs::admit`] makes one, and only for a run that it has noted.
pub(super) struct Running<'a, D> {
    runs: &'a Runs<D>,
    run_id: String,
}

impl<D: Unacknowledged> Runs<D> {
    /// Takes a job in.
    pub(super) fn admit(&self, run_id: &str, job: D) -> Admission<'_, D> {
        match self.lock().entry(run_id.to_owned()) {
            Entry::Vacant(vacant) => {
                vacant.insert(job);
            }
            Entry::Occupied(own) if own.get().is_open() => return Admission::Needless(job),
            Entry::Occupied(mut own) => {
                own.insert(job);
                return Admission::Adopted;
            }
        }
        Admission::Begins(Running {
            runs: self,
            run_id: run_id.to_owned(),
        })
    }
}

impl<D> Runs<D> {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, D>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D> Running<'_, D> {
    /// Ends the run here and hands out the job that stands for it now. There always is one.
    pub(super) fn end(self) -> Option<D> {
        self.runs.lock().remove(&self.run_id)
    }
}

impl<D> Drop for Running<'_, D> {
    fn drop(&mut self) {
        self.runs.lock().remove(&self.run_id);
    }
}

#[cfg(test)]
mod tests;
