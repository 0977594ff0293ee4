//! Bounds of the refusals that are recorded: a caller that is refused over and over fills neither table nor memory.

use std::collections::{HashMap, HashSet};

use tokio::time::{Duration, Instant};

use super::record::Record;

/// Refusals of a caller that are recorded one by one.
const MOST_OF_CALLER: u32 = 60;
/// In so long.
const PERIOD: Duration = Duration::from_mins(1);
/// Callers that are counted apart, and kinds of refusals beyond their bounds. Those of others are counted together.
const MOST_KINDS: usize = 4_096;

/// Tenants that are counted apart beyond the bound of one caller, which names what it likes. Refusals of others are counted
/// without a tenant.
const MOST_TENANTS: usize = 32;

/// Caller and method of a record that stands for lost refusals, and its outcome.
const ANY: &str = "*";
const NOT_RECORDED: &str = "NOT_RECORDED";

/// The refusals of a minute.
#[derive(Debug)]
pub(super) struct Bounds {
    begun: Instant,
    callers: HashMap<String, OfCaller>,
    beyond: HashMap<Kind, u64>,
    lost: u64,
}

/// Refusals of one caller.
#[derive(Debug, Default)]
struct OfCaller {
    recorded: u32,
    /// Tenants that are counted apart.
    tenants: HashSet<String>,
}

/// What refusals beyond the bounds are counted by.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Kind {
    caller: String,
    tenant: Option<String>,
    method: String,
    outcome: &'static str,
}

impl OfCaller {
    /// True if refusals about this tenant are counted apart.
    fn counts_apart(&mut self, tenant: &str) -> bool {
        self.tenants.contains(tenant)
            || (self.tenants.len() < MOST_TENANTS && self.tenants.insert(tenant.to_owned()))
    }
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
        let of_caller = self.callers.entry(record.caller.clone()).or_default();
        if of_caller.recorded < MOST_OF_CALLER {
            of_caller.recorded += 1;
            return Some(record);
        }
        let room = self.beyond.len() < MOST_KINDS;
        let kind = Kind {
            tenant: record.tenant_id.filter(|tenant| of_caller.counts_apart(tenant)),
            caller: record.caller,
            method: record.method,
            outcome: record.outcome,
        };
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
            .map(|(kind, calls)| Record::of_many(kind.caller, kind.tenant, kind.method, kind.outcome, calls))
            .collect();
        if closed.lost > 0 {
            tracing::warn!(
                calls = closed.lost,
                "refused calls were counted, and not recorded one by one"
            );
            records.push(Record::of_many(
                ANY.to_owned(),
                None,
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
        refusals(caller, None, 1)
    }

    fn refusals(caller: &str, tenant: Option<&str>, calls: u64) -> Record {
        Record::of_many(
            caller.to_owned(),
            tenant.map(str::to_owned),
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
        assert_eq!(more, [refusals("a", None, 940)]);
        assert!(bounds.admit(refusal("a")).is_some(), "the next minute");
        assert!(bounds.close(now).is_empty());
    }

    #[test]
    fn refusals_beyond_the_bound_are_counted_by_tenant_and_tenants_without_end_together() {
        let now = Instant::now();
        let mut bounds = Bounds::new(now);
        for _ in 0..MOST_OF_CALLER {
            bounds.admit(refusal("a"));
        }
        for number in 0..1_000 {
            bounds.admit(refusals("a", Some("acme"), 1));
            bounds.admit(refusals("a", Some(&number.to_string()), 1));
        }
        let more = bounds.close(now);
        assert!(more.contains(&refusals("a", Some("acme"), 1_000)), "{more:?}");
        assert_eq!(more.len(), MOST_TENANTS + 1, "each tenant, and those without");
        assert_eq!(more.iter().map(|record| record.calls).sum::<u64>(), 2_000);
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
