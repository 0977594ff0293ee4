//! Division of the process's memory among its slots.

use rollcall_chassis::config::Problems;

use super::{Config, LanesConfig};
use crate::{
    memory::Memory,
    source::ldap::limits::{BATCHES_BYTES, CONNECTION_BYTES, WAITING_BYTES},
};

impl Config {
    /// Memory that runs may borrow beyond the least that every slot and every connection test needs.
    pub fn memory(&self) -> Memory {
        let left = self.limits.process_bytes.saturating_sub(self.set_aside());
        let for_run = self.limits.run_bytes.saturating_sub(self.needed_by_run());
        Memory::new(left, for_run)
    }

    /// The least that every run, waiting or not, and every connection test needs.
    fn set_aside(&self) -> usize {
        let LanesConfig {
            interactive,
            scheduled,
            slow,
            waiting,
            long,
            tests,
            // Such a run has a process, and so a budget, of its own.
            alone: _,
        } = self.lanes;
        let at_work = [interactive, scheduled, slow, long].map(usize::from);
        at_work.iter().sum::<usize>() * (CONNECTION_BYTES + BATCHES_BYTES)
            + usize::from(waiting) * WAITING_BYTES
            + usize::from(tests) * CONNECTION_BYTES
    }

    /// Memory of a run besides the part that grows with its directory.
    fn needed_by_run(&self) -> usize {
        (CONNECTION_BYTES + BATCHES_BYTES).saturating_add(self.read_limits().large_bytes())
    }

    /// Finds bounds that do not fit into each other.
    pub(super) fn validate_memory(&self, problems: &mut Problems) {
        // Two large messages at least, so that one does not keep all others waiting.
        let large = self.read_limits().large_bytes().saturating_mul(2);
        let needed = self.set_aside().saturating_add(large);
        if self.limits.process_bytes < needed {
            let problem =
                format!("must be at least {needed}: these lanes and limits need as much in any case");
            problems.push("limits.process_bytes", problem);
        }
        let needed = self.needed_by_run();
        if self.limits.run_bytes < needed {
            let problem = format!("must be at least {needed}: these limits need as much in any case");
            problems.push("limits.run_bytes", problem);
        }
    }
}
