//! Measured values, beside the promised ones.

use std::fmt::{self, Display};

use crate::{
    import::ADDRESSES,
    samples::{Samples, median},
};

/// The most that a first import may take, in reads with `ldapsearch`.
const FIRST: f64 = 8.0;
/// The most that an unchanged import may take.
const UNCHANGED: f64 = 2.0;
/// The most memory that a worker may ever have, in MiB.
const WORKER_MIB: f64 = 64.0;

/// The outcome of all rounds.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) objects: u32,
    pub(crate) rounds: u32,
    pub(crate) samples: Samples,
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Samples {
            reads,
            first,
            unchanged,
            worker_kib,
            reconcile_kib,
        } = &self.samples;
        let addresses = u64::from(self.objects) * ADDRESSES;
        writeln!(
            f,
            "\n{} objects, {addresses} addresses; medians of {} rounds\n",
            self.objects, self.rounds
        )?;
        writeln!(f, "{:<18} {:>8} {:>10}   target", "", "seconds", "ratio")?;
        let read = median(reads);
        writeln!(f, "{:<18} {read:>8.2} {:>10.2}", "ldapsearch", 1.0)?;
        let (first, unchanged) = (median(first), median(unchanged));
        for (name, seconds, target) in [
            ("first import", first, FIRST),
            ("unchanged import", unchanged, UNCHANGED),
        ] {
            writeln!(
                f,
                "{name:<18} {seconds:>8.2} {:>10.2}   at most {target}",
                seconds / read
            )?;
        }
        let (worker, reconcile) = (peak_mib(worker_kib), peak_mib(reconcile_kib));
        writeln!(f, "\n{:<18} {:>8} {:>10}   target", "", "MiB", "")?;
        writeln!(
            f,
            "{:<18} {worker:>8.1} {:>10}   at most {WORKER_MIB}",
            "peak of worker", ""
        )?;
        writeln!(f, "{:<18} {reconcile:>8.1}\n", "peak of reconcile")?;
        verdict(f, "first import", first / read <= FIRST)?;
        verdict(f, "unchanged import", unchanged / read <= UNCHANGED)?;
        verdict(f, "worker's memory", worker <= WORKER_MIB)
    }
}

fn verdict(f: &mut fmt::Formatter<'_>, target: &str, reached: bool) -> fmt::Result {
    writeln!(f, "{target}: {}", if reached { "reached" } else { "NOT reached" })
}

fn peak_mib(kib: &[u64]) -> f64 {
    let peak = kib.iter().copied().max().unwrap_or_default();
    u32::try_from(peak).map_or(f64::INFINITY, f64::from) / 1024.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_report_names_each_number_its_target_and_whether_it_was_reached() {
        let seconds = |all: &[u64]| all.iter().copied().map(Duration::from_secs).collect();
        let samples = Samples {
            reads: seconds(&[1, 1, 1]),
            first: seconds(&[9]),
            unchanged: seconds(&[2, 2]),
            worker_kib: vec![40 * 1024, 50 * 1024],
            reconcile_kib: vec![200 * 1024],
        };
        let report = Report {
            objects: 1000,
            rounds: 1,
            samples,
        }
        .to_string();
        for expected in [
            "1000 objects, 3000 addresses; medians of 1 rounds",
            "first import           9.00       9.00   at most 8",
            "unchanged import       2.00       2.00   at most 2",
            "peak of worker         50.0              at most 64",
            "peak of reconcile     200.0",
            "first import: NOT reached",
            "unchanged import: reached",
            "worker's memory: reached",
        ] {
            assert!(report.contains(expected), "{expected:?} in:{report}");
        }
    }
}
