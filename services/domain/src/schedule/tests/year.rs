//! Over a whole year of each zone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{ZONES, due_times, year_of, zone};

/// The intervals by days of the calendar; that of one hour has a rule of its own.
const INTERVALS: [u8; 6] = [2, 3, 5, 7, 12, 24];

/// A span of local time that clocks leave out: the first and the one after the last.
type Gap = (DateTime, DateTime);

/// A zone, a year of it and an interval, with what they come to.
struct Year {
    name: String,
    every: u8,
    days: usize,
    gaps: Vec<Gap>,
    due: Vec<Timestamp>,
    local: Vec<DateTime>,
}

/// Each zone's year with each of these intervals.
fn years(intervals: &[u8]) -> impl Iterator<Item = Year> {
    ZONES.into_iter().flat_map(move |(name, year, days)| {
        intervals.iter().map(move |every| {
            let every = *every;
            let zone = zone(name);
            let (from, until) = year_of(year, &zone);
            let due = due_times(every, &zone, from, until);
            Year {
                name: format!("{name} in {year}, every {every} hours"),
                every,
                days,
                gaps: gaps(&zone, from, until),
                local: due.iter().map(|at| zone.to_datetime(*at)).collect(),
                due,
            }
        })
    })
}

fn gaps(zone: &TimeZone, from: Timestamp, until: Timestamp) -> Vec<Gap> {
    // A year may begin with a gap.
    let changes = zone.following(from - SignedDuration::from_secs(1));
    let changes = changes.take_while(|change| change.timestamp() < until);
    let gap = |at: Timestamp, after: jiff::tz::Offset| {
        let before = zone.to_offset(at - SignedDuration::from_nanos(1));
        (before.to_datetime(at), after.to_datetime(at))
    };
    changes
        .map(|change| gap(change.timestamp(), change.offset()))
        .filter(|(first, end)| first < end)
        .collect()
}

impl Year {
    fn slots(&self) -> impl Iterator<Item = i8> + use<> {
        (0..24).step_by(self.every.into())
    }

    /// True if a due time of the calendar is in the gap.
    fn leaves_out_a_slot(&self, (first, end): Gap) -> bool {
        let mut days = first
            .date()
            .series(1.day())
            .take_while(|date| date.at(0, 0, 0, 0) < end);
        days.any(|date| {
            self.slots()
                .any(|hour| (first..end).contains(&date.at(hour, 1, 0, 0)))
        })
    }

    /// True if clocks leave out a part of this day, or the time that makes up for it.
    fn has_gap_on(&self, date: Date) -> bool {
        let begin = date.at(0, 0, 0, 0);
        let end = date.tomorrow().unwrap().at(2, 0, 0, 0);
        self.gaps
            .iter()
            .any(|(first, after)| *first < end && begin <= *after)
    }

    /// True for a minute past the first full hour after a gap that a due time of the calendar is in.
    fn makes_up(&self, local: DateTime) -> bool {
        let full_hour = local.with().minute(0).build().unwrap();
        self.gaps.iter().any(|gap| {
            let hour_before = full_hour.checked_sub(1.hour()).unwrap();
            (hour_before < gap.1 && gap.1 <= full_hour) && self.leaves_out_a_slot(*gap)
        })
    }
}

#[test]
fn over_a_year_every_due_time_is_where_the_rule_has_it_and_none_is_missing_or_comes_twice() {
    let mut made_up = 0;
    for year in years(&INTERVALS) {
        year.each_is_a_minute_past_an_hour_that_the_interval_divides_or_the_first_after_a_gap();
        year.none_comes_twice();
        year.there_are_as_many_as_its_days_have_together();
        year.each_day_without_a_gap_has_all_of_its_own();
        made_up += year.gaps_are_made_up_for_right_after_them();
    }
    assert!(made_up > 20, "{made_up} gaps were met");
}

impl Year {
    fn each_is_a_minute_past_an_hour_that_the_interval_divides_or_the_first_after_a_gap(&self) {
        for local in &self.local {
            assert_eq!((local.minute(), local.second()), (1, 0), "{}: {local}", self.name);
            let divisible = local.hour().cast_unsigned().is_multiple_of(self.every);
            assert!(divisible || self.makes_up(*local), "{}: {local}", self.name);
        }
    }

