//! The memory of what a directory decides: messages that are large, batches that are kept back, and ids of objects that went
//! missing.
//!
//! Memory that every slot needs is set aside for each of them when the configuration is checked. The rest of the process's
//! memory is lent from here, so that all runs together stay within it whatever their directories send.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory is counted in these.
const UNIT: usize = 1024;

/// Memory that the runs of this process may borrow.
#[derive(Debug)]
pub struct Memory {
    free: Arc<Semaphore>,
    run_bytes: usize,
    /// Share that is left to borrowers that need it.
    reserve: usize,
}

/// Reasons why no more is lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The run has all that one run may have: so many bytes.
    Run(usize),
    /// Other runs have the rest for now.
    Process,
}

impl Memory {
    /// So much for all runs together, and for each of them.
    pub fn new(process_bytes: usize, run_bytes: usize) -> Self {
        let units = (process_bytes / UNIT).min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(units)),
            run_bytes,
            reserve: units / 2,
        }
    }

    /// Account of one run's loans, empty at first.
    pub fn share(&self) -> Share {
        self.share_of(self.run_bytes)
    }

    /// Account that borrows at most so much.
    pub fn share_of(&self, limit: usize) -> Share {
        Share {
            free: Arc::clone(&self.free),
            limit,
            reserve: 0,
            bytes: 0,
            units: None,
        }
    }

    /// Account of one run's loans for data that it can do without: half of everything is left to others.
    pub fn spare_share(&self) -> Share {
        Share {
            reserve: self.reserve,
            ..self.share()
        }
    }
}

/// Memory that one run has borrowed. Dropping it gives it back.
#[derive(Debug)]
pub struct Share {
    free: Arc<Semaphore>,
    limit: usize,
    reserve: usize,
    bytes: usize,
    units: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Borrows so much more, or nothing at all.
    pub fn take(&mut self, bytes: usize) -> Result<(), Full> {
        let wanted = self.bytes.saturating_add(bytes);
        if wanted > self.limit {
            return Err(Full::Run(self.limit));
        }
        let units = self.units.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = wanted.div_ceil(UNIT) - units;
        if self.free.available_permits() < more.saturating_add(self.reserve) {
            return Err(Full::Process);
        }
        let more = u32::try_from(more).map_err(|_| Full::Process)?;
        let more = Arc::clone(&self.free)
            .try_acquire_many_owned(more)
            .map_err(|_| Full::Process)?;
        match &mut self.units {
            Some(units) => units.merge(more),
            none => *none = Some(more),
        }
        self.bytes = wanted;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_has_no_more_than_its_own_and_all_together_no_more_than_the_process() {
        let memory = Memory::new(100 * UNIT, 60 * UNIT);
        let (mut first, mut second) = (memory.share(), memory.share());
        first.take(60 * UNIT).unwrap();
        assert_eq!(first.take(1), Err(Full::Run(60 * UNIT)));
        assert_eq!(second.take(41 * UNIT), Err(Full::Process));
        second.take(40 * UNIT).unwrap();
        drop(first);
        second.take(20 * UNIT).unwrap();
    }

    #[test]
    fn what_a_run_can_do_without_leaves_half_to_others() {
        let memory = Memory::new(100 * UNIT, 100 * UNIT);
        let mut spare = memory.spare_share();
        assert_eq!(spare.take(51 * UNIT), Err(Full::Process));
        spare.take(50 * UNIT).unwrap();
        memory.share().take(50 * UNIT).unwrap();
    }

    #[test]
    fn small_pieces_add_up_and_are_given_back_together() {
        let memory = Memory::new(10 * UNIT, 100 * UNIT);
        let mut share = memory.share();
        for _ in 0..100 {
            share.take(100).unwrap();
        }
        assert_eq!(memory.free.available_permits(), 0);
        assert_eq!(share.take(UNIT), Err(Full::Process));
        drop(share);
        assert_eq!(memory.free.available_permits(), 10);
    }
}
