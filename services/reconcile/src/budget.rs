//! Memory that the runs in hand may take together.
//!
//! Several purses, so that no run waits for one while holding the other's last coin. Reads that come in take from the
//! first as much as is there and stage the rest in the database, without ever waiting. A large commit waits for its
//! share of the second. A small one that finds nothing there takes from the third, which large ones never touch.
//! Waiting commits are served in order, and memory that is given back goes to the first that waits: small commits
//! pass a large one, and do not starve it. Ids of objects that a directory is asked for have a purse of their own,
//! since a directory may take its time, and commits must not wait for one.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{error::ReconcileError, work::Size};

/// Bytes of one permit.
const UNIT: usize = 64 * 1024;
const MIB: usize = 1024 * 1024;
/// Divisor of the memory for reads that gives the memory for ids on top of it.
const IDS: usize = 2;

/// The sizes of the purses, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purses {
    /// For the reads of all runs together.
    pub(crate) reads: usize,
    /// Of that for one run.
    pub(crate) run: usize,
    /// For all commits.
    pub(crate) commits: usize,
    /// The part of that which only small ones take.
    pub(crate) small_commits: usize,
    /// A commit that needs at most so much is small.
    pub(crate) small_commit: usize,
}

/// The memory of this process that runs share.
#[derive(Debug)]
pub(crate) struct Budget {
    purses: Purses,
    reads: Arc<Semaphore>,
    ids: Arc<Semaphore>,
    large: Arc<Semaphore>,
    small: Arc<Semaphore>,
}

/// Memory for a commit; given back when dropped.
#[derive(Debug)]
pub(crate) struct CommitMemory {
    pub(crate) size: Size,
    _permit: OwnedSemaphorePermit,
}

impl Budget {
    pub(crate) fn new(purses: Purses) -> Self {
        let purse = |bytes: usize| Arc::new(Semaphore::new(units(bytes) as usize));
        Self {
            purses,
            reads: purse(purses.reads),
            ids: purse(purses.reads / IDS),
            large: purse(purses.large()),
            small: purse(purses.small_commits),
        }
    }

    /// The share of a run that begins to come in.
    pub(crate) fn share(&self) -> Share {
        Share {
            purse: Arc::clone(&self.reads),
            permits: None,
            used: 0,
            limit: self.purses.run,
        }
    }

    /// Refuses a commit that needs more than there will ever be for one.
    pub(crate) fn check_fits(&self, bytes: usize) -> Result<(), ReconcileError> {
        if bytes <= self.purses.large() {
            return Ok(());
        }
        Err(ReconcileError::BeyondMemory {
            needed_mib: bytes.div_ceil(MIB),
            setting_mib: (bytes + self.purses.small_commits).div_ceil(MIB),
        })
    }

    /// Waits until there is memory for a commit of this size.
    pub(crate) async fn for_commit(&self, bytes: usize) -> Result<CommitMemory, ReconcileError> {
        self.check_fits(bytes)?;
        let size = self.size_of(bytes);
        let permit = match size {
            Size::Large => self.wait(&self.large, bytes).await?,
            Size::Small => match Arc::clone(&self.large).try_acquire_many_owned(units(bytes)) {
                Ok(permit) => permit,
                Err(_) => self.wait(&self.small, bytes).await?,
            },
        };
        Ok(CommitMemory {
            size,
            _permit: permit,
        })
    }

    /// Waits until there is memory for ids that a directory is asked for.
    pub(crate) async fn for_ids(&self, bytes: usize) -> Result<OwnedSemaphorePermit, ReconcileError> {
        let most = self.purses.reads / IDS;
        self.wait(&self.ids, bytes.min(most)).await
    }

    /// Size of a piece of work that needs so much.
    pub(crate) fn size_of(&self, bytes: usize) -> Size {
        if bytes <= self.purses.small_commit {
            Size::Small
        } else {
            Size::Large
        }
    }

    async fn wait(
        &self,
        purse: &Arc<Semaphore>,
        bytes: usize,
    ) -> Result<OwnedSemaphorePermit, ReconcileError> {
        let permit = Arc::clone(purse).acquire_many_owned(units(bytes)).await;
        permit.map_err(|_| ReconcileError::CutOff)
    }
}

impl Purses {
    /// The part that large commits share.
    fn large(&self) -> usize {
        self.commits.saturating_sub(self.small_commits)
    }
}

/// The part of the reads' purse that one run holds; given back when dropped.
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
    use futures::FutureExt as _;

    use super::*;

    /// Ten units for large commits and two for small ones, of one unit each at most.
    fn budget() -> Budget {
        Budget::new(Purses {
            reads: 3 * UNIT,
            run: 2 * UNIT,
            commits: 12 * UNIT,
            small_commits: 2 * UNIT,
            small_commit: UNIT,
        })
    }

    #[test]
    fn a_run_takes_no_more_than_its_limit() {
        let budget = budget();
        let mut share = budget.share();
        assert!(share.take(UNIT + 1));
        assert!(share.take(UNIT - 1));
        assert!(!share.take(1));
    }

    #[test]
    fn runs_share_what_there_is_and_give_it_back() {
        let budget = budget();
        let (mut first, mut second) = (budget.share(), budget.share());
        assert!(first.take(2 * UNIT));
        assert!(second.take(UNIT));
        assert!(!second.take(1));
        drop(first);
        assert!(second.take(1));
    }

    #[tokio::test]
    async fn a_commit_that_can_never_fit_is_refused_and_the_setting_named() {
        let budget = budget();
        assert!(budget.for_commit(10 * UNIT).await.is_ok());
        let refused = budget.for_commit(10 * UNIT + 1).await.unwrap_err();
        assert!(refused.to_string().contains("limits.commits_mib"), "{refused}");
    }

    #[tokio::test]
    async fn small_commits_pass_a_large_one_that_waits() {
        let budget = budget();
        let first = budget.for_commit(6 * UNIT).await.unwrap();
        let mut large = Box::pin(budget.for_commit(8 * UNIT));
        assert!((&mut large).now_or_never().is_none());
        let small = [budget.for_commit(UNIT).await, budget.for_commit(UNIT).await];
        assert!(
            small
                .iter()
                .all(|small| small.as_ref().is_ok_and(|small| small.size == Size::Small))
        );
        // They have all that is theirs: a third one waits, and not for the large one.
        let mut third = Box::pin(budget.for_commit(UNIT));
        assert!((&mut third).now_or_never().is_none());
        drop(small);
        assert!(third.now_or_never().is_some());
        drop(first);
        assert!(large.now_or_never().is_some());
    }

    #[tokio::test]
    async fn small_commits_do_not_starve_a_large_one() {
        let budget = budget();
        let mut small: Vec<_> = Vec::new();
        for _ in 0..10 {
            small.push(budget.for_commit(UNIT).await.unwrap());
        }
        let mut large = Box::pin(budget.for_commit(10 * UNIT));
        assert!((&mut large).now_or_never().is_none());
        // Each that ends makes room for the large one, however many small ones come in between.
        for _ in 0..10 {
            small.remove(0);
            drop(budget.for_commit(UNIT).await.unwrap());
        }
        assert!(large.now_or_never().is_some());
    }
}
