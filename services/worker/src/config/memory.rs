//! How the process's memory is shared out among its slots.

use rollcall_chassis::config::Problems;

use super::{Config, LanesConfig};
use crate::memory::Memory;

impl Config {
    /// What runs may borrow beyond what every slot and every connection test needs in any case.
    pub fn memory(&self) -> Memory {
        let left = self.limits.process_bytes.saturating_sub(self.set_aside());
        let for_run = self
            .limits
            .run_bytes
            .saturating_sub(self.read_limits().run_bytes());
        Memory::new(left, for_run)
    }

    /// What every slot and every connection test needs in any case.
    fn set_aside(&self) -> usize {
        let LanesConfig {
            interactive,
            scheduled,
            slow,
            tests,
        } = self.lanes;
        let limits = self.read_limits();
        let slots = usize::from(interactive) + usize::from(scheduled) + usize::from(slow);
        (slots.saturating_mul(limits.run_bytes()))
            .saturating_add(usize::from(tests).saturating_mul(limits.reading_bytes()))
    }

    /// Finds bounds that do not fit into each other.
    pub(super) fn validate_memory(&self, problems: &mut Problems) {
        let needed = self.set_aside();
        if self.limits.process_bytes < needed {
            let problem = format!("must be at least {needed}: what these lanes and limits need in any case");
            problems.push("limits.process_bytes", problem);
        }
        let needed = self.read_limits().run_bytes();
        if self.limits.run_bytes < needed {
            let problem = format!("must be at least {needed}: what these limits need in any case");
            problems.push("limits.run_bytes", problem);
        }
    }
}
