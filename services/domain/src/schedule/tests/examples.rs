//! The rule by example.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::zone;
use crate::schedule::*;

fn due(every: i32, zone: &TimeZone, after: &str) -> String {
    let after = after.parse().unwrap();
    let next = next_due(EveryHours::new(every).unwrap(), zone, after);
    zone.to_datetime(next).strftime("%m-%d %H:%M:%S").to_string() + &format!(" {}", zone.to_offset(next))
}

/// The local times at which a schedule is due from `from` on, one after the other.
fn dues(every: i32, name: &str, from: &str, count: usize) -> Vec<String> {
    let zone = zone(name);
    let mut at: Timestamp = from.parse().unwrap();
    (0..count)
        .map(|_| {
            at = next_due(EveryHours::new(every).unwrap(), &zone, at);
            zone.to_datetime(at).strftime("%d %H:%M").to_string()
        })
        .collect()
}

/// Interval, zone, time at which settings are saved, and time of the next run.
const AROUND_CHANGES: [&str; 15] = [
    "24 Africa/Cairo 2026-04-23T20:00:00+02:00 2026-04-24T01:01:00+03:00",
    "24 Africa/Cairo 2026-04-24T01:30:00+03:00 2026-04-25T00:01:00+03:00",
    "1 Africa/Cairo 2026-04-23T23:30:00+02:00 2026-04-24T01:01:00+03:00",
    "5 Africa/Cairo 2026-04-23T20:30:00+02:00 2026-04-24T01:01:00+03:00",
    "5 Africa/Cairo 2026-04-24T01:30:00+03:00 2026-04-24T05:01:00+03:00",
    "1 Africa/Cairo 2026-10-29T22:30:00+03:00 2026-10-29T23:01:00+03:00",
    "1 Africa/Cairo 2026-10-29T23:30:00+03:00 2026-10-29T23:01:00+02:00",
    "24 Africa/Cairo 2026-10-29T23:30:00+03:00 2026-10-30T00:01:00+02:00",
    "1 Europe/Berlin 2026-03-29T01:30:00+01:00 2026-03-29T03:01:00+02:00",
    "2 Europe/Berlin 2026-03-29T01:30:00+01:00 2026-03-29T03:01:00+02:00",
    "2 Europe/Berlin 2026-10-25T01:30:00+02:00 2026-10-25T02:01:00+02:00",
    "2 Europe/Berlin 2026-10-25T02:30:00+02:00 2026-10-25T04:01:00+01:00",
    "1 Europe/Berlin 2026-10-25T02:30:00+02:00 2026-10-25T02:01:00+01:00",
    "24 Atlantic/Azores 2026-10-24T20:30:00+00:00 2026-10-25T00:01:00+00:00",
    "24 Atlantic/Azores 2026-10-25T00:30:00+00:00 2026-10-26T00:01:00-01:00",
];

#[test]
fn settings_saved_around_a_change_of_the_clock_are_due_once_on_each_side_of_it() {
    for case in AROUND_CHANGES {
        let parts: Vec<_> = case.split(' ').collect();
        let time = |part: usize| parts[part].parse::<Timestamp>().unwrap();
        let every = EveryHours::new(parts[0].parse().unwrap()).unwrap();
        assert_eq!(next_due(every, &zone(parts[1]), time(2)), time(3), "{case}");
    }
}

#[test]
fn the_interval_is_1_to_24_hours() {
    for hours in 1..=24 {
        assert_eq!(i32::from(EveryHours::new(hours).unwrap().get()), hours);
    }
    for hours in [0, 25, 257] {
        assert_eq!(EveryHours::new(hours), Err(InvalidHours));
    }
}

#[test]
fn runs_begin_a_minute_past_the_hours_that_the_interval_divides() {
    let from = "2026-11-22T23:00:00Z";
    for (every, expected) in [
        (24, vec!["23 00:01", "24 00:01", "25 00:01"]),
        (12, vec!["23 00:01", "23 12:01", "24 00:01"]),
        (
            5,
            vec![
                "23 00:01", "23 05:01", "23 10:01", "23 15:01", "23 20:01", "24 00:01",
            ],
        ),
        (23, vec!["22 23:01", "23 00:01", "23 23:01"]),
        (1, vec!["22 23:01", "23 00:01", "23 01:01"]),
    ] {
        assert_eq!(
            dues(every, "UTC", from, expected.len()),
            expected,
            "every {every} hours"
        );
    }
}

#[test]
fn the_next_time_is_strictly_after() {
    let utc = TimeZone::UTC;
    for every in [1, 2] {
        assert_eq!(
            due(every, &utc, "2026-11-22T10:00:59.999999999Z"),
            "11-22 10:01:00 +00"
        );
        assert_ne!(due(every, &utc, "2026-11-22T10:01:00Z"), "11-22 10:01:00 +00");
        assert_ne!(due(every, &utc, "2026-11-22T10:01:00.5Z"), "11-22 10:01:00 +00");
    }
}

