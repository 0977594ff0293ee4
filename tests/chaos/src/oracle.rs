//! Conditions that must hold after a trial, whatever broke in it.

mod accounts;
mod events;
mod left;
pub(crate) mod runs;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context as _, Result};
use tokio::time::{Instant, sleep};

pub(crate) use accounts::Expected;

use crate::{
    plan::Plan,
    trial::Subject,
    world::{Name, World},
};

/// Time that everything that follows a run (events, leases, connections) may take to finish.
const QUIET_LIMIT: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(50);

/// A trial that is over.
pub(crate) struct Case<'a> {
    pub(crate) world: &'a World,
    pub(crate) plan: &'a Plan,
    pub(crate) subjects: &'a [Subject],
    /// Local parts of the addresses that the script takes away.
    pub(crate) leaving: Vec<&'a str>,
    pub(crate) expected: Expected,
    pub(crate) killed: BTreeSet<Name>,
    /// The process ids before the trial.
    pub(crate) pids: BTreeMap<Name, Option<u32>>,
}

/// The counts of a trial.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) beginnings: usize,
    pub(crate) runs: usize,
}

/// Looks at everything, and names what does not hold.
pub(crate) async fn judge(case: &Case<'_>) -> Result<(Seen, Vec<String>)> {
    let mut violations = await_quiet(case).await?;
    let mut seen = Seen::default();
    for subject in case.subjects {
        let tenant = &subject.tenant;
        let runs = runs::judge(case, subject).await.context("look at the runs")?;
        seen.runs += runs.seen.runs;
        seen.beginnings += runs.seen.beginnings;
        violations.extend(runs.violations);
        violations.extend(
            accounts::judge(case, tenant)
                .await
                .context("look at the accounts")?,
        );
        violations.extend(events::judge(case, tenant).await.context("look at the events")?);
    }
    violations.extend(processes(case));
    Ok((seen, violations))
}

/// Waits until nothing of the trial is left, and names what stays.
async fn await_quiet(case: &Case<'_>) -> Result<Vec<String>> {
    let end = Instant::now() + QUIET_LIMIT;
    loop {
        let left = left::find(case).await;
        match left {
            Ok(left) if left.is_empty() => return Ok(left),
            left if Instant::now() >= end => return left.context("look for what is left"),
            _ => sleep(LOOK).await,
        }
    }
}

/// A process that was not killed is the one of before, and all are there.
fn processes(case: &Case<'_>) -> Vec<String> {
    let now = case.world.pids();
    let ended = |(name, before): (&Name, &Option<u32>)| {
        let (kind, index) = name;
        match now.get(name).copied().flatten() {
            None => Some(format!("{} {index} is not there", kind.name())),
            pid if pid != *before && !case.killed.contains(name) => {
                Some(format!("{} {index} ended by itself", kind.name()))
            }
            Some(_) => None,
        }
    };
    case.pids.iter().filter_map(ended).collect()
}
