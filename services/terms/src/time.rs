//! Times between jiff and the contract, and the ids that begin with one.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A time for the contract.
pub fn to_proto(timestamp: Timestamp) -> prost_types::Timestamp {
    let since_epoch = timestamp.as_duration();
    // The contract counts nanoseconds forward from the second, before 1970 too.
    let (seconds, nanos) = match since_epoch.subsec_nanos() {
        nanos if nanos < 0 => (since_epoch.as_secs() - 1, nanos + 1_000_000_000),
        nanos => (since_epoch.as_secs(), nanos),
    };
    prost_types::Timestamp { seconds, nanos }
}

/// A time of the contract. `None` if it is out of range.
pub fn from_proto(timestamp: &prost_types::Timestamp) -> Option<Timestamp> {
    if !(0..1_000_000_000).contains(&timestamp.nanos) {
        return None;
    }
    Timestamp::from_duration(SignedDuration::new(timestamp.seconds, timestamp.nanos)).ok()
}

/// The lowest run id (UUIDv7) that can have been made at this time: ids begin with the millisecond.
pub fn lowest_id_of(time: Timestamp) -> Uuid {
    let millis = u64::try_from(time.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

#[cfg(test)]
mod tests {
    use uuid::NoContext;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    #[test]
    fn times_of_the_contract_come_back_unchanged() {
        for text in [
            "2026-11-22T23:50:00.123456789Z",
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.5Z",
        ] {
            assert_eq!(from_proto(&to_proto(time(text))), Some(time(text)), "{text}");
        }
    }

    #[test]
    fn nanoseconds_of_the_contract_are_never_negative() {
        let proto = to_proto(time("1969-12-31T23:59:59.5Z"));
        assert_eq!((proto.seconds, proto.nanos), (-1, 500_000_000));
    }

    #[test]
    fn a_time_out_of_range_is_none() {
        let (seconds, nanos) = (i64::MAX, 0);
        assert_eq!(from_proto(&prost_types::Timestamp { seconds, nanos }), None);
        let (seconds, nanos) = (0, -1);
        assert_eq!(from_proto(&prost_types::Timestamp { seconds, nanos }), None);
    }

    #[test]
    fn ids_made_before_a_time_are_below_its_lowest_id_and_later_ones_are_not() {
        let bound = lowest_id_of(Timestamp::from_second(1_700_000_000).unwrap());
        let id_at = |seconds| Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, 0));
        assert!(id_at(1_699_999_999) < bound);
        assert!(id_at(1_700_000_000) >= bound);
    }
}
