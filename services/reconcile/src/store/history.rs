//! The claims' history, and the rows that only one run shows.

use futures::TryStreamExt as _;
use rollcall_domain::{AddressType, ObjectType, Reason, RunId, Verdict, plan::PlannedRow, revert::RevertRow};
use uuid::Uuid;

use super::{
    bulk::{self, RowWriter},
    tenant_lock::TenantLock,
};
use crate::error::{During, ReconcileError};

const INSERT: &str = include_str!("../../sql/claim_history/insert.sql");

const INSERT_REVERTED: &str = include_str!("../../sql/claim_history/insert_reverted.sql");

const INSERT_HIDDEN: &str = include_str!("../../sql/preview_hidden/insert.sql");

/// A row to be written. It counts from the tenant's present state of the history on.
pub(crate) struct HistoryRow<'r> {
    /// State with which it is over; `None` as long as it counts.
    pub(crate) valid_to: Option<i64>,
    /// A hash of its steady content.
    pub(crate) content: u128,
    /// The only run that shows it; `None` for a row of the history.
    pub(crate) only_of: Option<RunId>,
    /// Verdict that the compared preview had instead.
    pub(crate) previous: Option<Verdict>,
    pub(crate) row: PlannedRow<'r>,
}

/// A row of a preview, as far as it is compared.
pub(crate) struct PreviewRow {
    pub(crate) row_id: i64,
    pub(crate) address: String,
    pub(crate) object_id: String,
    pub(crate) verdict: Option<String>,
    pub(crate) reason: Option<String>,
}

/// The contents and ids of all rows that count, made into values by the caller: a million rows are not copied again.
pub(crate) async fn open_rows<T>(
    tenant: &mut TenantLock,
    make: impl Fn(u128, i64) -> T,
) -> Result<Vec<T>, ReconcileError> {
    let rows = sqlx::query_file!("sql/claim_history/open.sql", tenant.tenant.as_str())
        .fetch_all(tenant.connection())
        .await
        .during("read the history's contents")?;
    Ok(rows
        .into_iter()
        .map(|row| make(row.content.as_u128(), row.row_id))
        .collect())
}

/// The rows of a preview, made into values by the caller.
pub(crate) async fn rows_of_preview<T>(
    tenant: &mut TenantLock,
    preview: Uuid,
    make: impl Fn(PreviewRow) -> T,
) -> Result<Vec<T>, ReconcileError> {
    let id = tenant.tenant.clone();
    let mut rows = sqlx::query_file_as!(PreviewRow, "sql/run_row/of_preview.sql", id.as_str(), preview)
        .fetch(tenant.connection());
    let mut values = Vec::new();
    while let Some(row) = rows.try_next().await.during("read the preview's rows")? {
        values.push(make(row));
    }
    Ok(values)
}

/// Writes rows, and numbers them.
pub(crate) async fn write(
    tenant: &mut TenantLock,
    rows: impl Iterator<Item = HistoryRow<'_>>,
) -> Result<(), ReconcileError> {
    let (id, state) = (tenant.tenant.clone(), tenant.row.history.applied);
    let numbered = (tenant.row.history.next_row_id..).zip(rows);
    let written = bulk::insert(tenant.connection(), INSERT, numbered, |writer, (row_id, row)| {
        writer.text(id.as_str());
        writer.bigint(row_id);
        writer.bigint(state);
        writer.optional_bigint(row.valid_to);
        writer.uuid(Uuid::from_u128(row.content));
        writer.optional_uuid(row.only_of.map(RunId::as_uuid));
        writer.optional_text(row.previous.map(Verdict::as_str));
        write_planned(writer, &row.row);
    })
    .await
    .during("write the rows")?;
    tenant.row.history.next_row_id += i64::try_from(written).unwrap_or(i64::MAX);
    Ok(())
}

