//! Due times of a tenant's directory.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

const HOUR: i64 = 3600;
/// Runs begin this much after the hour.
const PAST_THE_HOUR: i64 = 60;

/// Every how many hours a directory is read: 1 to 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EveryHours(u8);

/// A number that is no interval of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct InvalidHours;

impl EveryHours {
    /// Checks the number.
    pub fn new(hours: i32) -> Result<Self, InvalidHours> {
        match u8::try_from(hours) {
            Ok(hours @ 1..=24) => Ok(Self(hours)),
            _ => Err(InvalidHours),
        }
    }

    /// The number of hours.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// The first due time after `after`: at one minute past the hour of the zone, on the hours divisible by the
/// interval counted from midnight.
///
/// Every hour means every elapsed hour, whatever the clocks do. Otherwise a local time that clocks leave out
/// is due once, a minute past the first full hour after the gap, and one that occurs twice is due at the first.
/// The due times do not depend on `after`, so that a tick that comes late skips none that is still to come.
pub fn next_due(every: EveryHours, zone: &TimeZone, after: Timestamp) -> Timestamp {
    let next = if every.get() == 1 {
        next_hour(zone, after)
    } else {
        next_of_day(every, zone, after)
    };
    next.unwrap_or(Timestamp::MAX)
}

/// The first instant after `after` at which clocks show a minute past the hour. Which minute of UTC that is
/// changes with the zone's offset.
fn next_hour(zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let mut offset = zone.to_offset(after);
    let mut since = after.as_nanosecond().div_euclid(1_000_000_000) + 1;
    let mut changes = zone.following(after);
    loop {
        let second = i64::try_from(since).ok()?;
        let past_the_hour = (second + i64::from(offset.seconds()) - PAST_THE_HOUR).rem_euclid(HOUR);
        let candidate = Timestamp::from_second(second + (HOUR - past_the_hour) % HOUR).ok()?;
        match changes.next().filter(|change| change.timestamp() <= candidate) {
            None => return Some(candidate),
            Some(change) => {
                offset = change.offset();
                since = i128::from(change.timestamp().as_second()).max(since);
            }
        }
    }
}

/// The first due time after `after` by days and hours of the local calendar.
fn next_of_day(every: EveryHours, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let today = zone.to_datetime(after).date();
    // A due time may come a day after the one at which it stands in the calendar, where clocks left out a
    // whole day; and tomorrow's may be over, where they went back across midnight.
    let first = today.checked_sub(1.day()).unwrap_or(Date::MIN);
    first
        .series(1.day())
        .take(4)
        .flat_map(|date| {
            (0..24)
                .step_by(every.get().into())
                .map(move |hour| date.at(hour, 1, 0, 0))
        })
        .filter_map(|local| instant(zone, local))
        .filter(|due| *due > after)
        .min()
}

/// The time at which a local time is due.
fn instant(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let AmbiguousOffset::Gap { after, .. } = ambiguous.offset() else {
        return ambiguous.earlier().ok();
    };
    // The later reading of a time in a gap is after the change of the clocks, and this is the last one before it.
    let later = ambiguous.later().ok()?;
    let change = zone
        .preceding(later.checked_add(SignedDuration::from_nanos(1)).ok()?)
        .next()?;
    let end = after.to_datetime(change.timestamp());
    let full_hour = end.date().at(end.hour(), 0, 0, 0);
    let full_hour = if full_hour < end {
        full_hour.checked_add(1.hour()).ok()?
    } else {
        full_hour
    };
    zone.to_ambiguous_timestamp(full_hour.checked_add(1.minute()).ok()?)
        .earlier()
        .ok()
}

#[cfg(test)]
mod tests;
