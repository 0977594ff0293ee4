//! Times between jiff, PostgreSQL's `timestamptz` and the contract's `google.protobuf.Timestamp`.

use jiff::{SignedDuration, Timestamp};
use sqlx::{
    Decode, Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef, types::Oid},
};

/// PostgreSQL counts from 2000-01-01T00:00:00Z.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;

/// The types' numbers, which are PostgreSQL's own: by name, each new connection would look them up.
const TIMESTAMPTZ: Oid = Oid(1184);
const TIMESTAMPTZ_ARRAY: Oid = Oid(1185);

/// A `timestamptz`. PostgreSQL keeps whole microseconds: what is finer is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PgTimestamp(pub Timestamp);

impl From<Timestamp> for PgTimestamp {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl From<PgTimestamp> for Timestamp {
    fn from(timestamp: PgTimestamp) -> Self {
        timestamp.0
    }
}

impl Type<Postgres> for PgTimestamp {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ)
    }
}

impl PgHasArrayType for PgTimestamp {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ_ARRAY)
    }
}

impl Encode<'_, Postgres> for PgTimestamp {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode(self.0.as_microsecond() - EPOCH_MICROSECONDS, buffer)
    }
}

impl<'r> Decode<'r, Postgres> for PgTimestamp {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        match value.format() {
            PgValueFormat::Binary => {
                let microseconds: i64 = Decode::<Postgres>::decode(value)?;
                let since_1970 = microseconds
                    .checked_add(EPOCH_MICROSECONDS)
                    .ok_or("the time is infinite")?;
                Ok(Self(Timestamp::from_microsecond(since_1970)?))
            }
            PgValueFormat::Text => Ok(Self(value.as_str()?.parse()?)),
        }
    }
}

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

/// A time of the contract; None if it is none (out of range).
pub fn from_proto(timestamp: &prost_types::Timestamp) -> Option<Timestamp> {
    if !(0..1_000_000_000).contains(&timestamp.nanos) {
        return None;
    }
    Timestamp::from_duration(SignedDuration::new(timestamp.seconds, timestamp.nanos)).ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{EPOCH_MICROSECONDS, from_proto, to_proto};

    fn time(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    #[test]
    fn postgresql_counts_from_the_year_2000() {
        assert_eq!(time("2000-01-01T00:00:00Z").as_microsecond(), EPOCH_MICROSECONDS);
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
        assert_eq!(
            from_proto(&prost_types::Timestamp {
                seconds: i64::MAX,
                nanos: 0
            }),
            None
        );
        assert_eq!(
            from_proto(&prost_types::Timestamp {
                seconds: 0,
                nanos: -1
            }),
            None
        );
    }
}
