//! Measured values.

use std::time::Duration;

/// Everything that was measured, in the order in which it was.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// Reads with `ldapsearch`.
    pub(crate) reads: Vec<Duration>,
    /// Imports into an empty portal.
    pub(crate) first: Vec<Duration>,
    /// Imports that find everything as it was.
    pub(crate) unchanged: Vec<Duration>,
    /// The worker's peak resident memory after each round, in KiB.
    pub(crate) worker_kib: Vec<u64>,
    /// Reconcile's.
    pub(crate) reconcile_kib: Vec<u64>,
}

/// The middle of what was measured, in seconds; of an even number, the mean of the two in the middle.
pub(crate) fn median(samples: &[Duration]) -> f64 {
    let mut seconds: Vec<f64> = samples.iter().map(Duration::as_secs_f64).collect();
    seconds.sort_by(f64::total_cmp);
    match seconds.as_slice() {
        [] => f64::NAN,
        sorted if sorted.len() % 2 == 1 => sorted[sorted.len() / 2],
        sorted => f64::midpoint(sorted[sorted.len() / 2 - 1], sorted[sorted.len() / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_whatever_the_order() {
        let seconds = |all: &[u64]| median(&all.iter().copied().map(Duration::from_secs).collect::<Vec<_>>());
        assert!((seconds(&[9, 1, 2]) - 2.0).abs() < 1e-9);
        assert!((seconds(&[4, 1, 2, 9]) - 3.0).abs() < 1e-9);
        assert!(seconds(&[]).is_nan());
    }
}
