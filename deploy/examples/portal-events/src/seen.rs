//! The events seen of each tenant.

use std::collections::HashMap;

/// The last sequence number of each tenant. A portal keeps these numbers in its database, beside what the events did.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    last: HashMap<String, i64>,
    events: u64,
}

/// Place of an event among those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// The next one.
    New,
    /// Seen before: delivery is at least once.
    Repetition,
    /// One that comes too early.
    AfterGap {
        /// Number of the event that must come first.
        expected: i64,
    },
}

impl Seen {
    /// Meets an event, and remembers it if it is the next one. The first of a tenant begins its count.
    pub(crate) fn meet(&mut self, tenant: &str, sequence: i64) -> Meeting {
        self.events += 1;
        match self.last.get_mut(tenant) {
            None => {
                self.last.insert(tenant.to_owned(), sequence);
                Meeting::New
            }
            Some(last) if sequence <= *last => Meeting::Repetition,
            Some(last) if sequence > *last + 1 => Meeting::AfterGap { expected: *last + 1 },
            Some(last) => {
                *last = sequence;
                Meeting::New
            }
        }
    }

    /// Number of events met, of any kind.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tenant_has_a_count_of_its_own() {
        let mut seen = Seen::default();
        assert_eq!(seen.meet("a", 7), Meeting::New);
        assert_eq!(seen.meet("b", 1), Meeting::New);
        assert_eq!(seen.meet("a", 8), Meeting::New);
        assert_eq!(seen.meet("b", 2), Meeting::New);
    }

    #[test]
    fn an_event_that_comes_again_counts_once() {
        let mut seen = Seen::default();
        let met = [1, 2, 1, 2, 3].map(|sequence| seen.meet("a", sequence));
        assert_eq!(
            met,
            [
                Meeting::New,
                Meeting::New,
                Meeting::Repetition,
                Meeting::Repetition,
                Meeting::New
            ]
        );
    }

    #[test]
    fn what_comes_too_early_is_passed_over_until_what_is_missing_came() {
        let mut seen = Seen::default();
        let met = [1, 3, 2, 3].map(|sequence| seen.meet("a", sequence));
        assert_eq!(
            met,
            [
                Meeting::New,
                Meeting::AfterGap { expected: 2 },
                Meeting::New,
                Meeting::New
            ]
        );
    }
}