/// The columns from `entry_verdict` on.
fn write_planned(writer: &mut RowWriter<'_>, row: &PlannedRow<'_>) {
    writer.text(row.verdict.as_str());
    writer.optional_text(row.reason.map(Reason::as_str));
    writer.optional_text(row.other);
    writer.optional_text(row.steady_verdict.map(Verdict::as_str));
    writer.optional_text(row.steady_reason.map(Reason::as_str));
    writer.optional_text(row.steady_other);
    writer.text(row.address);
    writer.optional_text(row.address_type.map(AddressType::as_str));
    writer.text(row.primary_address.unwrap_or_default());
    writer.optional_text(row.directory_type.map(AddressType::as_str));
    writer.text(row.directory_primary.unwrap_or_default());
    writer.optional_text(row.object_type.map(ObjectType::as_str));
    writer.text(row.object_id.unwrap_or_default());
    writer.text(row.object_dn.unwrap_or_default());
}

/// Notes rows of the history that a run does not show.
pub(crate) async fn hide(tenant: &mut TenantLock, run: RunId, row_ids: &[i64]) -> Result<(), ReconcileError> {
    let (id, run) = (tenant.tenant.clone(), run.as_uuid());
    bulk::insert(
        tenant.connection(),
        INSERT_HIDDEN,
        row_ids.iter(),
        |writer, row_id| {
            writer.text(id.as_str());
            writer.uuid(run);
            writer.bigint(*row_id);
        },
    )
    .await
    .during("write what the preview hides")?;
    Ok(())
}

/// Ends these rows of the history with the tenant's present state.
pub(crate) async fn close(tenant: &mut TenantLock, row_ids: &[i64]) -> Result<(), ReconcileError> {
    sqlx::query_file!(
        "sql/claim_history/close.sql",
        tenant.tenant.as_str(),
        tenant.row.history.applied,
        row_ids
    )
    .execute(tenant.connection())
    .await
    .during("close rows of the history")?;
    Ok(())
}

/// Writes rows of a preview again, as rows that the run has not.
pub(crate) async fn copy_gone(
    tenant: &mut TenantLock,
    preview: Uuid,
    run: RunId,
    row_ids: &[i64],
) -> Result<(), ReconcileError> {
    let copied = sqlx::query_file!(
        "sql/claim_history/copy_gone.sql",
        tenant.tenant.as_str(),
        preview,
        run.as_uuid(),
        tenant.row.history.next_row_id,
        tenant.row.history.applied,
        row_ids
    )
    .execute(tenant.connection())
    .await
    .during("write what only the preview had")?;
    tenant.row.history.next_row_id += i64::try_from(copied.rows_affected()).unwrap_or(i64::MAX);
    Ok(())
}

/// Writes the rows of a run that reverted another one. They are of no state of the history.
pub(crate) async fn write_reverted(
    tenant: &mut TenantLock,
    run: RunId,
    rows: &[RevertRow],
) -> Result<(), ReconcileError> {
    let (id, state) = (tenant.tenant.clone(), tenant.row.history.applied);
    let numbered = (tenant.row.history.next_row_id..).zip(rows);
    let written = bulk::insert(
        tenant.connection(),
        INSERT_REVERTED,
        numbered,
        |writer, (row_id, row)| {
            writer.text(id.as_str());
            writer.bigint(row_id);
            writer.bigint(state);
            writer.bigint(state);
            writer.uuid(Uuid::nil());
            writer.uuid(run.as_uuid());
            writer.text(row.verdict.as_str());
            writer.text(row.reason.as_str());
            writer.optional_text(row.other.as_deref());
            writer.text(&row.address);
            writer.optional_text(row.address_type.map(AddressType::as_str));
            writer.text(row.primary_address.as_deref().unwrap_or_default());
            // No directory was asked.
            writer.text("");
            writer.text("");
            writer.text("");
        },
    )
    .await
    .during("write the rows")?;
    tenant.row.history.next_row_id += i64::try_from(written).unwrap_or(i64::MAX);
    Ok(())
}
