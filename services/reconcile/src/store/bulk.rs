//! Many rows in few statements: each parameter is an array with the values of a column, which PostgreSQL takes apart.
//!
//! COPY would be a little faster, but PostgreSQL refuses it for tables with row-level security: nothing would check the
//! tenant of the rows. The arrays are written in their binary form as the rows come, without a value of their own for each.

use jiff::Timestamp;
use sqlx::{
    Encode, PgConnection, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo, types::Oid},
};
use uuid::Uuid;

/// Bytes of values that are sent at once.
const CHUNK: usize = 1024 * 1024;
/// PostgreSQL counts microseconds from the year 2000.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;
/// Dimensions of an array, and the number of its first element.
const DIMENSIONS: i32 = 1;
const FIRST: i32 = 1;

/// Inserts rows: `statement` has an array for each column. Without rows nothing is asked.
pub(super) async fn insert<T>(
    connection: &mut PgConnection,
    statement: &'static str,
    rows: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut RowWriter<'_>, T),
) -> Result<u64, sqlx::Error> {
    let mut chunk = Chunk::default();
    let mut inserted = 0;
    for row in rows {
        write(&mut chunk.row(), row);
        if chunk.bytes >= CHUNK {
            inserted += chunk.send(connection, statement).await?;
        }
    }
    Ok(inserted + chunk.send(connection, statement).await?)
}

/// Rows that go together.
#[derive(Debug, Default)]
struct Chunk {
    columns: Vec<Column>,
    rows: i32,
    bytes: usize,
}

impl Chunk {
    fn row(&mut self) -> RowWriter<'_> {
        self.rows += 1;
        RowWriter {
            chunk: self,
            column: 0,
        }
    }

    /// Sends the rows, and empties the columns for the next ones.
    async fn send(&mut self, connection: &mut PgConnection, statement: &'static str) -> sqlx::Result<u64> {
        if self.rows == 0 {
            return Ok(0);
        }
        let mut query = sqlx::query(statement);
        for column in &self.columns {
            query = query.bind(Values {
                column,
                rows: self.rows,
            });
        }
        let inserted = query.execute(connection).await?.rows_affected();
        for column in &mut self.columns {
            column.values.clear();
            column.has_null = false;
        }
        self.rows = 0;
        self.bytes = 0;
        Ok(inserted)
    }
}

/// Types of columns, each by the numbers of the type and of its arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Boolean,
    Bytes,
    Bigint,
    Text,
    Time,
    Uuid,
}

impl Kind {
    fn element(self) -> Oid {
        Oid(match self {
            Self::Boolean => 16,
            Self::Bytes => 17,
            Self::Bigint => 20,
            Self::Text => 25,
            Self::Time => 1184,
            Self::Uuid => 2950,
        })
    }

    fn array(self) -> Oid {
        Oid(match self {
            Self::Boolean => 1000,
            Self::Bytes => 1001,
            Self::Bigint => 1016,
            Self::Text => 1009,
            Self::Time => 1185,
            Self::Uuid => 2951,
        })
    }
}

/// Values of a column, each with its length before it.
#[derive(Debug)]
struct Column {
    kind: Kind,
    values: Vec<u8>,
    has_null: bool,
}

/// A column's values as one argument.
struct Values<'a> {
    column: &'a Column,
    rows: i32,
}

impl Type<Postgres> for Values<'_> {
    /// Not asked, since each says what it is.
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Kind::Text.array())
    }
}

impl Encode<'_, Postgres> for Values<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let Column {
            kind,
            values,
            has_null,
        } = self.column;
        buffer.extend_from_slice(&DIMENSIONS.to_be_bytes());
        buffer.extend_from_slice(&i32::from(*has_null).to_be_bytes());
        buffer.extend_from_slice(&kind.element().0.to_be_bytes());
        buffer.extend_from_slice(&self.rows.to_be_bytes());
        buffer.extend_from_slice(&FIRST.to_be_bytes());
        buffer.extend_from_slice(values);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(self.column.kind.array()))
    }
}

/// Writes the values of one row, in the order of the statement's parameters. Each row has values of the same types.
pub(crate) struct RowWriter<'a> {
    chunk: &'a mut Chunk,
    column: usize,
}

