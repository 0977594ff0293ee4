mod clock;
mod examples;
mod year;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, civil::DateTime};

use super::{EveryHours, next_due};
use crate::time_zone;

/// Zones whose offsets are whole, half and quarter hours, and whose clocks change by an hour, half an hour, a quarter or a day; at
/// two, a quarter to three, midnight or a minute past it. Each with a year in which they do, and the days that its calendar has.
const ZONES: [(&str, i16, usize); 19] = [
    ("UTC", 2026, 365),
    ("Europe/Berlin", 2026, 365),
    ("America/New_York", 2024, 366),
    ("Asia/Kolkata", 2026, 365),
    ("Australia/Adelaide", 2026, 365),
    ("America/St_Johns", 2006, 365),
    ("Asia/Pyongyang", 2018, 365),
    ("Asia/Kathmandu", 2026, 365),
    ("Asia/Kathmandu", 1986, 365),
    ("Australia/Eucla", 2026, 365),
    ("Pacific/Chatham", 2026, 365),
    ("Australia/Lord_Howe", 2026, 365),
    ("America/Havana", 2026, 365),
    ("Africa/Cairo", 2026, 365),
    ("Asia/Beirut", 2026, 365),
    ("America/Asuncion", 2024, 366),
    ("America/Sao_Paulo", 2018, 365),
    ("Pacific/Apia", 2011, 364),
    ("Pacific/Kiritimati", 1994, 364),
];

fn zone(name: &str) -> TimeZone {
    time_zone::parse(name).unwrap()
}

/// The instants of a year by the clocks of the zone.
fn year_of(year: i16, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let first = |year| {
        zone.to_timestamp(DateTime::constant(year, 1, 1, 0, 0, 0, 0))
            .unwrap()
    };
    (first(year), first(year + 1))
}

fn due_times(every: u8, zone: &TimeZone, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let next = |at: &Timestamp| Some(next_due(EveryHours(every), zone, *at));
    let first = next(&(from - SignedDuration::from_nanos(1)));
    std::iter::successors(first, next)
        .take_while(|at| *at < until)
        .collect()
}
