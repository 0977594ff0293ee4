//! The claims' history: which of a plan's rows are new, which of the history's are over, and the writing of both.

use rollcall_domain::{
    AddressType, ObjectType, Reason, RunId, Verdict,
    plan::{Plan, PlannedRow, Rows},
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::content;
use crate::{
    copy::{RowWriter, copy_in},
    error::{During, ReconcileError},
    tenant::TenantTx,
};

const COPY: &str = "COPY reconcile.claim_history (tenant_id, row_id, valid_from, valid_to, content, preview_run_id, \
     entry_verdict, entry_reason, entry_other, steady_verdict, steady_reason, steady_other, \
     address, address_type, primary_address, directory_type, directory_primary, \
     object_type, object_id, object_dn) FROM STDIN (FORMAT binary)";

const COPY_HIDDEN: &str =
    "COPY reconcile.preview_hidden (tenant_id, run_id, row_id) FROM STDIN (FORMAT binary)";

/// Rows that one statement closes.
const BATCH: usize = 10_000;

/// A row of the history that counts now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OpenRow {
    content: u128,
    row_id: i64,
}

/// The changes of a plan to the history.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Rows of the plan that are new, by address: in the order of the index, which is then written from its one end
    /// to the other.
    pub(super) new: Vec<NewRow>,
    /// Rows of the history that are over.
    pub(super) closed: Vec<i64>,
    /// The counts that the next run shows if it finds nothing changed.
    pub(super) steady: SteadyCounts,
}

/// A row of a plan that is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NewRow {
    /// Among the plan's rows.
    position: usize,
    content: u128,
}

/// The counts of a run that finds everything as it was left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SteadyCounts {
    pub(super) keep: i64,
    pub(super) stale: i64,
    pub(super) skip: i64,
}

impl Difference {
    /// The new rows themselves.
    fn new_rows<'p>(&'p self, rows: &'p Rows<'_>) -> impl Iterator<Item = (PlannedRow<'p>, u128)> {
        self.new
            .iter()
            .filter_map(|new| Some((rows.get(new.position)?, new.content)))
    }
}

/// The contents and ids of all rows that count, without the rows themselves.
pub(super) async fn open_rows(tenant: &mut TenantTx) -> Result<Vec<OpenRow>, ReconcileError> {
    let rows = sqlx::query_file!("sql/claim_history/open.sql", tenant.tenant.as_str())
        .fetch_all(tenant.connection())
        .await
        .during("read the history's contents")?;
    Ok(rows
        .into_iter()
        .map(|row| OpenRow {
            content: row.content.as_u128(),
            row_id: row.row_id,
        })
        .collect())
}

/// Finds the rows of the plan that the history has not, or not as something that settled, and those that it has too
/// many.
pub(super) fn compare<'p>(mut open: Vec<OpenRow>, rows: impl Iterator<Item = PlannedRow<'p>>) -> Difference {
    open.sort_unstable();
    let mut stays = vec![false; open.len()];
    let mut steady = SteadyCounts::default();
    let mut new = Vec::new();
    for (position, row) in rows.enumerate() {
        let content = content::settled(&row);
        steady.add(row.steady_verdict);
        let found = if has_settled(&row) {
            find(&open, &stays, content)
        } else {
            None
        };
        match found {
            Some(found) => stays[found] = true,
            None => new.push((row.address, NewRow { position, content })),
        }
    }
    new.sort_unstable_by_key(|(address, row)| (*address, row.position));
    Difference {
        new: new.into_iter().map(|(_, row)| row).collect(),
        closed: open
            .iter()
            .zip(&stays)
            .filter(|(_, stays)| !**stays)
            .map(|(row, _)| row.row_id)
            .collect(),
        steady,
    }
}

/// The first row of this content that no other row of the plan stands for yet.
fn find(open: &[OpenRow], stays: &[bool], content: u128) -> Option<usize> {
    let first = open.partition_point(|row| row.content < content);
    (first..open.len())
        .take_while(|position| open[*position].content == content)
        .find(|position| !stays[*position])
}

/// True if the run decides as every later one would.
fn has_settled(row: &PlannedRow<'_>) -> bool {
    row.steady_verdict == Some(row.verdict)
        && row.steady_reason == row.reason
        && row.steady_other == row.other
}

impl SteadyCounts {
    fn add(&mut self, verdict: Option<Verdict>) {
        match verdict {
            Some(Verdict::Keep) => self.keep += 1,
            Some(Verdict::Stale) => self.stale += 1,
            Some(Verdict::Skip) => self.skip += 1,
            Some(Verdict::Add | Verdict::Update | Verdict::Remove) | None => {}
        }
    }
}

/// Brings the history to its next state.
pub(super) async fn advance(
    tenant: &mut TenantTx,
    plan: &Plan<'_>,
    difference: &Difference,
) -> Result<(), ReconcileError> {
    tenant.row.applied += 1;
    let (id, state) = (tenant.tenant.clone(), tenant.row.applied);
    close(tenant.connection(), id.as_str(), state, &difference.closed).await?;
    write(tenant, plan, difference, None).await
}

/// Stores a preview, or a run that is HELD: what it shows beyond the history as it stands, and what it does not show
/// of that.
pub(super) async fn preview(
    tenant: &mut TenantTx,
    run: RunId,
    plan: &Plan<'_>,
    difference: &Difference,
) -> Result<(), ReconcileError> {
    let (id, run) = (tenant.tenant.clone(), run.as_uuid());
    copy_in(
        tenant.connection(),
        COPY_HIDDEN,
        difference.closed.iter(),
        |writer, row_id| {
            writer.text(id.as_str());
            writer.uuid(run);
            writer.bigint(*row_id);
        },
    )
    .await
    .during("write what the preview hides")?;
    write(tenant, plan, difference, Some(run)).await
}

/// Writes the new rows of a plan, to the history or only to a preview.
async fn write(
    tenant: &mut TenantTx,
    plan: &Plan<'_>,
    difference: &Difference,
    preview: Option<Uuid>,
) -> Result<(), ReconcileError> {
    let (id, state) = (tenant.tenant.clone(), tenant.row.applied);
    let rows = (tenant.row.next_row_id..).zip(difference.new_rows(&plan.rows));
    let written = copy_in(
        tenant.connection(),
        COPY,
        rows,
        |writer, (row_id, (row, content))| {
            writer.text(id.as_str());
            writer.bigint(row_id);
            writer.bigint(state);
            match (preview, row.steady_verdict) {
                (None, Some(_)) => writer.null(),
                // A row without a steady verdict is the news of this run only.
                (None, None) => writer.bigint(state + 1),
                (Some(_), _) => writer.bigint(state),
            }
            writer.uuid(Uuid::from_u128(content));
            match preview {
                Some(run) => writer.uuid(run),
                None => writer.null(),
            }
            write_row(writer, &row);
        },
    )
    .await
    .during("write the rows")?;
    tenant.row.next_row_id += i64::try_from(written).unwrap_or(i64::MAX);
    Ok(())
}

async fn close(
    connection: &mut PgConnection,
    tenant: &str,
    state: i64,
    closed: &[i64],
) -> Result<(), ReconcileError> {
    for batch in closed.chunks(BATCH) {
        sqlx::query_file!("sql/claim_history/close.sql", tenant, state, batch)
            .execute(&mut *connection)
            .await
            .during("close rows of the history")?;
    }
    Ok(())
}

/// The columns from `entry_verdict` on.
pub(super) fn write_row(writer: &mut RowWriter<'_>, row: &PlannedRow<'_>) {
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

#[cfg(test)]
mod tests;