impl RowWriter<'_> {
    /// The values of the next column.
    fn column(&mut self, kind: Kind) -> &mut Column {
        if self.column == self.chunk.columns.len() {
            self.chunk.columns.push(Column {
                kind,
                values: Vec::new(),
                has_null: false,
            });
        }
        self.column += 1;
        &mut self.chunk.columns[self.column - 1]
    }

    fn value(&mut self, kind: Kind, value: Option<&[u8]>) {
        let column = self.column(kind);
        // A value's length is an i32; nothing here comes near to it.
        let length = value.map_or(-1, |value| i32::try_from(value.len()).unwrap_or(i32::MAX));
        column.has_null |= value.is_none();
        column.values.extend_from_slice(&length.to_be_bytes());
        column.values.extend_from_slice(value.unwrap_or_default());
        self.chunk.bytes += size_of::<i32>() + value.map_or(0, <[u8]>::len);
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.optional_text(Some(value));
    }

    pub(crate) fn optional_text(&mut self, value: Option<&str>) {
        self.value(Kind::Text, value.map(str::as_bytes));
    }

    pub(crate) fn bigint(&mut self, value: i64) {
        self.optional_bigint(Some(value));
    }

    pub(crate) fn optional_bigint(&mut self, value: Option<i64>) {
        let value = value.map(i64::to_be_bytes);
        self.value(Kind::Bigint, value.as_ref().map(<[u8; 8]>::as_slice));
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.value(Kind::Boolean, Some(&[u8::from(value)]));
    }

    pub(crate) fn uuid(&mut self, value: Uuid) {
        self.optional_uuid(Some(value));
    }

    pub(crate) fn optional_uuid(&mut self, value: Option<Uuid>) {
        let value = value.map(Uuid::into_bytes);
        self.value(Kind::Uuid, value.as_ref().map(<[u8; 16]>::as_slice));
    }

    pub(crate) fn optional_time(&mut self, value: Option<Timestamp>) {
        let value = value.map(|time| (time.as_microsecond() - EPOCH_MICROSECONDS).to_be_bytes());
        self.value(Kind::Time, value.as_ref().map(<[u8; 8]>::as_slice));
    }

    /// Writes a payload that is encoded straight into the argument.
    pub(crate) fn message(&mut self, message: &impl prost::Message) {
        let length = message.encoded_len();
        let values = &mut self.column(Kind::Bytes).values;
        values.extend_from_slice(&i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes());
        message.encode_raw(values);
        self.chunk.bytes += size_of::<i32>() + length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(write: impl FnOnce(&mut RowWriter<'_>)) -> Vec<Column> {
        let mut chunk = Chunk::default();
        write(&mut chunk.row());
        chunk.columns
    }

    #[test]
    fn each_value_stands_in_its_column_with_its_length() {
        let columns = columns(|row| {
            row.text("ab");
            row.optional_bigint(None);
            row.boolean(true);
        });
        let values: Vec<&[u8]> = columns.iter().map(|column| column.values.as_slice()).collect();
        assert_eq!(
            values,
            [
                &[0, 0, 0, 2, b'a', b'b'][..],
                &[0xff, 0xff, 0xff, 0xff],
                &[0, 0, 0, 1, 1]
            ]
        );
        let nulls: Vec<bool> = columns.iter().map(|column| column.has_null).collect();
        assert_eq!(nulls, [false, true, false]);
    }

    #[test]
    fn a_time_is_microseconds_from_the_year_2000() {
        let time = "2000-01-01T00:00:01Z".parse().unwrap();
        let columns = columns(|row| row.optional_time(Some(time)));
        assert_eq!(columns[0].values[4..], 1_000_000_i64.to_be_bytes());
    }

    #[test]
    fn a_message_is_a_value_with_its_length() {
        let domain = rollcall_proto::v1::Domain {
            name: "corp.example".to_owned(),
            alias_of: String::new(),
        };
        let columns = columns(|row| row.message(&domain));
        let values = &columns[0].values;
        assert_eq!(values[..4], [0, 0, 0, 14]);
        assert_eq!(prost::Message::decode(&values[4..]), Ok(domain));
    }
}
