//! How much memory the runs in hand may take together.
//!
//! Two purses, so that nobody waits for one while holding the other's last coin: reads that come in take
//! from the first what is there and stage the rest in the database, without ever waiting; a commit waits
//! for its share of the second, which commits alone hold, and they all end.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a permit stands for.
const UNIT: usize = 64 * 1024;

/// The memory of this process that runs share.
#[derive(Debug)]
pub(crate) struct Budget {
    reads: Arc<Semaphore>,
    commits: Arc<Semaphore>,
    commit_units: u32,
    run_bytes: usize,
}

impl Budget {
    /// `read_bytes` for the reads of all runs together, of which one may have `run_bytes`; `commit_bytes` for all commits.
    pub(crate) fn new(read_bytes: usize, run_bytes: usize, commit_bytes: usize) -> Self {
        let commit_units = units(commit_bytes);
        Self {
            reads: Arc::new(Semaphore::new(units(read_bytes) as usize)),
            commits: Arc::new(Semaphore::new(commit_units as usize)),
            commit_units,
            run_bytes,
        }
    }

    /// The share of a run that begins to come in.
    pub(crate) fn share(&self) -> Share {
        Share {
            purse: Arc::clone(&self.reads),
            permits: None,
            used: 0,
            limit: self.run_bytes,
        }
    }

    /// Waits until there is memory for a commit of this size. A commit larger than the whole purse has it alone.
    pub(crate) async fn for_commit(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let wanted = units(bytes).min(self.commit_units);
        Arc::clone(&self.commits).acquire_many_owned(wanted).await.ok()
    }
}

/// What one run holds of the reads' purse; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    purse: Arc<Semaphore>,
    permits: Option<OwnedSemaphorePermit>,
    used: usize,
    limit: usize,
}

impl Share {
    /// Takes more, if the run may have it and it is there.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let used = self.used + bytes;
        if used > self.limit {
            return false;
        }
        let held = self.permits.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = (units(used) as usize).saturating_sub(held);
        if missing > 0 {
            let missing = u32::try_from(missing).unwrap_or(u32::MAX);
            let Ok(more) = Arc::clone(&self.purse).try_acquire_many_owned(missing) else {
                return false;
            };
            match &mut self.permits {
                Some(permits) => permits.merge(more),
                none => *none = Some(more),
            }
        }
        self.used = used;
        true
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_takes_no_more_than_its_limit() {
        let budget = Budget::new(10 * UNIT, 2 * UNIT, UNIT);
        let mut share = budget.share();
        assert!(share.take(UNIT + 1));
        assert!(share.take(UNIT - 1));
        assert!(!share.take(1));
    }

    #[test]
    fn runs_share_what_there_is_and_give_it_back() {
        let budget = Budget::new(3 * UNIT, 2 * UNIT, UNIT);
        let (mut first, mut second) = (budget.share(), budget.share());
        assert!(first.take(2 * UNIT));
        assert!(second.take(UNIT));
        assert!(!second.take(1));
        drop(first);
        assert!(second.take(1));
    }

    #[tokio::test]
    async fn a_commit_larger_than_the_purse_has_it_alone() {
        let budget = Budget::new(UNIT, UNIT, 4 * UNIT);
        let large = budget.for_commit(100 * UNIT).await;
        assert!(large.is_some());
        assert!(Arc::clone(&budget.commits).try_acquire_owned().is_err());
        drop(large);
        assert!(Arc::clone(&budget.commits).try_acquire_owned().is_ok());
    }
}
