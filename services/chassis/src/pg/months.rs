//! Tables in partitions of a month.
//!
//! Rows whose ids begin with their time (UUIDv7) stand in the partition of their month. It is dropped as a whole, which
//! leaves nothing behind to clean up, and a row that is looked for by its id is looked for in one partition. Months are
//! made ahead. A row of a month that was not made stands in the default partition, from which it moves once the month
//! is made.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use rollcall_terms::time::lowest_id_of;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, types::Uuid};

use super::{Access, PgTimestamp, ScopedPool, wall};

/// Months that are made ahead of the present one.
const AHEAD: i64 = 3;
/// Time that a month waits for its lock when it is made or dropped. Statements about the table queue behind it.
const LOCK_WAIT: Duration = Duration::from_secs(1);

/// One process at a time makes and drops months of a table.
const TRY_LOCK: &str = "SELECT pg_try_advisory_xact_lock(hashtextextended('rollcall months of ' || $1, 0))";
const EXISTS: &str = "SELECT to_regclass($1) IS NOT NULL";
const PARTITIONS: &str = "SELECT c.relname::text
    FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = $1::regclass";

/// A table in partitions of a month, each named after the table: `note_2027_01`, and `note_default`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Monthly {
    /// Schema of the table.
    pub schema: &'static str,
    /// Its name. Its partitions are of ranges of its column `run_id`.
    pub table: &'static str,
}

/// A month, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl From<Timestamp> for Month {
    /// The month of this time.
    fn from(time: Timestamp) -> Self {
        Self(time.to_zoned(TimeZone::UTC).date().first_of_month())
    }
}

impl Month {
    /// The first moment of it.
    pub fn start(self) -> Timestamp {
        // A day of the calendar has a beginning in UTC, but for the very ends of the range.
        let start = self.0.to_zoned(TimeZone::UTC);
        start.map_or(Timestamp::MAX, |start| start.timestamp())
    }

    /// The first moment after it.
    pub fn end(self) -> Timestamp {
        self.plus(1).start()
    }

    /// The lowest id of the month, and the lowest one after it.
    pub fn ids(self) -> (Uuid, Uuid) {
        (lowest_id_of(self.start()), lowest_id_of(self.end()))
    }

    fn plus(self, months: i64) -> Self {
        Self(self.0.saturating_add(months.months()))
    }

    fn suffix(self) -> String {
        format!("{:04}_{:02}", self.0.year(), self.0.month())
    }

