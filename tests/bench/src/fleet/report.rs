//! Results of a fleet's passes.

use std::{
    fmt::{self, Display},
    time::Duration,
};

use super::{OBJECTS, PROCESSES, Pass};

/// The outcome of all passes.
#[derive(Debug, Clone)]
pub(crate) struct FleetReport {
    pub(crate) tenants: u32,
    pub(crate) passes: Vec<Pass>,
}

impl Display for FleetReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenants = self.tenants;
        writeln!(
            f,
            "\n{tenants} tenants of {OBJECTS} objects, all due at once, LDAPS, one worker\n"
        )?;
        writeln!(
            f,
            "{:<18} {:>8} {:>10}   CPU ms for each run",
            "", "seconds", "tenants/s"
        )?;
        write!(f, "{:<38}", "")?;
        for name in PROCESSES {
            write!(f, " {name:>10}")?;
        }
        writeln!(f, " {:>10}", "all")?;
        for pass in &self.passes {
            let seconds = pass.took.as_secs_f64();
            let rate = f64::from(tenants) / seconds;
            write!(f, "{:<18} {seconds:>8.1} {rate:>10.1}  ", pass.name)?;
            for cpu in &pass.cpu {
                write!(f, " {:>9.1}", for_each(*cpu, tenants))?;
            }
            writeln!(f, " {:>10.1}", for_each(pass.cpu.iter().sum(), tenants))?;
        }
        Ok(())
    }
}

/// Milliseconds of each run.
fn for_each(cpu: Duration, tenants: u32) -> f64 {
    cpu.as_secs_f64() * 1000.0 / f64::from(tenants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_shows_the_rate_and_the_cost_of_a_run_for_each_process() {
        let report = FleetReport {
            tenants: 100,
            passes: vec![Pass {
                name: "unchanged",
                took: Duration::from_secs(5),
                cpu: (1..=6).map(|n| Duration::from_millis(n * 100)).collect(),
            }],
        }
        .to_string();
        let line = report.lines().last().expect("a line for the pass");
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(
            words,
            [
                "unchanged",
                "5.0",
                "20.0",
                "1.0",
                "2.0",
                "3.0",
                "4.0",
                "5.0",
                "6.0",
                "21.0"
            ]
        );
    }
}
