//! Bounds what lies between the guard and the reader.
//!
//! The LDAP library queues a page's entries without a bound. The guard therefore takes credit for each
//! message of a search before it passes it on, and the reader gives it back once it has consumed it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Semaphore;

use crate::source::signs::Signs;

/// Memory of one element beyond its bytes, once the library has parsed it.
const ELEMENT_BYTES: usize = 128;

/// Bytes that may lie between guard and reader.
#[derive(Debug)]
pub(crate) struct Credit {
    total: usize,
    free: Semaphore,
    taken: Mutex<VecDeque<u32>>,
    signs: Arc<Signs>,
}

impl Credit {
    /// At most `total` bytes. What comes is noted in `signs`.
    pub(crate) fn new(total: usize, signs: Arc<Signs>) -> Self {
        let total = total.min(u32::MAX as usize);
        Self {
            total,
            free: Semaphore::new(total),
            taken: Mutex::default(),
            signs,
        }
    }

    /// Counted size of a message. A message that is larger than the whole credit passes when nothing else does.
    fn weight(&self, bytes: usize, elements: usize) -> u32 {
        let weight = bytes
            .saturating_add(elements.saturating_mul(ELEMENT_BYTES))
            .min(self.total);
        u32::try_from(weight).unwrap_or(u32::MAX)
    }

    /// Takes credit for one message if there is enough.
    pub(crate) fn try_take(&self, bytes: usize, elements: usize) -> bool {
        let weight = self.weight(bytes, elements);
        let Ok(permit) = self.free.try_acquire_many(weight) else {
            return false;
        };
        permit.forget();
        self.note(weight, bytes);
        true
    }

    /// Takes credit for one message, once there is enough.
    pub(crate) async fn take(&self, bytes: usize, elements: usize) {
        let weight = self.weight(bytes, elements);
        // The semaphore is never closed.
        if let Ok(permit) = self.free.acquire_many(weight).await {
            permit.forget();
            self.note(weight, bytes);
        }
    }

    /// Gives back what the oldest message took: it has been consumed.
    pub(crate) fn give_back(&self) {
        let oldest = self
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        if let Some(oldest) = oldest {
            self.signs.read();
            self.free.add_permits(oldest as usize);
        }
    }

    fn note(&self, weight: u32, bytes: usize) {
        self.signs.came(bytes);
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(weight);
    }
}
