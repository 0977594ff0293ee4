//! State of all tenants.

use rollcall_proto::v1;
use serde::Serialize;

use super::{FailureView, given, name, time};

/// The fleet at one time.
#[derive(Debug, Serialize)]
pub struct FleetView {
    pub time: Option<String>,
    pub tenants: u64,
    pub scheduled_tenants: u64,
    pub paused: Vec<PausedView>,
    pub runs: Vec<RunsView>,
    pub backlog: Vec<BacklogView>,
    pub read_modes: Vec<ReadModeView>,
    pub keys: Vec<KeyView>,
    pub failing: Vec<FailingView>,
    pub failing_tenants: u64,
    pub held_tenants: u64,
    pub events: EventsView,
    pub pause: PauseView,
}

/// Tenants whose schedule is paused for one reason.
#[derive(Debug, Serialize)]
pub struct PausedView {
    pub reason: Option<&'static str>,
    pub tenants: u64,
}

/// Runs in one state.
#[derive(Debug, Serialize)]
pub struct RunsView {
    pub state: Option<&'static str>,
    pub runs: u64,
}

/// Backlog of one lane.
#[derive(Debug, Serialize)]
pub struct BacklogView {
    pub lane: String,
    pub waiting: u64,
    pub oldest_create_time: Option<String>,
}

/// Events that the portal's queue has not taken yet.
#[derive(Debug, Default, Serialize)]
pub struct EventsView {
    pub tenants: u64,
    pub oldest_create_time: Option<String>,
}

/// Reads of one mode.
#[derive(Debug, Serialize)]
pub struct ReadModeView {
    pub read_mode: Option<&'static str>,
    pub runs: u64,
    pub unchanged: u64,
}

/// Credentials that one key opens.
#[derive(Debug, Serialize)]
pub struct KeyView {
    pub key_id: String,
    pub credentials: u64,
}

/// A tenant whose last run FAILED.
#[derive(Debug, Serialize)]
pub struct FailingView {
    pub tenant_id: String,
    pub failure: Option<FailureView>,
    pub last_success_time: Option<String>,
    pub run_id: String,
}

/// Pauses that the operator has set for all tenants.
#[derive(Debug, Default, Serialize)]
pub struct PauseView {
    pub schedules: bool,
    pub removals: bool,
    pub note: Option<String>,
    pub update_time: Option<String>,
}

impl From<&v1::GetFleetResponse> for FleetView {
    fn from(fleet: &v1::GetFleetResponse) -> Self {
        Self {
            time: time(fleet.time.as_ref()),
            tenants: fleet.tenants,
            scheduled_tenants: fleet.scheduled_tenants,
            paused: fleet.paused.iter().map(PausedView::from).collect(),
            runs: fleet.runs.iter().map(RunsView::from).collect(),
            backlog: fleet.backlog.iter().map(BacklogView::from).collect(),
            read_modes: fleet.read_modes.iter().map(ReadModeView::from).collect(),
            keys: fleet.keys.iter().map(KeyView::from).collect(),
            failing: fleet.failing.iter().map(FailingView::from).collect(),
            failing_tenants: fleet.failing_tenants,
            held_tenants: fleet.held_tenants,
            events: fleet.events.as_ref().map(EventsView::from).unwrap_or_default(),
            pause: fleet.pause.as_ref().map(PauseView::from).unwrap_or_default(),
        }
    }
}

impl From<&v1::PausedTenants> for PausedView {
    fn from(paused: &v1::PausedTenants) -> Self {
        Self {
            reason: name(paused.reason()),
            tenants: paused.tenants,
        }
    }
}

impl From<&v1::RunsInState> for RunsView {
    fn from(runs: &v1::RunsInState) -> Self {
        Self {
            state: name(runs.state()),
            runs: runs.runs,
        }
    }
}

impl From<&v1::LaneBacklog> for BacklogView {
    fn from(lane: &v1::LaneBacklog) -> Self {
        Self {
            lane: lane.lane.clone(),
            waiting: lane.waiting,
            oldest_create_time: time(lane.oldest_create_time.as_ref()),
        }
    }
}

impl From<&v1::EventBacklog> for EventsView {
    fn from(events: &v1::EventBacklog) -> Self {
        Self {
            tenants: events.tenants,
            oldest_create_time: time(events.oldest_create_time.as_ref()),
        }
    }
}

impl From<&v1::ReadModeShare> for ReadModeView {
    fn from(share: &v1::ReadModeShare) -> Self {
        Self {
            read_mode: name(share.read_mode()),
            runs: share.runs,
            unchanged: share.unchanged,
        }
    }
}

impl From<&v1::KeyUse> for KeyView {
    fn from(key: &v1::KeyUse) -> Self {
        Self {
            key_id: key.key_id.clone(),
            credentials: key.credentials,
        }
    }
}

impl From<&v1::FailingTenant> for FailingView {
    fn from(failing: &v1::FailingTenant) -> Self {
        Self {
            tenant_id: failing.tenant_id.clone(),
            failure: failing.failure.as_ref().map(FailureView::from),
            last_success_time: time(failing.last_success_time.as_ref()),
            run_id: failing.run_id.clone(),
        }
    }
}

impl From<&v1::FleetPause> for PauseView {
    fn from(pause: &v1::FleetPause) -> Self {
        Self {
            schedules: pause.schedules,
            removals: pause.removals,
            note: given(&pause.note),
            update_time: time(pause.update_time.as_ref()),
        }
    }
}