#[test]
fn hours_are_those_of_the_tenants_clock() {
    for (name, expected) in [
        ("Asia/Kolkata", "11-23 00:01:00 +05:30"),
        ("Asia/Kathmandu", "11-23 00:01:00 +05:45"),
        ("America/New_York", "11-23 00:01:00 -05"),
        ("Pacific/Kiritimati", "11-24 00:01:00 +14"),
    ] {
        assert_eq!(due(24, &zone(name), "2026-11-22T18:10:00Z"), expected, "{name}");
    }
    assert_eq!(
        dues(1, "Asia/Kathmandu", "2026-11-22T18:15:59Z", 2),
        ["23 00:01", "23 01:01"]
    );
}

#[test]
fn a_time_that_clocks_leave_out_runs_once_past_the_first_full_hour_after_the_gap() {
    // Berlin: 02:00 becomes 03:00.
    assert_eq!(
        dues(2, "Europe/Berlin", "2026-03-28T23:30:00Z", 3),
        ["29 03:01", "29 04:01", "29 06:01"]
    );
    // Lord Howe: 02:00 becomes 02:30.
    assert_eq!(
        dues(2, "Australia/Lord_Howe", "2026-10-03T14:30:00Z", 3),
        ["04 03:01", "04 04:01", "04 06:01"]
    );
    // São Paulo and Cairo: midnight becomes 01:00.
    assert_eq!(
        dues(24, "America/Sao_Paulo", "2018-11-03T12:00:00Z", 2),
        ["04 01:01", "05 00:01"]
    );
    assert_eq!(
        dues(24, "Africa/Cairo", "2026-04-23T12:00:00Z", 2),
        ["24 01:01", "25 00:01"]
    );
    // Apia left out the whole of 30 December 2011.
    assert_eq!(
        dues(12, "Pacific/Apia", "2011-12-29T20:00:00Z", 4),
        ["29 12:01", "31 00:01", "31 12:01", "01 00:01"]
    );
}

#[test]
fn a_time_that_occurs_twice_runs_at_the_first() {
    assert_eq!(
        due(2, &zone("Europe/Berlin"), "2026-10-24T22:30:00Z"),
        "10-25 02:01:00 +02"
    );
    assert_eq!(
        dues(2, "Europe/Berlin", "2026-10-24T22:30:00Z", 2),
        ["25 02:01", "25 04:01"]
    );
    // Lord Howe: 02:00 becomes 01:30, so 01:31 to 02:00 occur twice, and no hour does.
    assert_eq!(
        dues(2, "Australia/Lord_Howe", "2026-04-04T13:30:00Z", 2),
        ["05 02:01", "05 04:01"]
    );
    // São Paulo: midnight becomes 23:00 of the day before.
    assert_eq!(
        dues(24, "America/Sao_Paulo", "2018-02-17T12:00:00Z", 2),
        ["18 00:01", "19 00:01"]
    );
    assert_eq!(
        dues(23, "America/Sao_Paulo", "2018-02-17T12:00:00Z", 3),
        ["17 23:01", "18 00:01", "18 23:01"]
    );
    // Cairo: midnight becomes 23:00.
    assert_eq!(
        dues(24, "Africa/Cairo", "2026-10-29T12:00:00Z", 2),
        ["30 00:01", "31 00:01"]
    );
}

#[test]
fn every_hour_means_every_elapsed_hour() {
    assert_eq!(
        dues(1, "Europe/Berlin", "2026-03-28T23:30:00Z", 3),
        ["29 01:01", "29 03:01", "29 04:01"]
    );
    assert_eq!(
        dues(1, "Europe/Berlin", "2026-10-24T22:30:00Z", 5),
        ["25 01:01", "25 02:01", "25 02:01", "25 03:01", "25 04:01"]
    );
    for (name, from) in [
        ("Europe/Berlin", "2026-03-01T00:00:00Z"),
        ("Africa/Cairo", "2026-10-01T00:00:00Z"),
    ] {
        let (zone, mut at) = (zone(name), from.parse::<Timestamp>().unwrap());
        at = next_due(EveryHours(1), &zone, at);
        for _ in 0..24 * 60 {
            let next = next_due(EveryHours(1), &zone, at);
            assert_eq!(next.duration_since(at), SignedDuration::from_hours(1));
            at = next;
        }
    }
}

proptest! {
    #[test]
    fn no_due_time_is_skipped(every in 1_u8..=24, second in 1_400_000_000_i64..2_000_000_000, wait in 0_i64..200_000) {
        for name in ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo"] {
            let (every, zone) = (EveryHours(every), zone(name));
            let after = Timestamp::from_second(second).unwrap();
            let next = next_due(every, &zone, after);
            let later = after + SignedDuration::from_secs(wait);
            prop_assert!(next > after);
            prop_assert_eq!(next_due(every, &zone, later) == next, later < next);
        }
    }

    #[test]
    fn no_time_makes_it_panic(every in 1_u8..=24, second in Timestamp::MIN.as_second()..=Timestamp::MAX.as_second()) {
        let after = Timestamp::from_second(second).unwrap();
        prop_assert!(next_due(EveryHours(every), &zone("Asia/Kathmandu"), after) >= after);
    }
}
