//! Times around every change of the clocks, compared with a person who looks at the clock on the wall every minute.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{ZONES, due_times, year_of, zone};

/// The due times of a span by looking at the clock on the wall every minute.
fn by_the_clock(every: u8, zone: &TimeZone, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let minute = SignedDuration::from_mins(1);
    let is_due = |local: DateTime| local.minute() == 1 && local.hour().cast_unsigned().is_multiple_of(every);
    let mut due = Vec::new();
    let mut shown = BTreeSet::new();
    let (mut missed, mut full_hour) = (false, false);
    let mut previous = zone.to_datetime(from - minute);
    let mut at = from;
    while at < until {
        let local = zone.to_datetime(at);
        let mut left_out = previous.checked_add(minute).unwrap();
        while left_out < local {
            (missed, full_hour) = (missed || is_due(left_out), false);
            left_out = left_out.checked_add(minute).unwrap();
        }
        full_hour |= local.minute() == 0;
        let makes_up = missed && full_hour && local.minute() == 1;
        if makes_up || is_due(local) && (every == 1 || !shown.contains(&local)) {
            due.push(at);
        }
        missed &= !makes_up;
        shown.insert(local);
        previous = local;
        at += minute;
    }
    due
}

#[test]
fn around_every_change_of_the_clocks_due_times_are_what_the_clock_on_the_wall_says() {
    let days = SignedDuration::from_hours(50);
    for (name, year, _) in ZONES {
        let zone = zone(name);
        let (from, until) = year_of(year, &zone);
        let changes = zone
            .following(from)
            .map(|change| change.timestamp())
            .take_while(|at| *at < until);
        for change in changes.chain([from + days]) {
            for every in [1, 2, 5, 24] {
                let expected = by_the_clock(every, &zone, change - days, change + days);
                let found = due_times(every, &zone, change - days, change + days);
                assert_eq!(found, expected, "{name}, every {every} hours, around {change}");
            }
        }
    }
}
