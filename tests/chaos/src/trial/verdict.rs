//! The result of a trial, on a line.

use std::{fmt, time::Duration};

use crate::plan::Plan;

/// The result of a trial.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The plan's.
    pub name: String,
    /// The plan's faults, in words.
    pub faults: Vec<String>,
    /// Number of leases that the trial's runs took, over all tenants.
    pub beginnings: usize,
    /// Number of runs.
    pub runs: usize,
    /// Time that it took.
    pub took: Duration,
    /// Conditions that did not hold.
    pub violations: Vec<String>,
    /// Reason why it was not held at all; `None` if it was.
    pub skipped: Option<&'static str>,
}

impl Verdict {
    /// A trial that cannot be held here.
    pub(crate) fn skipped(plan: &Plan, why: &'static str) -> Self {
        Self {
            name: plan.name.clone(),
            faults: Vec::new(),
            beginnings: 0,
            runs: 0,
            took: Duration::ZERO,
            violations: Vec::new(),
            skipped: Some(why),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = self.skipped {
            return write!(formatter, "skip {:<32} {why}", self.name);
        }
        let word = if self.violations.is_empty() {
            "ok  "
        } else {
            "FAIL"
        };
        write!(
            formatter,
            "{word} {:<32} {:>5.1} s  {:>2} runs  {:>2} beginnings  {}",
            self.name,
            self.took.as_secs_f64(),
            self.runs,
            self.beginnings,
            self.faults.join("; ")
        )?;
        for violation in &self.violations {
            write!(formatter, "\n     ! {violation}")?;
        }
        Ok(())
    }
}
