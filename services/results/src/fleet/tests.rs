use super::*;
use rollcall_terms::time::to_proto;

fn run_count(state: RunState, read_mode: ReadMode, unchanged: bool, recent: bool, runs: u64) -> RunCount {
    RunCount {
        state,
        read_mode,
        unchanged,
        recent,
        runs,
    }
}

fn now() -> jiff::Timestamp {
    "2026-11-23T03:00:00Z".parse().unwrap()
}

#[test]
fn a_run_of_a_day_ago_is_recent_and_one_a_millisecond_older_is_not() {
    let day_ago = now() - RECENT;
    let id = |time: jiff::Timestamp, random: u8| {
        let millis = u64::try_from(time.as_millisecond()).unwrap();
        uuid::Builder::from_unix_timestamp_millis(millis, &[random; 10]).into_uuid()
    };
    let since = recent_since(now());
    assert!(id(day_ago, 0) >= since && id(day_ago, 0xff) >= since);
    assert!(id(day_ago - Duration::from_millis(1), 0xff) < since);
}

#[test]
fn runs_are_counted_by_state_whatever_else_they_are() {
    let fleet = Fleet {
        runs: vec![
            run_count(RunState::Succeeded, ReadMode::Full, true, true, 5),
            run_count(RunState::Succeeded, ReadMode::Full, false, true, 2),
            run_count(RunState::Queued, ReadMode::Unspecified, false, false, 1),
            run_count(RunState::Queued, ReadMode::Unspecified, false, true, 3),
        ],
        ..Fleet::default()
    };
    let states: Vec<_> = answer(now(), fleet)
        .runs
        .iter()
        .map(|runs| (runs.state(), runs.runs))
        .collect();
    assert_eq!(states, [(RunState::Queued, 4), (RunState::Succeeded, 7)]);
}

#[test]
fn reads_are_counted_by_how_they_were_done_and_found_unchanged() {
    let fleet = Fleet {
        runs: vec![
            run_count(RunState::Succeeded, ReadMode::Full, true, true, 5),
            run_count(RunState::Held, ReadMode::Full, false, true, 2),
            run_count(RunState::Running, ReadMode::Full, false, false, 9),
            run_count(RunState::Failed, ReadMode::Unspecified, false, true, 4),
        ],
        ..Fleet::default()
    };
    let share = ReadModeShare {
        read_mode: ReadMode::Full.into(),
        runs: 7,
        unchanged: 5,
    };
    assert_eq!(answer(now(), fleet).read_modes, [share]);
}

#[test]
fn each_lane_is_shown_and_an_empty_one_has_no_waiting_time() {
    let waiting = LaneBacklog {
        lane: "scheduled".into(),
        waiting: 7,
        oldest_create_time: Some(to_proto(now())),
    };
    let fleet = Fleet {
        backlog: vec![waiting.clone()],
        ..Fleet::default()
    };
    let lanes = answer(now(), fleet).backlog;
    let names: Vec<_> = lanes
        .iter()
        .map(|lane| (lane.lane.as_str(), lane.waiting))
        .collect();
    assert_eq!(names, [("interactive", 0), ("scheduled", 7), ("slow", 0)]);
    assert_eq!(lanes[1], waiting);
    assert_eq!(lanes[0].oldest_create_time, None);
}

#[test]
fn an_operators_pause_is_one_of_every_schedule() {
    let tenants = Tenants {
        with_settings: 10,
        scheduled: 6,
        refused: 2,
        reverted: 0,
    };
    let paused = |schedules| {
        let fleet = Fleet {
            tenants,
            pause: FleetPause {
                schedules,
                ..FleetPause::default()
            },
            ..Fleet::default()
        };
        let paused = answer(now(), fleet).paused;
        paused
            .iter()
            .map(|paused| (paused.reason(), paused.tenants))
            .collect::<Vec<_>>()
    };
    assert_eq!(paused(false), [(PausedReason::CredentialsRefused, 2)]);
    assert_eq!(
        paused(true),
        [(PausedReason::CredentialsRefused, 2), (PausedReason::Operator, 6)]
    );
}
