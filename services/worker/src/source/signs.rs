//! Signs of life of a directory, by which the worker decides what a run may keep while it waits.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

/// State of a connection, and its traffic so far. Cheap to note, and read a few times a second.
#[derive(Debug, Default)]
pub(crate) struct Signs {
    step: AtomicU8,
    messages: AtomicU64,
    bytes: AtomicU64,
    unread: AtomicU64,
    ours: AtomicBool,
}

/// Progress of a run with its directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// It looks for a server that answers. No password was sent yet.
    Reaching,
    /// A bind was sent.
    Binding,
    /// A server took the bind.
    Bound,
    /// It asks for objects.
    Reading,
}

/// A moment's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    /// The progress.
    pub(crate) step: Step,
    /// Messages of searches that came.
    pub(crate) messages: u64,
    /// Their length.
    pub(crate) bytes: u64,
    /// True if the next move is the directory's: all that came is read, and no work of ours holds up the rest.
    pub(crate) its_turn: bool,
}

impl Signs {
    /// Notes how far it is.
    pub(crate) fn reached(&self, step: Step) {
        if step == Step::Reaching {
            // Data that an earlier connection left unread is gone with it.
            self.unread.store(0, Ordering::Relaxed);
        }
        self.step.store(step as u8, Ordering::Relaxed);
    }

    /// Notes a message.
    pub(crate) fn came(&self, bytes: usize) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.unread.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that a message was read.
    pub(crate) fn read(&self) {
        self.unread.fetch_sub(1, Ordering::Relaxed);
    }

    /// Does work that the directory does not hold up, such as handing on its entries.
    pub(crate) async fn ours<T>(&self, work: impl Future<Output = T>) -> T {
        self.ours.store(true, Ordering::Relaxed);
        let done = work.await;
        self.ours.store(false, Ordering::Relaxed);
        done
    }

    /// The state now.
    pub(crate) fn sight(&self) -> Sight {
        let step = match self.step.load(Ordering::Relaxed) {
            0 => Step::Reaching,
            1 => Step::Binding,
            2 => Step::Bound,
            _ => Step::Reading,
        };
        Sight {
            step,
            messages: self.messages.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            its_turn: !self.ours.load(Ordering::Relaxed) && self.unread.load(Ordering::Relaxed) == 0,
        }
    }
}
