//! `[pools]`: connections, and how tenants' locks are waited for.

use std::{num::NonZeroU32, time::Duration};

use rollcall_chassis::pg::{
    Sessions,
    tenant_lock::{TenantLocks, Waits},
};
use serde::Deserialize;

/// Time that a short step's statement may take, and its transaction do nothing.
const SHORT: Duration = Duration::from_mins(1);

/// Connections of runs and their commits, beside the connections for calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Pools {
    runs: NonZeroU32,
    commits: NonZeroU32,
    commit_statement_seconds: NonZeroU32,
    commit_idle_seconds: NonZeroU32,
    waiting_calls: NonZeroU32,
    call_wait_seconds: NonZeroU32,
    run_wait_seconds: NonZeroU32,
}

impl Default for Pools {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            runs: number(10),
            commits: number(6),
            commit_statement_seconds: number(1200),
            commit_idle_seconds: number(600),
            waiting_calls: number(2),
            call_wait_seconds: number(20),
            run_wait_seconds: number(30),
        }
    }
}

fn seconds(seconds: NonZeroU32) -> Duration {
    Duration::from_secs(seconds.get().into())
}

impl Pools {
    /// Of the short steps of runs.
    pub(crate) fn runs(&self) -> Sessions {
        Sessions {
            connections: self.runs,
            statement: SHORT,
            idle_transaction: SHORT,
        }
    }

    /// Of commits, which take as long as their tenant is large.
    pub(crate) fn commits(&self) -> Sessions {
        Sessions {
            connections: self.commits,
            statement: seconds(self.commit_statement_seconds),
            idle_transaction: seconds(self.commit_idle_seconds),
        }
    }

    pub(crate) fn locks(&self) -> TenantLocks {
        TenantLocks::new(Waits {
            call: seconds(self.call_wait_seconds),
            run: seconds(self.run_wait_seconds),
            calls: self.waiting_calls.get() as usize,
        })
    }
}
