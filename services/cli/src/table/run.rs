//! Runs and rows.

use comfy_table::{CellAlignment, ColumnConstraint};

use crate::view::{CountsView, FailureView, RowView, RunView, short_time};

use super::{BREAK, Width, break_where_marked, facts, filled, table, text, word};

/// A tenant's runs.
pub(crate) fn runs(runs: &[RunView], width: Width) -> String {
    if runs.is_empty() {
        return "No runs.".to_owned();
    }
    let mut table = table(&["run", "kind", "created", "what came of it"], width);
    for run in runs {
        table.add_row([
            run.run_id.clone(),
            kind(run),
            short_time(run.create_time.as_deref()),
            outcome(run),
        ]);
    }
    // Ids are there to be copied: other columns give way.
    if let Some(ids) = table.column_mut(0) {
        ids.set_constraint(ColumnConstraint::ContentWidth);
    }
    break_where_marked(&mut table, 3);
    text(table)
}

fn kind(run: &RunView) -> String {
    format!("{}, {}", word(run.kind), word(run.trigger))
}

/// What a run that SUCCEEDED decided, or how it stands.
fn outcome(run: &RunView) -> String {
    if let Some(failure) = &run.failure {
        return format!("{}, {}", word(run.state), failure.code);
    }
    if run.state != Some("SUCCEEDED") {
        return word(run.state).to_owned();
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
    if said.is_empty() {
        return "nothing found".to_owned();
    }
    said.join(&format!(", {BREAK}"))
}

/// One run: what it is, what it decided, and if it failed why and what to do.
pub(crate) fn run(run: &RunView, width: Width) -> String {
    let about = [
        ("run", Some(run.run_id.clone())),
        ("tenant", Some(run.tenant_id.clone())),
        ("kind", Some(kind(run))),
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
    ];
    let mut parts = vec![facts(about, width)];
    if run.counts != CountsView::default() {
        parts.push(counts(&run.counts, width));
    }
    if let Some(failure_) = &run.failure {
        parts.push(failure(failure_, width));
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

fn counts(counts: &CountsView, width: Width) -> String {
    let header = ["in the directory", "", "decided", "", "in the portal", ""];
    let mut table = table(&header, width);
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
    text(table)
}

/// Why a run failed, and what to do.
pub(crate) fn failure(failure: &FailureView, width: Width) -> String {
    let detail = (!failure.detail.is_empty()).then(|| failure.detail.clone());
    let about = [
        ("failure", Some(failure.code.clone())),
        ("what happened", Some(failure.message.clone())),
        ("what to do", Some(failure.advice.clone())),
        ("for support", detail),
    ];
    facts(about, width)
}

/// A run's verdicts.
pub(crate) fn rows(rows: &[RowView], width: Width) -> String {
    if rows.is_empty() {
        return "No rows.".to_owned();
    }
    let rows = rows
        .iter()
        .map(|row| {
            [
                row.address.clone(),
                verdict(row),
                in_portal(row),
                in_directory(row),
            ]
        })
        .collect();
    let header = ["address", "verdict", "portal", "directory"];
    let mut table = filled(header, rows, width);
    break_where_marked(&mut table, 1);
    text(table)
}

/// `SKIP, CLAIMED_BY_OTHER_OBJECT`, and on a line of its own whom that is about.
fn verdict(row: &RowView) -> String {
    let mut verdict = word(row.verdict).to_owned();
    if let Some(reason) = row.reason {
        verdict = verdict + ", " + reason;
    }
    if let Some(other) = &row.other {
        verdict = verdict + "\n" + &other.replace(',', &format!(",{BREAK}"));
    }
    verdict
}

/// `PRIMARY`, or `ALIAS of` somebody; nothing for an address that the run refused to somebody.
fn in_portal(row: &RowView) -> String {
    match (row.address_type, &row.primary_address) {
        _ if row.verdict == Some("SKIP") => String::new(),
        (Some("PRIMARY"), _) => "PRIMARY".to_owned(),
        (Some(role), Some(primary)) => format!("{role} of {primary}"),
        (role, _) => role.unwrap_or_default().to_owned(),
    }
}

/// `PRIMARY of USER`, or nothing for an address without a claim.
fn in_directory(row: &RowView) -> String {
    match (row.directory_type, row.object_type) {
        (Some(role), Some(object)) => format!("{role} of {object}"),
        (Some(role), None) => role.to_owned(),
        _ => String::new(),
    }
}
