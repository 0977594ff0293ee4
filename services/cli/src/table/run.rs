//! Runs and rows.

use comfy_table::{CellAlignment, ColumnConstraint};

use crate::view::{CountsView, FailureView, RowView, RunView, short_time};

use super::{facts, table, text, word};

/// A tenant's runs.
pub(crate) fn runs(runs: &[RunView]) -> String {
    if runs.is_empty() {
        return "No runs.".to_owned();
    }
    let mut table = table(&[
        "run",
        "kind",
        "asked by",
        "state",
        "created",
        "ended",
        "what came of it",
    ]);
    for run in runs {
        table.add_row([
            run.run_id.clone(),
            word(run.kind).to_owned(),
            word(run.trigger).to_owned(),
            word(run.state).to_owned(),
            short_time(run.create_time.as_deref()),
            short_time(run.end_time.as_deref()),
            outcome(run),
        ]);
    }
    // Ids are there to be copied: other columns give way.
    if let Some(ids) = table.column_mut(0) {
        ids.set_constraint(ColumnConstraint::ContentWidth);
    }
    text(&table)
}

fn outcome(run: &RunView) -> String {
    if let Some(failure) = &run.failure {
        return failure.code.clone();
    }
    if run.unchanged {
        return "unchanged".to_owned();
    }
    let counts = &run.counts;
    let decided = [
        (counts.add, "add"),
        (counts.keep, "keep"),
        (counts.update, "update"),
        (counts.remove, "remove"),
        (counts.stale, "stale"),
        (counts.skip, "skip"),
    ];
    let said: Vec<_> = decided
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, verdict)| format!("{count} {verdict}"))
        .collect();
    said.join(", ")
}

/// One run: what it is, what it decided, and if it failed why and what to do.
pub(crate) fn run(run: &RunView) -> String {
    let mut parts = vec![facts([
        ("run", Some(run.run_id.clone())),
        ("tenant", Some(run.tenant_id.clone())),
        ("kind", Some(format!("{}, {}", word(run.kind), word(run.trigger)))),
        ("state", Some(state(run))),
        ("attempt", (run.attempt > 1).then(|| run.attempt.to_string())),
        (
            "next attempt",
            run.next_attempt_time
                .as_deref()
                .map(|time| short_time(Some(time))),
        ),
        (
            "read",
            run.read_mode
                .map(|mode| read(mode, run.read_mode_reason.as_deref())),
        ),
        (
            "created",
            run.create_time.as_deref().map(|time| short_time(Some(time))),
        ),
        (
            "started",
            run.start_time.as_deref().map(|time| short_time(Some(time))),
        ),
        (
            "ended",
            run.end_time.as_deref().map(|time| short_time(Some(time))),
        ),
    ])];
    if run.counts != CountsView::default() {
        parts.push(counts(&run.counts));
    }
    if let Some(failure_) = &run.failure {
        parts.push(failure(failure_));
    }
    parts.join("\n\n")
}

fn state(run: &RunView) -> String {
    let unchanged = if run.unchanged {
        ", nothing has changed since the last sync"
    } else {
        ""
    };
    format!("{}{unchanged}", word(run.state))
}

fn read(mode: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("{mode}: {reason}"),
        None => mode.to_owned(),
    }
}

fn counts(counts: &CountsView) -> String {
    let mut table = table(&["in the directory", "", "decided", "", "in the portal", ""]);
    let left = [
        ("objects", counts.objects),
        ("addresses", counts.claims),
        ("not e-mail", counts.not_email),
        ("references", counts.references),
    ];
    let middle = [
        ("add", counts.add),
        ("keep", counts.keep),
        ("update", counts.update),
        ("remove", counts.remove),
        ("stale", counts.stale),
        ("skip", counts.skip),
    ];
    let right = [("accounts", counts.accounts), ("welcomes", counts.welcomes)];
    for line in 0..middle.len() {
        let cells = [left.get(line), middle.get(line), right.get(line)];
        table.add_row(cells.into_iter().flat_map(|cell| {
            cell.map_or([String::new(), String::new()], |(name, count)| {
                [(*name).to_owned(), count.to_string()]
            })
        }));
    }
    for column in [1, 3, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    text(&table)
}

/// Why a run failed, and what to do.
pub(crate) fn failure(failure: &FailureView) -> String {
    let detail = (!failure.detail.is_empty()).then(|| failure.detail.clone());
    facts([
        ("failure", Some(failure.code.clone())),
        ("what happened", Some(failure.message.clone())),
        ("what to do", Some(failure.advice.clone())),
        ("for support", detail),
    ])
}

/// A run's verdicts.
pub(crate) fn rows(rows: &[RowView]) -> String {
    if rows.is_empty() {
        return "No rows.".to_owned();
    }
    let mut table = table(&[
        "address",
        "verdict",
        "reason",
        "held as",
        "of account",
        "in the directory",
        "other",
    ]);
    for row in rows {
        table.add_row([
            row.address.clone(),
            word(row.verdict).to_owned(),
            row.reason.unwrap_or_default().to_owned(),
            row.address_type.unwrap_or_default().to_owned(),
            row.primary_address.clone().unwrap_or_default(),
            in_directory(row),
            row.other.clone().unwrap_or_default(),
        ]);
    }
    text(&table)
}

/// `PRIMARY of USER`, or nothing for an address without a claim.
fn in_directory(row: &RowView) -> String {
    match (row.directory_type, row.object_type) {
        (Some(role), Some(object)) => format!("{role} of {object}"),
        (Some(role), None) => role.to_owned(),
        _ => String::new(),
    }
}
