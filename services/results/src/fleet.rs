//! The state of the whole fleet of tenants: the database's counts, put together for the operator.

use std::{collections::BTreeMap, time::Duration};

use rollcall_chassis::amqp::Lane;
use rollcall_proto::v1::{
    EventBacklog, FailingTenant, FleetPause, GetFleetResponse, KeyUse, LaneBacklog, PausedReason,
    PausedTenants, ReadMode, ReadModeShare, RunState, RunsInState,
};
use rollcall_terms::time::{lowest_id_of, to_proto};
use uuid::Uuid;

/// Time within which a run counts as recent.
const RECENT: Duration = Duration::from_hours(24);

/// The database's counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fleet {
    pub(crate) tenants: Tenants,
    pub(crate) pause: FleetPause,
    pub(crate) runs: Vec<RunCount>,
    /// Lanes in which something waits.
    pub(crate) backlog: Vec<LaneBacklog>,
    pub(crate) keys: Vec<KeyUse>,
    pub(crate) failing: Vec<FailingTenant>,
    pub(crate) failing_tenants: u64,
    pub(crate) held_tenants: u64,
    pub(crate) events: EventBacklog,
}

/// Number of tenants.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tenants {
    pub(crate) with_settings: u64,
    pub(crate) scheduled: u64,
    /// Scheduled ones whose present credential was refused too often.
    pub(crate) refused: u64,
    /// Scheduled ones whose schedule paused with a revert.
    pub(crate) reverted: u64,
}

/// Number of runs of one kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunCount {
    pub(crate) state: RunState,
    pub(crate) read_mode: ReadMode,
    pub(crate) unchanged: bool,
    /// True if they are of the last 24 hours.
    pub(crate) recent: bool,
    pub(crate) runs: u64,
}

/// The lowest id that a run of the last 24 hours can have.
pub(crate) fn recent_since(now: jiff::Timestamp) -> Uuid {
    lowest_id_of(now.checked_sub(RECENT).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
}

/// The answer for the operator. Of what has a fixed list, the lanes, each is there; of the rest whatever there is.
pub(crate) fn answer(now: jiff::Timestamp, fleet: Fleet) -> GetFleetResponse {
    GetFleetResponse {
        time: Some(to_proto(now)),
        tenants: fleet.tenants.with_settings,
        scheduled_tenants: fleet.tenants.scheduled,
        paused: paused(fleet.tenants, &fleet.pause),
        runs: by_state(&fleet.runs),
        backlog: by_lane(&fleet.backlog),
        read_modes: by_read_mode(&fleet.runs),
        keys: fleet.keys,
        failing: fleet.failing,
        failing_tenants: fleet.failing_tenants,
        held_tenants: fleet.held_tenants,
        pause: Some(fleet.pause),
        events: Some(fleet.events),
    }
}

fn paused(tenants: Tenants, pause: &FleetPause) -> Vec<PausedTenants> {
    let by_operator = if pause.schedules { tenants.scheduled } else { 0 };
    [
        (PausedReason::CredentialsRefused, tenants.refused),
        (PausedReason::Reverted, tenants.reverted),
        (PausedReason::Operator, by_operator),
    ]
    .into_iter()
    .filter(|(_, tenants)| *tenants > 0)
    .map(|(reason, tenants)| PausedTenants {
        reason: reason.into(),
        tenants,
    })
    .collect()
}

fn by_state(runs: &[RunCount]) -> Vec<RunsInState> {
    let mut states = BTreeMap::<i32, u64>::new();
    for of in runs {
        *states.entry(of.state.into()).or_default() += of.runs;
    }
    states
        .into_iter()
        .map(|(state, runs)| RunsInState { state, runs })
        .collect()
}

fn by_read_mode(runs: &[RunCount]) -> Vec<ReadModeShare> {
    let read = |of: &&RunCount| of.recent && of.read_mode != ReadMode::Unspecified;
    let mut modes = BTreeMap::<i32, ReadModeShare>::new();
    for of in runs.iter().filter(read) {
        let share = modes.entry(of.read_mode.into()).or_default();
        share.read_mode = of.read_mode.into();
        share.runs += of.runs;
        share.unchanged += if of.unchanged { of.runs } else { 0 };
    }
    modes.into_values().collect()
}

fn by_lane(waiting: &[LaneBacklog]) -> Vec<LaneBacklog> {
    let lane = |lane: Lane| {
        waiting
            .iter()
            .find(|backlog| backlog.lane == lane.as_str())
            .cloned()
            .unwrap_or_else(|| LaneBacklog {
                lane: lane.as_str().to_owned(),
                ..LaneBacklog::default()
            })
    };
    Lane::ALL.into_iter().map(lane).collect()
}

#[cfg(test)]
mod tests;
