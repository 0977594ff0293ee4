//! Times between jiff and PostgreSQL's `timestamptz`.

use jiff::Timestamp;
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

/// A `timestamptz`. PostgreSQL keeps whole microseconds: finer digits are cut off.
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::EPOCH_MICROSECONDS;

    fn time(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    #[test]
    fn postgresql_counts_from_the_year_2000() {
        assert_eq!(time("2000-01-01T00:00:00Z").as_microsecond(), EPOCH_MICROSECONDS);
    }
}