    fn none_comes_twice(&self) {
        assert!(self.due.is_sorted_by(|a, b| a < b), "{}", self.name);
        let local: BTreeSet<_> = self.local.iter().collect();
        assert_eq!(local.len(), self.local.len(), "{}", self.name);
    }

    fn there_are_as_many_as_its_days_have_together(&self) {
        // If 00:01 becomes 01:01, two hours past midnight stand for midnight too.
        let shared = usize::from(self.name == "America/St_Johns in 2006, every 2 hours");
        let expected = self.days * self.slots().count() - shared;
        assert_eq!(self.due.len(), expected, "{}", self.name);
    }

    fn each_day_without_a_gap_has_all_of_its_own(&self) {
        let mut days = BTreeMap::<Date, Vec<i8>>::new();
        for local in &self.local {
            days.entry(local.date()).or_default().push(local.hour());
        }
        for (date, hours) in days.iter().filter(|(date, _)| !self.has_gap_on(**date)) {
            assert_eq!(*hours, self.slots().collect::<Vec<_>>(), "{}: {date}", self.name);
        }
    }

    /// The number of them.
    fn gaps_are_made_up_for_right_after_them(&self) -> usize {
        let gaps = || self.gaps.iter().filter(|gap| self.leaves_out_a_slot(**gap));
        for gap in gaps() {
            let after = self.local.iter().find(|local| **local >= gap.1).unwrap();
            assert!(self.makes_up(*after), "{}: {after}", self.name);
        }
        gaps().count()
    }
}

#[test]
fn every_hour_of_a_year_is_every_hour_that_elapses_but_for_changes_by_a_part_of_one() {
    for year in years(&[1]) {
        let hour = SignedDuration::from_hours(1);
        let odd = year
            .due
            .windows(2)
            .filter(|pair| pair[1].duration_since(pair[0]) != hour)
            .count();
        let expected = match year.name.split(' ').next() {
            // Its clocks change by half an hour, twice a year.
            Some("Australia/Lord_Howe") => 2,
            // Half an hour, once.
            Some("Asia/Pyongyang") => 1,
            _ => 0,
        };
        assert_eq!(odd, expected, "{}", year.name);
    }
}

#[test]
fn the_days_on_which_clocks_change_at_midnight() {
    for (name, year, every, date, expected) in [
        // Midnight becomes 01:00.
        ("America/Havana", 2026, 24, "2026-03-08", vec![1]),
        ("America/Havana", 2026, 12, "2026-03-08", vec![1, 12]),
        ("Africa/Cairo", 2026, 5, "2026-04-24", vec![1, 5, 10, 15, 20]),
        ("Asia/Beirut", 2026, 24, "2026-03-29", vec![1]),
        ("America/Asuncion", 2024, 7, "2024-10-06", vec![1, 7, 14, 21]),
        (
            "America/Sao_Paulo",
            2018,
            2,
            "2018-11-04",
            vec![1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22],
        ),
        // A quarter past midnight follows 23:59:59.
        ("Asia/Kathmandu", 1986, 24, "1986-01-01", vec![1]),
        // 23:30 becomes midnight.
        ("Asia/Pyongyang", 2018, 24, "2018-05-05", vec![0]),
        // 01:00 becomes midnight: 00:01 comes twice, and the first counts.
        ("America/Havana", 2026, 24, "2026-11-01", vec![0]),
        ("America/Havana", 2026, 12, "2026-11-01", vec![0, 12]),
        // Midnight becomes 23:00 of the day before, and so comes once.
        ("Africa/Cairo", 2026, 24, "2026-10-30", vec![0]),
        ("Asia/Beirut", 2026, 12, "2026-10-25", vec![0, 12]),
        ("America/Asuncion", 2024, 24, "2024-03-24", vec![0]),
        // A day that was left out.
        ("Pacific/Apia", 2011, 12, "2011-12-30", vec![]),
        ("Pacific/Apia", 2011, 12, "2011-12-31", vec![0, 12]),
    ] {
        let zone = zone(name);
        let (from, until) = year_of(year, &zone);
        let date: Date = date.parse().unwrap();
        let hours: Vec<_> = due_times(every, &zone, from, until)
            .into_iter()
            .map(|at| zone.to_datetime(at))
            .filter(|local| local.date() == date)
            .map(DateTime::hour)
            .collect();
        assert_eq!(hours, expected, "{name}, every {every} hours, on {date}");
    }
}
