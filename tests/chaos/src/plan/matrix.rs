//! Each step of a run, with its process killed and stopped.

use std::time::Duration;

use rollcall_chassis::fail_point::FailPoint;

use super::{Asking, Effect, Fault, Ground, Phase, Plan, Strike, What};

/// Long enough for others to notice, short enough for many trials.
const DOWN: Duration = Duration::from_millis(300);
/// Longer than a silent worker keeps its lease in a trial.
const STOPPED: Duration = Duration::from_millis(4_500);

/// The steps that stand for the others where time is short: one of each service, and the two around a commit.
const SAMPLE: [FailPoint; 6] = [
    FailPoint::PublishConfirmed,
    FailPoint::EntryRead,
    FailPoint::OutcomeReceived,
    FailPoint::CommitDecided,
    FailPoint::CommitDone,
    FailPoint::RelayConfirmed,
];

/// All cells.
pub fn all() -> Vec<Plan> {
    FailPoint::ALL.into_iter().flat_map(cells).collect()
}

/// A few cells of each kind.
pub fn sample() -> Vec<Plan> {
    let killed = SAMPLE.into_iter().map(|point| cell(point, Strike::Kill(DOWN)));
    let stopped =
        [FailPoint::RunBegun, FailPoint::LeaseCommitted].map(|point| cell(point, Strike::Stop(STOPPED)));
    killed.chain(stopped).collect()
}

/// The cell of this name.
pub fn named(name: &str) -> Option<Plan> {
    all().into_iter().find(|plan| plan.name == name)
}

fn cells(point: FailPoint) -> [Plan; 2] {
    [
        cell(point, Strike::Kill(DOWN)),
        cell(point, Strike::Stop(STOPPED)),
    ]
}

fn cell(point: FailPoint, strike: Strike) -> Plan {
    let how = match strike {
        Strike::Kill(_) => "kill",
        Strike::Stop(_) => "stop",
    };
    let asking = match point {
        FailPoint::TickTaken | FailPoint::TickCommitted => Asking::BySchedule,
        _ => Asking::ByHand,
    };
    let what = What::Point {
        point,
        skip: 0,
        effect: Effect::Strike(strike),
    };
    Plan {
        name: format!("{}/{how}", point.name()),
        ground: Ground::Plain,
        script: 1,
        asking,
        faults: vec![Fault {
            phase: phase_of(point),
            what,
        }],
        must_strike: true,
    }
}

/// The first phase in which a run passes the point.
pub(super) fn phase_of(point: FailPoint) -> Phase {
    match point {
        FailPoint::MissingAsked => Phase::Changed,
        FailPoint::UnchangedDecided | FailPoint::UnchangedDone => Phase::Unchanged,
        _ => Phase::First,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_step_has_a_cell_of_each_strike_and_is_found_by_its_name() {
        let all = all();
        let names: BTreeSet<&str> = all.iter().map(|plan| plan.name.as_str()).collect();
        assert_eq!(names.len(), 2 * FailPoint::ALL.len());
        assert!(names.contains("reconcile.commit.done/kill"));
        assert!(all.iter().all(|plan| named(&plan.name).is_some()));
    }
}
