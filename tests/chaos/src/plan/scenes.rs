//! Trials on ground of their own: clusters, small disks, wrong clocks.

use std::time::Duration;

use rollcall_testbed::{Kind, Part};

use super::{Asking, Fault, Ground, Phase, Plan, Strike, What, Whose};

const SOON: Duration = Duration::from_millis(60);
const SHORTLY: Duration = Duration::from_millis(200);
/// Longer than a node or server takes to be missed.
const A_WHILE: Duration = Duration::from_secs(4);
/// Longer than any lease or claim of a trial.
const SECONDS: i32 = 20;
/// Longer than any deadline.
const AN_HOUR: i32 = 3_600;

/// All of them, those on the same ground one after the other.
pub fn all() -> Vec<Plan> {
    [newer(), cluster(), standby(), small_disk(), clocks()].concat()
}

/// The scene of this name.
pub fn named(name: &str) -> Option<Plan> {
    all().into_iter().find(|plan| plan.name == name)
}

fn scene(ground: Ground, name: &str, faults: Vec<(Phase, What)>) -> Plan {
    Plan {
        name: name.to_owned(),
        ground,
        script: 1,
        asking: Asking::ByHand,
        faults: faults
            .into_iter()
            .map(|(phase, what)| Fault { phase, what })
            .collect(),
        must_strike: true,
    }
}

/// The servers of the next release, and their death.
fn newer() -> Vec<Plan> {
    let struck = |part| What::Server {
        part,
        after: SOON,
        strike: Strike::Kill(SHORTLY),
    };
    let scene = |name, faults| scene(Ground::Newer, name, faults);
    vec![
        scene(
            "newer/broker-killed",
            vec![(Phase::First, struck(Part::RabbitMq))],
        ),
        scene(
            "newer/database-killed",
            vec![(Phase::Changed, struck(Part::Postgres))],
        ),
    ]
}

fn cluster() -> Vec<Plan> {
    let killed = |node, after| What::Node {
        node,
        after,
        strike: Strike::Kill(A_WHILE),
    };
    let stopped = |node, after| What::Node {
        node,
        after,
        strike: Strike::Stop(A_WHILE),
    };
    let scene = |name, faults| scene(Ground::Cluster, name, faults);
    vec![
        scene(
            "cluster/each-node-killed",
            vec![
                (Phase::First, killed(0, SOON)),
                (Phase::Changed, killed(1, SOON)),
                (Phase::Unchanged, killed(2, SOON)),
            ],
        ),
        scene(
            "cluster/majority-killed",
            vec![
                (Phase::First, killed(0, SOON)),
                (Phase::First, killed(1, SHORTLY)),
            ],
        ),
        scene("cluster/node-hangs", vec![(Phase::Changed, stopped(0, SOON))]),
    ]
}

fn standby() -> Vec<Plan> {
    let promoted = |name, phase, after| {
        let down = Duration::from_millis(500);
        scene(
            Ground::Standby,
            name,
            vec![(phase, What::Promotion { after, down })],
        )
    };
    vec![
        promoted("standby/promoted-in-first-sync", Phase::First, SOON),
        promoted("standby/promoted-in-second-sync", Phase::Changed, SHORTLY),
    ]
}

fn small_disk() -> Vec<Plan> {
    let full = |name, phase| {
        let what = What::FullDisk {
            after: SOON,
            lasts: A_WHILE,
        };
        scene(Ground::SmallDisk, name, vec![(phase, what)])
    };
    vec![
        full("disk/full-in-first-sync", Phase::First),
        full("disk/full-in-second-sync", Phase::Changed),
    ]
}

fn clocks() -> Vec<Plan> {
    let services =
        [Kind::Scheduler, Kind::Worker, Kind::Reconcile].map(|kind| (Whose::Service(kind), AN_HOUR));
    let all = services.into_iter().chain([(Whose::Database, SECONDS)]);
    all.flat_map(|(whose, far)| {
        let name = match whose {
            Whose::Service(kind) => kind.name(),
            Whose::Database => "database",
        };
        [("ahead", far), ("behind", -far)].map(|(word, seconds)| {
            let what = What::Clock {
                whose,
                after: SOON,
                seconds,
            };
            scene(
                Ground::Clocks,
                &format!("clock/{name}-{word}"),
                vec![(Phase::First, what)],
            )
        })
    })
    .collect()
}