    fn of_suffix(suffix: &str) -> Option<Self> {
        let (year, month) = suffix.split_once('_')?;
        Date::new(year.parse().ok()?, month.parse().ok()?, 1)
            .ok()
            .map(Self)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl Monthly {
    /// Makes this month and those ahead, as far as they are missing.
    pub async fn make_ahead(&self, pool: &ScopedPool) -> sqlx::Result<()> {
        let mut connection = pool.shared().acquire().await?;
        self.make_ahead_on(&mut connection).await
    }

    pub(super) async fn make_ahead_on(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let now: PgTimestamp = sqlx::query_scalar("SELECT now()")
            .fetch_one(&mut *connection)
            .await?;
        let made = self.months_on(connection).await?;
        let present = Month::from(now.0);
        let mut is_made = false;
        for month in (0..=AHEAD).map(|months| present.plus(months)) {
            if !made.contains(&month) && self.make(connection, month).await? {
                tracing::info!(table = self.table, %month, "made the partition of a month");
                is_made = true;
            }
        }
        // Until then the table's own wall stands before the new month, unless somebody names the partition.
        if is_made {
            wall::build(connection).await?;
        }
        Ok(())
    }

    /// Makes months ahead, and drops those that ended so long ago and of which `is_over` says that nothing in them is
    /// needed. Rows in the default partition are reported.
    pub async fn keep<F, O>(&self, pool: &ScopedPool, period: SignedDuration, is_over: F) -> sqlx::Result<()>
    where
        F: Fn(Month) -> O + Send,
        O: Future<Output = sqlx::Result<bool>> + Send,
    {
        self.make_ahead(pool).await?;
        let now: PgTimestamp = sqlx::query_scalar("SELECT now()")
            .fetch_one(pool.shared())
            .await?;
        // A period that reaches back beyond all times keeps everything.
        let bound = now.0.checked_sub(period).unwrap_or(Timestamp::MIN);
        for month in self.months(pool).await? {
            if month.end() > bound {
                break;
            }
            if is_over(month).await? && self.drop_month(pool, month).await? {
                tracing::info!(table = self.table, %month, "dropped a month whose time is over");
            }
        }
        if self.has_strays(pool).await? {
            tracing::warn!(
                table = self.table,
                "rows stand in the default partition: the clocks of services and database may differ by months"
            );
        }
        Ok(())
    }

    /// The months that are made, the oldest first.
    pub async fn months(&self, pool: &ScopedPool) -> sqlx::Result<Vec<Month>> {
        let mut connection = pool.shared().acquire().await?;
        self.months_on(&mut connection).await
    }

    async fn months_on(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<Month>> {
        let partitions: Vec<String> = sqlx::query_scalar(PARTITIONS)
            .bind(self.to_string())
            .fetch_all(connection)
            .await?;
        let suffixes = partitions
            .iter()
            .filter_map(|name| name.strip_prefix(self.table)?.strip_prefix('_'));
        let mut months: Vec<Month> = suffixes.filter_map(Month::of_suffix).collect();
        months.sort_unstable();
        Ok(months)
    }

    /// Makes a month beside the table, with its rows from the default partition, and attaches it: nothing waits but
    /// what uses the default partition. The table is locked first, as by everybody, in a mode that stops no statement.
    /// The default partition shows its owner the rows of all tenants as long as it is locked. False if another process is
    /// at it, or was.
    async fn make(&self, connection: &mut PgConnection, month: Month) -> sqlx::Result<bool> {
        let (first, end) = month.ids();
        let partition = self.partition(month);
        let wait = LOCK_WAIT.as_millis();
        let statements = format!(
            "SET LOCAL lock_timeout = '{wait}ms';
             LOCK TABLE ONLY {self} IN SHARE UPDATE EXCLUSIVE MODE;
             LOCK TABLE {self}_default IN ACCESS EXCLUSIVE MODE;
             ALTER TABLE {self}_default NO FORCE ROW LEVEL SECURITY;
             CREATE TABLE {partition} (LIKE {self} INCLUDING ALL);
             WITH late AS (
                 DELETE FROM {self}_default WHERE run_id >= '{first}' AND run_id < '{end}' RETURNING *
             )
             INSERT INTO {partition} SELECT * FROM late;
             ALTER TABLE {self}_default FORCE ROW LEVEL SECURITY;
             ALTER TABLE {self} ATTACH PARTITION {partition} FOR VALUES FROM ('{first}') TO ('{end}')"
        );
        self.exclusively(connection, &partition, false, statements).await
    }

    /// Drops a month with all of its rows. False if another process is at it, or was.
    pub async fn drop_month(&self, pool: &ScopedPool, month: Month) -> sqlx::Result<bool> {
        let mut connection = pool.shared().acquire().await?;
        let wait = LOCK_WAIT.as_millis();
        let partition = self.partition(month);
        let statements = format!("SET LOCAL lock_timeout = '{wait}ms'; DROP TABLE {partition}");
        self.exclusively(&mut connection, &partition, true, statements)
            .await
    }

    /// True if rows stand in the default partition: their month was not made in time, or their ids are of no time.
    pub async fn has_strays(&self, pool: &ScopedPool) -> sqlx::Result<bool> {
        let statement = AssertSqlSafe(format!("SELECT EXISTS (SELECT FROM {self}_default)"));
        let mut fleet = pool.fleet(Access::Read).await?;
        sqlx::query_scalar(statement).fetch_one(fleet.connection()).await
    }

    fn partition(&self, month: Month) -> String {
        format!("{self}_{}", month.suffix())
    }

    /// Runs statements about a partition, which must exist or not, in a transaction that no other process has with this
    /// table.
    async fn exclusively(
        &self,
        connection: &mut PgConnection,
        partition: &str,
        must_exist: bool,
        statements: String,
    ) -> sqlx::Result<bool> {
        let mut transaction = connection.begin().await?;
        let is_locked: bool = sqlx::query_scalar(TRY_LOCK)
            .bind(self.to_string())
            .fetch_one(&mut *transaction)
            .await?;
        if !is_locked {
            return Ok(false);
        }
        let exists: bool = sqlx::query_scalar(EXISTS)
            .bind(partition)
            .fetch_one(&mut *transaction)
            .await?;
        if exists != must_exist {
            return Ok(false);
        }
        sqlx::raw_sql(AssertSqlSafe(statements))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }
}

impl std::fmt::Display for Monthly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.schema, self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(time: &str) -> Month {
        Month::from(time.parse::<Timestamp>().expect(time))
    }

    #[test]
    fn a_month_is_named_after_its_first_day_and_found_by_its_name() {
        let december = month("2026-12-31T23:59:59.999Z");
        assert_eq!(december.suffix(), "2026_12");
        assert_eq!(Month::of_suffix("2026_12"), Some(december));
        assert_eq!(december.plus(1), month("2027-01-01T00:00:00Z"));
        for other in ["default", "2026_13", "2026", ""] {
            assert_eq!(Month::of_suffix(other), None, "{other}");
        }
    }

    #[test]
    fn the_ids_of_a_month_end_where_those_of_the_next_begin() {
        let february = month("2028-02-29T12:00:00Z");
        assert_eq!(february.start(), "2028-02-01T00:00:00Z".parse().expect("a time"));
        assert_eq!(february.end(), "2028-03-01T00:00:00Z".parse().expect("a time"));
        assert_eq!(february.ids().1, february.plus(1).ids().0);
    }
}
