//! Compares a run's decisions with the preview that was looked at before. If they differ, the differences are its
//! rows.

use std::collections::HashMap;

use futures::TryStreamExt as _;
use rollcall_domain::{
    Reason, RunId, Verdict,
    plan::{PlannedRow, Rows},
};
use uuid::Uuid;

use super::{content, history};
use crate::{
    copy::copy_in,
    error::{During, ReconcileError},
    tenant::TenantTx,
    work::Turns,
};

const COPY: &str = "COPY reconcile.claim_history (tenant_id, row_id, valid_from, valid_to, content, preview_run_id, \
     previous_verdict, entry_verdict, entry_reason, entry_other, steady_verdict, steady_reason, steady_other, \
     address, address_type, primary_address, directory_type, directory_primary, \
     object_type, object_id, object_dn) FROM STDIN (FORMAT binary)";

/// Rows of a run that differ from a preview's.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// Positions of rows that are new or decided otherwise, with the verdict that the preview had instead.
    changed: Vec<(usize, Option<Verdict>)>,
    /// Rows that only the preview had.
    gone: Vec<i64>,
}

/// A row of a preview, as far as it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    decision: u128,
    subject: u128,
    address: u128,
    row_id: i64,
    verdict: Option<Verdict>,
}

/// A row of the run that the preview had not.
struct Changed {
    position: usize,
    subject: u128,
    address: u128,
    previous: Option<Verdict>,
}

impl Differences {
    pub(super) fn len(&self) -> u64 {
        (self.changed.len() + self.gone.len()) as u64
    }
}

/// Compares a plan's rows with those of a preview.
pub(super) async fn find(
    tenant: &mut TenantTx,
    turns: &Turns,
    preview: Uuid,
    rows: &Rows<'_>,
) -> Result<Differences, ReconcileError> {
    let shown = shown(tenant, preview).await?;
    Ok(turns.take(|| compare(shown, rows.iter())).await)
}

struct ShownRow {
    row_id: i64,
    address: String,
    object_id: String,
    verdict: Option<String>,
    reason: Option<String>,
}

async fn shown(tenant: &mut TenantTx, preview: Uuid) -> Result<Vec<Shown>, ReconcileError> {
    let mut rows = sqlx::query_file_as!(
        ShownRow,
        "sql/run_row/of_preview.sql",
        tenant.tenant.as_str(),
        preview
    )
    .fetch(tenant.connection());
    let mut shown = Vec::new();
    while let Some(row) = rows.try_next().await.during("read the preview's rows")? {
        let ShownRow {
            row_id,
            address,
            object_id,
            verdict,
            reason,
        } = row;
        shown.push(Shown {
            decision: content::decision(&address, &object_id, verdict.as_deref(), reason.as_deref()),
            subject: content::subject(&address, &object_id),
            address: content::subject(&address, ""),
            row_id,
            verdict: verdict.as_deref().and_then(Verdict::parse),
        });
    }
    Ok(shown)
}

fn compare<'p>(mut shown: Vec<Shown>, rows: impl Iterator<Item = PlannedRow<'p>>) -> Differences {
    shown.sort_unstable();
    let mut met = vec![false; shown.len()];
    let mut changed = Vec::new();
    for (position, row) in rows.enumerate() {
        let object_id = row.object_id.unwrap_or_default();
        let (verdict, reason) = (row.verdict.as_str(), row.reason.map(Reason::as_str));
        let decision = content::decision(row.address, object_id, Some(verdict), reason);
        let first = shown.partition_point(|shown| shown.decision < decision);
        let mut same = (first..shown.len()).take_while(|at| shown[*at].decision == decision);
        match same.find(|at| !met[*at]) {
            Some(at) => met[at] = true,
            None => changed.push(Changed {
                position,
                subject: content::subject(row.address, object_id),
                address: content::subject(row.address, ""),
                previous: None,
            }),
        }
    }
    let left = shown.into_iter().zip(met).filter(|(_, met)| !met);
    let left = left.map(|(shown, _)| shown).collect();
    // An address that was an object's and has no object now, or the other way round, is one difference.
    let left = pair(&mut changed, left, |row| row.subject, |shown| shown.subject);
    let left = pair(&mut changed, left, |row| row.address, |shown| shown.address);
    let mut gone: Vec<i64> = left.into_iter().map(|shown| shown.row_id).collect();
    gone.sort_unstable();
    Differences {
        changed: changed
            .into_iter()
            .map(|row| (row.position, row.previous))
            .collect(),
        gone,
    }
}

/// Gives rows that have no counterpart yet one of the same key; answers what is left.
fn pair(
    changed: &mut [Changed],
    left: Vec<Shown>,
    key: impl Fn(&Changed) -> u128,
    key_of_shown: impl Fn(&Shown) -> u128,
) -> Vec<Shown> {
    let mut by_key: HashMap<u128, Vec<Shown>> = HashMap::new();
    for shown in left {
        by_key.entry(key_of_shown(&shown)).or_default().push(shown);
    }
    for row in changed.iter_mut().filter(|row| row.previous.is_none()) {
        let counterpart = by_key.get_mut(&key(row)).and_then(Vec::pop);
        row.previous = counterpart.and_then(|shown| shown.verdict);
    }
    by_key.into_values().flatten().collect()
}

/// Stores the differences as the rows of a run.
pub(super) async fn store(
    tenant: &mut TenantTx,
    run: RunId,
    preview: Uuid,
    rows: &Rows<'_>,
    differences: &Differences,
) -> Result<(), ReconcileError> {
    let (id, state, run) = (tenant.tenant.clone(), tenant.row.applied, run.as_uuid());
    let changed = differences
        .changed
        .iter()
        .filter_map(|(position, previous)| Some((rows.get(*position)?, *previous)));
    let numbered = (tenant.row.next_row_id..).zip(changed);
    let written = copy_in(
        tenant.connection(),
        COPY,
        numbered,
        |writer, (row_id, (row, previous))| {
            writer.text(id.as_str());
            writer.bigint(row_id);
            writer.bigint(state);
            writer.bigint(state);
            writer.uuid(Uuid::from_u128(content::settled(&row)));
            writer.uuid(run);
            writer.optional_text(previous.map(Verdict::as_str));
            history::write_row(writer, &row);
        },
    )
    .await
    .during("write what differs from the preview")?;
    tenant.row.next_row_id += i64::try_from(written).unwrap_or(i64::MAX);
    if differences.gone.is_empty() {
        return Ok(());
    }
    let first = tenant.row.next_row_id;
    let copied = sqlx::query_file!(
        "sql/claim_history/copy_gone.sql",
        id.as_str(),
        preview,
        run,
        first,
        state,
        &differences.gone
    )
    .execute(tenant.connection())
    .await
    .during("write what the preview alone had")?;
    tenant.row.next_row_id += i64::try_from(copied.rows_affected()).unwrap_or(i64::MAX);
    Ok(())
}

#[cfg(test)]
mod tests;
