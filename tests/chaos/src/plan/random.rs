//! Mixes of faults: the same for the same seed.

use std::time::Duration;

use rollcall_chassis::fail_point::FailPoint;
use rollcall_e2e::Dice;
use rollcall_testbed::{
    Kind, Part, Way,
    proxy::{Action, Direction, Fault as Break, Place},
};

use super::{Asking, Broken, Effect, Fault, Ground, Phase, Plan, Strike, What, matrix::phase_of};
use crate::trial::TENANTS;

/// Number of scripts: each costs a control tenant once in a world.
const SCRIPTS: u64 = 4;
const MOST_FAULTS: u64 = 3;

/// The plan of a seed.
pub fn of_seed(seed: u64) -> Plan {
    let mut dice = Dice::new(seed);
    let script = 1 + dice.below(SCRIPTS);
    let asking = if dice.one_in(4) {
        Asking::BySchedule
    } else {
        Asking::ByHand
    };
    let count = 1 + dice.below(MOST_FAULTS);
    let mut faults: Vec<Fault> = (0..count).map(|_| fault(&mut dice, asking)).collect();
    if asking == Asking::ByHand && dice.one_in(3) {
        // Reads that are quick hide what comes of a job that arrives twice.
        let phase = faults[0].phase;
        faults.extend((0..TENANTS).map(|tenant| slow_read(tenant, phase)));
    }
    Plan {
        name: format!("seed/{seed}"),
        ground: Ground::Plain,
        script,
        asking,
        faults,
        must_strike: false,
    }
}

fn fault(dice: &mut Dice, asking: Asking) -> Fault {
    let phase = dice.one_of(&Phase::ALL);
    match dice.below(20) {
        0..9 => at_point(dice, asking),
        9..12 => Fault {
            phase,
            what: What::Service {
                kind: dice.one_of(&Kind::ALL),
                after: millis(dice, 0, 600),
                strike: strike(dice),
            },
        },
        12..14 => Fault {
            phase,
            what: What::Server {
                part: dice.one_of(&[Part::Postgres, Part::Postgres, Part::RabbitMq]),
                after: millis(dice, 0, 600),
                strike: strike(dice),
            },
        },
        // A scheduled run waits minutes for its next attempt at a directory.
        14..17 if asking == Asking::ByHand => Fault {
            phase,
            what: directory(dice),
        },
        _ => Fault {
            phase,
            what: way(dice),
        },
    }
}

fn at_point(dice: &mut Dice, asking: Asking) -> Fault {
    let of_the_tick = |point: &FailPoint| matches!(point, FailPoint::TickTaken | FailPoint::TickCommitted);
    let points: Vec<FailPoint> = FailPoint::ALL
        .into_iter()
        .filter(|point| asking == Asking::BySchedule || !of_the_tick(point))
        .collect();
    let point = dice.one_of(&points);
    let effect = match dice.below(6) {
        0 => Effect::Delay(millis(dice, 100, 4_000)),
        1 => Effect::Panic,
        _ => Effect::Strike(strike(dice)),
    };
    let skip = if dice.one_in(2) {
        0
    } else {
        u32::try_from(dice.below(4)).unwrap_or_default()
    };
    let first = phase_of(point);
    let phase = if first == Phase::First {
        dice.one_of(&[Phase::First, Phase::Changed])
    } else {
        first
    };
    Fault {
        phase,
        what: What::Point { point, skip, effect },
    }
}

fn strike(dice: &mut Dice) -> Strike {
    if dice.one_in(2) {
        Strike::Kill(millis(dice, 50, 1_500))
    } else {
        Strike::Stop(millis(dice, 300, 6_000))
    }
}

fn way(dice: &mut Dice) -> What {
    let way = dice.one_of(&Way::ALL);
    // An unencrypted connection is not garbled: the damage could not be noticed.
    let garbles = way == Way::Reconcile;
    let place = Place::Bytes(dice.below(4_000));
    What::Way {
        way,
        broken: broken(dice, place, garbles),
    }
}

/// The first tenant's directory is read in clear, so that its messages can be counted; the other's over TLS.
fn directory(dice: &mut Dice) -> What {
    let tenant = usize::try_from(dice.below(TENANTS as u64)).unwrap_or_default();
    let encrypted = tenant > 0;
    let place = if encrypted {
        Place::Bytes(dice.below(8_000))
    } else {
        Place::Messages(dice.below(20))
    };
    What::Directory {
        tenant,
        broken: broken(dice, place, encrypted),
    }
}

/// Some seconds' worth of entries.
fn slow_read(tenant: usize, phase: Phase) -> Fault {
    let fault = Break {
        direction: Direction::ToClient,
        place: Place::Bytes(0),
        action: Action::Throttle(2_500),
    };
    let broken = Broken {
        after: Duration::ZERO,
        fault,
        lasts: Duration::from_secs(6),
        slow: None,
    };
    Fault {
        phase,
        what: What::Directory { tenant, broken },
    }
}

fn broken(dice: &mut Dice, place: Place, garbles: bool) -> Broken {
    let action = match dice.below(if garbles { 4 } else { 3 }) {
        0 => Action::Cut,
        1 => Action::Stall,
        2 => Action::Throttle(200 + u32::try_from(dice.below(4_000)).unwrap_or_default()),
        _ => Action::Garble,
    };
    let fault = Break {
        direction: dice.one_of(&[Direction::ToServer, Direction::ToClient]),
        place,
        action,
    };
    let slow = dice.one_in(3);
    Broken {
        after: millis(dice, 0, 300),
        fault,
        lasts: millis(dice, 300, 5_000),
        slow: slow.then(|| (20_000, millis(dice, 500, 3_000))),
    }
}

fn millis(dice: &mut Dice, from: u64, to: u64) -> Duration {
    Duration::from_millis(from + dice.below(to - from))
}

#[cfg(test)]
mod tests {
    use super::of_seed;

    #[test]
    fn a_seed_makes_the_same_plan_each_time_and_another_one_another() {
        let in_words = |seed| {
            of_seed(seed)
                .faults
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(in_words(7), in_words(7));
        let plans: std::collections::BTreeSet<_> = (1..=50).map(in_words).collect();
        assert!(plans.len() > 45, "{plans:?}");
    }
}
