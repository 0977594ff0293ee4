//! The due tick: from schedules that have come due to requested runs.
//!
//! Tenants are taken in groups, each in one transaction, from every other scheduler: any number may run, and a crash
//! in the middle leaves the group due. The time is the database's. However many due times passed while no scheduler
//! ran, a tenant gets one run. A schedule that is paused, or whose tenant has no domains, goes on without a run, so
//! that there is no backlog to make up for later.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rollcall_chassis::{
    fail_point::{self, FailPoint},
    outage,
};
use rollcall_domain::{FailureCode, RunId};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    metrics::Metrics,
    store::{DueRun, DueTenant, Store},
    validation::Rhythm,
    wakes::Wakes,
};

/// Tenants that one transaction takes.
const GROUP: u32 = 500;
/// Between two looks, so that a tenant that another scheduler has in hand is not asked for without end.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// Requests the runs that are due.
#[derive(Debug)]
pub(crate) struct DueTick {
    /// Schedules and requests.
    pub(crate) store: Store,
    /// Wakes the tick, and the publisher through it.
    pub(crate) wakes: Arc<Wakes>,
    /// The counters.
    pub(crate) metrics: Metrics,
    /// The longest wait between two looks at the schedules.
    pub(crate) tick: Duration,
}

impl DueTick {
    /// Ticks until it is stopped. While the database is away nothing is lost: due tenants stay due.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            let wait = match self.tick().await {
                Ok(()) => self.time_to_next().await,
                Err(error) => Err(error),
            };
            let wait = wait.unwrap_or_else(|error| {
                outage::report(&error, "the due tick failed; the next one makes up for it");
                self.tick
            });
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wakes.schedule_changed() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Requests every run that is due now.
    pub(crate) async fn tick(&self) -> sqlx::Result<()> {
        loop {
            let (tick, due) = self.store.take_due(GROUP).await?;
            if due.is_empty() {
                return Ok(());
            }
            fail_point::pass(FailPoint::TickTaken, "").await;
            let runs: Vec<DueRun> = due.iter().map(next_run).collect();
            let requested = tick.finish(&runs, &slow_failures()).await?;
            fail_point::pass(FailPoint::TickCommitted, "").await;
            self.wakes.requests_added();
            self.metrics.scheduled(requested);
            let skipped = due.iter().filter(|tenant| !tenant.runs).count();
            tracing::info!(due = due.len(), requested, skipped, "scheduled runs requested");
            if due.len() < GROUP as usize {
                return Ok(());
            }
        }
    }

    async fn time_to_next(&self) -> sqlx::Result<Duration> {
        let seconds = self.store.seconds_to_next_due().await?;
        let until = seconds.map_or(self.tick, |seconds| {
            Duration::try_from_secs_f64(seconds).unwrap_or_default()
        });
        Ok(until.clamp(SHORTEST_WAIT, self.tick))
    }
}

fn next_run(tenant: &DueTenant) -> DueRun {
    DueRun {
        tenant_id: tenant.tenant_id.clone(),
        run_id: tenant.runs.then(|| RunId::from_uuid(Uuid::now_v7())),
        next_run_time: next_due(tenant),
    }
}

/// A schedule that this version cannot read must not hold up the other tenants: it goes on by the day.
fn next_due(tenant: &DueTenant) -> Timestamp {
    if let Some(rhythm) = Rhythm::stored(tenant.every_hours, &tenant.time_zone) {
        return rhythm.next_due(tenant.now);
    }
    tracing::error!(
        tenant.id = tenant.tenant_id,
        time_zone = tenant.time_zone,
        "the schedule cannot be read"
    );
    tenant.now + A_DAY
}

/// Failures after which a tenant's next run begins in the slow lane.
fn slow_failures() -> Vec<&'static str> {
    let slow = FailureCode::ALL.iter().filter(|code| code.is_slow());
    slow.map(|code| code.as_str()).collect()
}
