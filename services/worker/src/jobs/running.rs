//! Which runs go on in this process.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

/// A run is running here until this is dropped.
pub(super) struct Running<'a> {
    all: &'a Mutex<HashSet<String>>,
    run_id: &'a str,
}

impl<'a> Running<'a> {
    /// `None` while the same run is running here already.
    pub(super) fn begin(all: &'a Mutex<HashSet<String>>, run_id: &'a str) -> Option<Self> {
        let began = all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(run_id.to_owned());
        began.then_some(Self { all, run_id })
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(self.run_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_not_begun_beside_itself() {
        let all = Mutex::default();
        let first = Running::begin(&all, "a").expect("the first");
        assert!(Running::begin(&all, "a").is_none());
        assert!(Running::begin(&all, "b").is_some());
        drop(first);
        assert!(Running::begin(&all, "a").is_some());
    }
}
