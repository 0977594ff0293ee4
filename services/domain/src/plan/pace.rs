//! Pace of a plan while others wait: it asks repeatedly if it may continue.

use std::cell::Cell;

/// So many steps lie between two questions; they take less than a millisecond.
const STEPS: u32 = 1024;

/// Reasons why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It was not to go on.
    #[error("the plan was stopped")]
    Stopped,
    /// Objects take over accounts one after the other, and each takeover opens the way to the next one. So many of them in a
    /// chain are no directory's, and each costs as much as all rivals of the object.
    #[error("the addresses of {dn} and its rivals are decided again and again, without an end in sight")]
    Entangled {
        /// An object that took over an account in the last round.
        dn: String,
    },
}

/// Counts the steps of a plan and asks from time to time if it may continue. The answering side may let others pass.
pub struct Pace {
    steps: Cell<u32>,
    go_on: Box<dyn Fn() -> bool>,
}

impl std::fmt::Debug for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pace").finish_non_exhaustive()
    }
}

impl Pace {
    /// A plan goes on as long as `go_on` says so.
    pub fn new(go_on: impl Fn() -> bool + 'static) -> Self {
        Self {
            steps: Cell::new(0),
            go_on: Box::new(go_on),
        }
    }

    /// A plan goes on to its end.
    pub fn unhurried() -> Self {
        Self::new(|| true)
    }

    /// One step.
    pub(super) fn step(&self) -> Result<(), PlanError> {
        let steps = self.steps.get().wrapping_add(1);
        self.steps.set(steps);
        if steps.is_multiple_of(STEPS) && !self.goes_on() {
            return Err(PlanError::Stopped);
        }
        Ok(())
    }

    /// Asks if the plan may continue.
    pub fn goes_on(&self) -> bool {
        (self.go_on)()
    }
}
