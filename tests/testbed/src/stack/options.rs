//! Options of a stack.

use std::net::SocketAddr;

use crate::service::Kind;

/// Options of a stack.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Number of schedulers; 0 is allowed, as for every service.
    pub schedulers: usize,
    /// Workers.
    pub workers: usize,
    /// Reconciles.
    pub reconciles: usize,
    /// Results.
    pub results: usize,
    /// True if services authenticate each other and their clients.
    pub mutual_tls: bool,
    /// Another way to the broker, a proxy for example.
    pub broker: Option<SocketAddr>,
    /// True if the services reach their servers and each other through proxies: see
    /// [`Stack::way`](crate::Stack::way).
    pub proxied: bool,
    /// True if fail points of the services can be armed: see [`Service::arm`](crate::Service::arm).
    pub fail_points: bool,
    /// Variables over what the bed sets, for a kind of service or for all: see [`StackOptions::set`].
    pub settings: Vec<(Option<Kind>, String, String)>,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            schedulers: 1,
            workers: 1,
            reconciles: 1,
            results: 1,
            mutual_tls: true,
            broker: None,
            proxied: false,
            fail_points: false,
            settings: Vec::new(),
        }
    }
}

impl StackOptions {
    /// Sets a variable, `ROLLCALL_LIFECYCLE__DRAIN_SECONDS`, of every service of a kind, over what the bed sets.
    #[must_use]
    pub fn set(mut self, kind: Kind, variable: &str, value: &str) -> Self {
        self.settings
            .push((Some(kind), variable.to_owned(), value.to_owned()));
        self
    }

    /// Sets a variable of every service.
    #[must_use]
    pub fn set_all(mut self, variable: &str, value: &str) -> Self {
        self.settings.push((None, variable.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Scheduler => self.schedulers,
            Kind::Worker => self.workers,
            Kind::Reconcile => self.reconciles,
            Kind::Results => self.results,
        }
    }
}
