//! Rows.

use rollcall_chassis::{
    pg::{Access, TenantTx},
    status::ApiError,
};
use rollcall_domain::sentences::refusal;
use rollcall_proto::v1::{AddressType, ObjectType, Reason, Row, Verdict};
use rollcall_terms::{Refusal, names};

use super::{Store, runs};
use crate::page::Position;
use crate::run_key::RunKey;

/// A cursor is no statement that the compiler can check; what it goes through is checked as the page's.
const OPEN: &str = concat!(
    "DECLARE run_rows NO SCROLL CURSOR FOR ",
    include_str!("../../sql/run_row/page.sql")
);
/// Some 100 KiB.
const NEXT: &str = "FETCH FORWARD 500 FROM run_rows";
/// An export whose reader stalls is cut off: it holds a connection, and dead rows for all.
const STALL: &str = "SET LOCAL idle_in_transaction_session_timeout = '60s'";

/// Filter of a run's rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowFilter {
    /// None: all.
    pub(crate) verdicts: Option<Vec<&'static str>>,
    /// Beginning of the address, in lower case; empty: anything.
    pub(crate) search: String,
}

/// A row and its key. The cursor's columns are called as the checked statement calls them.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct RowRecord {
    #[sqlx(rename = "row_id!")]
    pub(super) row_id: i64,
    #[sqlx(rename = "address!")]
    pub(super) address: String,
    /// Null for a row that only the preview had.
    pub(super) verdict: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) address_type: Option<String>,
    pub(super) primary_address: Option<String>,
    pub(super) directory_type: Option<String>,
    pub(super) directory_primary: Option<String>,
    pub(super) object_type: Option<String>,
    pub(super) object_id: Option<String>,
    pub(super) object_dn: Option<String>,
    pub(super) other: Option<String>,
    pub(super) previous_verdict: Option<String>,
}

impl Store {
    /// A page of the rows that are shown for a run.
    pub(crate) async fn rows(
        &self,
        run: &RunKey,
        filter: &RowFilter,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<RowRecord>, ApiError> {
        let mut tx = self.tenant(&run.tenant_id, Access::Read).await?;
        let shown = runs::with_rows(&mut tx, run).await?;
        let after = after.unwrap_or_default();
        let records = sqlx::query_file_as!(
            RowRecord,
            "sql/run_row/page.sql",
            shown.rows_of.tenant_id,
            shown.rows_of.run_id,
            filter.verdicts.as_deref(),
            false,
            filter.search,
            after.text,
            row_id(&after)?,
            i64::try_from(limit).unwrap_or(i64::MAX)
        );
        Ok(records.fetch_all(tx.connection()).await?)
    }

    /// The rows of a run's file, as they stand now, however long their reading takes. Unless verdicts are asked for,
    /// they show the directory, a line a claim; of a run that is looked at for its changes, they show everything.
    pub(crate) async fn open_rows(&self, run: &RunKey, filter: &RowFilter) -> Result<RowCursor, ApiError> {
        let mut transaction = self.tenant(&run.tenant_id, Access::Snapshot).await?;
        sqlx::query(STALL).execute(transaction.connection()).await?;
        let shown = runs::with_rows(&mut transaction, run).await?;
        let claims_only = filter.verdicts.is_none() && !shown.is_of_changes;
        let from = Position::default();
        sqlx::query(OPEN)
            .bind(&shown.rows_of.tenant_id)
            .bind(shown.rows_of.run_id)
            .bind(filter.verdicts.as_deref())
            .bind(claims_only)
            .bind(&filter.search)
            .bind(&from.text)
            .bind(row_id(&from)?)
            .bind(None::<i64>)
            .execute(transaction.connection())
            .await?;
        Ok(RowCursor { transaction })
    }
}

/// A cursor over rows, in a transaction of its own that ends with it.
#[derive(Debug)]
pub(crate) struct RowCursor {
    transaction: TenantTx,
}

impl RowCursor {
    /// The next rows; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Vec<Row>, ApiError> {
        let records: Vec<RowRecord> = sqlx::query_as(NEXT)
            .fetch_all(self.transaction.connection())
            .await?;
        Ok(records.into_iter().map(Row::from).collect())
    }
}

fn row_id(after: &Position) -> Result<i64, ApiError> {
    i64::try_from(after.id).map_err(|_| ApiError::new(Refusal::PageToken, refusal::PAGE_TOKEN))
}

impl RowRecord {
    /// Its key in the list.
    pub(crate) fn position(&self) -> Position {
        Position {
            text: self.address.clone(),
            id: u128::try_from(self.row_id).unwrap_or_default(),
        }
    }
}

impl From<RowRecord> for Row {
    fn from(record: RowRecord) -> Self {
        let text = Option::unwrap_or_default;
        Self {
            address: record.address,
            verdict: names::from_nullable::<Verdict>(record.verdict.as_deref()).into(),
            reason: names::from_nullable::<Reason>(record.reason.as_deref()).into(),
            address_type: names::from_nullable::<AddressType>(record.address_type.as_deref()).into(),
            primary_address: text(record.primary_address),
            directory_type: names::from_nullable::<AddressType>(record.directory_type.as_deref()).into(),
            directory_primary: text(record.directory_primary),
            object_type: names::from_nullable::<ObjectType>(record.object_type.as_deref()).into(),
            object_id: text(record.object_id),
            object_dn: text(record.object_dn),
            other: text(record.other),
            previous_verdict: names::from_nullable::<Verdict>(record.previous_verdict.as_deref()).into(),
        }
    }
}
