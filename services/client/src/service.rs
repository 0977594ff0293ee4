//! The services that a front end calls.

use std::fmt;

/// A service of the contract that front ends call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Settings, run requests, connection tests.
    Scheduler,
    /// Runs, rows, accounts, the fleet.
    Results,
    /// Domains, and manual changes of accounts.
    Reconcile,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Scheduler, Self::Results, Self::Reconcile];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduler => "scheduler",
            Self::Results => "results",
            Self::Reconcile => "reconcile",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The URL of each service, `http://` or `https://`.
#[derive(Debug, Clone)]
pub struct Places {
    /// Address of scheduler.
    pub scheduler: String,
    /// Address of results.
    pub results: String,
    /// Address of reconcile.
    pub reconcile: String,
}

impl Places {
    /// The URL of a service.
    pub fn url(&self, service: Service) -> &str {
        match service {
            Service::Scheduler => &self.scheduler,
            Service::Results => &self.results,
            Service::Reconcile => &self.reconcile,
        }
    }
}
