//! Bounds of the refusals that are recorded: a caller that is refused over and over fills neither table nor memory.

use std::collections::HashMap;

use tokio::time::{Duration, Instant};

use super::record::Record;

/// Refusals of a caller that are recorded one by one.
const MOST_OF_CALLER: u32 = 60;
/// In so long.
const PERIOD: Duration = Duration::from_mins(1);
/// Callers that are counted apart, and kinds of refusals beyond their bounds. Those of others are counted together.
const MOST_KINDS: usize = 4_096;

/// Caller and method of a record that stands for lost refusals, and its outcome.
const ANY: &str = "*";
const NOT_RECORDED: &str = "NOT_RECORDED";

/// The refusals of a minute.
#[derive(Debug)]
pub(super) struct Bounds {
    begun: Instant,
    callers: HashMap<String, u32>,
    /// By caller, method and outcome.
    beyond: HashMap<(String, String, &'static str), u64>,
    lost: u64,
}

impl Bounds {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            begun: now,
            callers: HashMap::new(),
            beyond: HashMap::new(),
            lost: 0,
        }
    }

    /// The refusal, if it is within the bound of its caller. Otherwise it is counted.
    pub(super) fn admit(&mut self, record: Record) -> Option<Record> {
        if !self.callers.contains_key(&record.caller) && self.callers.len() >= MOST_KINDS {
            self.lose(record.calls);
            return None;
        }
        let recorded = self.callers.entry(record.caller.clone()).or_default();
        if *recorded < MOST_OF_CALLER {
            *recorded += 1;
            return Some(record);
        }
        let room = self.beyond.len() < MOST_KINDS;
        let kind = (record.caller, record.method, record.outcome);
        match self.beyond.get_mut(&kind) {
            Some(calls) => *calls += record.calls,
            None if room => {
                self.beyond.insert(kind, record.calls);
            }
            None => self.lose(record.calls),
        }
        None
    }

    /// Counts refusals that nothing else is kept of.
    pub(super) fn lose(&mut self, calls: u64) {
        self.lost = self.lost.saturating_add(calls);
    }

    /// The time at which the minute ends.
    pub(super) fn end(&self) -> Instant {
        self.begun + PERIOD
    }

    /// Ends the minute: a record for each kind of refusals that were only counted, and one for those that were lost.
    pub(super) fn close(&mut self, now: Instant) -> Vec<Record> {
        let closed = std::mem::replace(self, Self::new(now));
        let beyond = closed.beyond.into_iter();
        let mut records: Vec<_> = beyond
            .map(|((caller, method, outcome), calls)| Record::of_many(caller, method, outcome, calls))
            .collect();
        if closed.lost > 0 {
            tracing::warn!(
                calls = closed.lost,
                "refused calls were counted, and not recorded one by one"
            );
            records.push(Record::of_many(
                ANY.to_owned(),
                ANY.to_owned(),
                NOT_RECORDED,
                closed.lost,
            ));
        }
        records
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(caller: &str) -> Record {
        refusals(caller, 1)
    }

    fn refusals(caller: &str, calls: u64) -> Record {
        Record::of_many(
            caller.to_owned(),
            "PutSettings".to_owned(),
            "CALLER_NOT_ALLOWED",
            calls,
        )
    }

    #[test]
    fn a_caller_has_a_bound_beyond_which_one_record_says_how_many_more() {
        let now = Instant::now();
        let mut bounds = Bounds::new(now);
        let recorded = (0..1_000).filter_map(|_| bounds.admit(refusal("a"))).count();
        assert_eq!(recorded, MOST_OF_CALLER as usize);
        assert_eq!(bounds.admit(refusal("b")), Some(refusal("b")), "another caller");
        let more = bounds.close(now);
        assert_eq!(more, [refusals("a", 940)]);
        assert!(bounds.admit(refusal("a")).is_some(), "the next minute");
        assert!(bounds.close(now).is_empty());
    }

    #[test]
    fn callers_without_end_take_bounded_memory_and_are_counted_all_the_same() {
        let now = Instant::now();
        let mut bounds = Bounds::new(now);
        let recorded = (0..10_000)
            .filter_map(|n| bounds.admit(refusal(&n.to_string())))
            .count();
        assert_eq!(recorded, MOST_KINDS);
        let lost: u64 = bounds.close(now).iter().map(|record| record.calls).sum();
        assert_eq!(lost, 10_000 - MOST_KINDS as u64);
    }
}
