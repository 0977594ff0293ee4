//! Runs.

use comfy_table::{CellAlignment, ColumnConstraint};
use rollcall_client::view::{CountsView, FailureView, RunView};

use super::{BREAK, Width, at, break_where_marked, breakable, count, facts, short_time, table, text, word};

/// Beside the ids the other columns need some room, even if the terminal breaks the lines then.
const LEAST_OF_RUNS: u16 = 72;

/// A tenant's runs.
pub(crate) fn runs(runs: &[RunView], width: Width) -> String {
    if runs.is_empty() {
        return "No runs.".to_owned();
    }
    let mut table = table(&["run", "kind", "created", "result"], width);
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
    if table.width().is_some_and(|width| width < LEAST_OF_RUNS) {
        table.set_width(LEAST_OF_RUNS);
    }
    text(table)
}

fn kind(run: &RunView) -> String {
    format!("{}, {}", word(run.kind), word(run.trigger))
}

/// Numbers of a run that SUCCEEDED, or its state.
fn outcome(run: &RunView) -> String {
    if let Some(failure) = &run.failure {
        let next = at(run.next_attempt_time.as_deref());
        let next = next.map(|due| format!(", {BREAK}attempt {} is due at {due}", run.attempt));
        return format!(
            "{}, {BREAK}{}{}",
            word(run.state),
            breakable(&failure.code),
            next.unwrap_or_default()
        );
    }
    if let Some(reason) = run.held_reason.filter(|_| run.state == Some("HELD")) {
        return format!("HELD, {BREAK}{}", breakable(reason));
    }
    if run.state != Some("SUCCEEDED") {
        return word(run.state).to_owned();
    }
    let decided = decided(run);
    match run.held_reason.filter(|_| run.would_hold) {
        Some(reason) => format!(
            "{decided}, {BREAK}would be {BREAK}HELD, {BREAK}{}",
            breakable(reason)
        ),
        None => decided,
    }
}

fn decided(run: &RunView) -> String {
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

/// One run: what it is, what it decided, and if it failed or is HELD why and what to do.
pub(crate) fn run(run: &RunView, width: Width) -> String {
    let read = run
        .read_mode
        .map(|mode| read(mode, run.read_mode_reason.as_deref()));
    let about = [
        ("run", Some(run.run_id.clone())),
        ("tenant", Some(run.tenant_id.clone())),
        ("kind", Some(kind(run))),
        (acts_on(run), run.acts_on_run_id.clone()),
        ("expects preview", run.expect_preview_run_id.clone()),
        ("state", Some(state(run))),
        ("attempt", (run.attempt > 1).then(|| run.attempt.to_string())),
        (
            "takeovers",
            (run.takeovers > 0).then(|| run.takeovers.to_string()),
        ),
        ("next attempt", at(run.next_attempt_time.as_deref())),
        ("read", read),
        ("created", at(run.create_time.as_deref())),
        ("started", at(run.start_time.as_deref())),
        ("ended", at(run.end_time.as_deref())),
        ("rows kept until", at(run.rows_expire_time.as_deref())),
        ("same rows as", run.rows_of_run_id.clone()),
    ];
    let mut parts = vec![facts(about, width)];
    if run.counts != CountsView::default() {
        parts.push(counts(run, width));
    }
    if let Some(failure_) = &run.failure {
        parts.push(failure(failure_, width));
    }
    parts.extend(held(run, width));
    parts.join("\n\n")
}

fn acts_on(run: &RunView) -> &'static str {
    if run.kind == Some("REVERT") {
        "reverts"
    } else {
        "approves"
    }
}

/// Reason why a run is HELD, with the next commands; for a preview, the outcome of its sync.
fn held(run: &RunView, width: Width) -> Option<String> {
    let message = run.held_message.clone().unwrap_or_default();
    if run.state == Some("HELD") {
        let why = facts(
            [
                ("held", Some(word(run.held_reason).to_owned())),
                ("reason", Some(message)),
            ],
            width,
        );
        return Some(format!("{why}\n\n{}", ways_on(run)));
    }
    if run.kind != Some("PREVIEW") || run.state != Some("SUCCEEDED") {
        return None;
    }
    let welcomes = count(run.counts.welcomes, "new user");
    let sync = if run.would_hold {
        format!("would be HELD, {}: {message}", word(run.held_reason))
    } else {
        format!("would be applied; {welcomes} would be welcomed")
    };
    let sync = facts([("sync", Some(sync))], width);
    if run.would_hold {
        return Some(sync);
    }
    let (tenant, id) = (&run.tenant_id, &run.run_id);
    Some(format!(
        "{sync}\n\nTo apply exactly this preview:\n  rollcall sync {tenant} --expect {id}"
    ))
}

/// Commands, to be copied: their lines are never broken.
fn ways_on(run: &RunView) -> String {
    let (tenant, id) = (&run.tenant_id, &run.run_id);
    if run.held_reason == Some("CHANGED_SINCE_PREVIEW") {
        return format!(
            "Review the differences:\n  rollcall rows {tenant} {id}\n\
             Then start a new preview:\n  rollcall preview {tenant}"
        );
    }
    let counts = &run.counts;
    let verdict = if counts.remove > 0 {
        "remove"
    } else if run.held_reason == Some("EMPTY_READ") {
        "stale"
    } else {
        "update"
    };
    format!(
        "Review what it would do:\n  rollcall rows {tenant} {id} --verdict {verdict}\n\
         If that is correct:\n  rollcall approve {tenant} {id}"
    )
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

fn counts(run: &RunView, width: Width) -> String {
    let counts = &run.counts;
    let directory = vec![
        ("objects", counts.objects),
        ("addresses", counts.claims),
        ("not e-mail", counts.not_email),
        ("references", counts.references),
    ];
    let decided = vec![
        ("add", counts.add),
        ("keep", counts.keep),
        ("update", counts.update),
        ("remove", counts.remove),
        ("stale", counts.stale),
        ("skip", counts.skip),
    ];
    let portal = vec![
        ("accounts", counts.accounts),
        ("welcomes", counts.welcomes),
        ("losing addresses", counts.accounts_reduced),
    ];
    let mut groups = vec![
        ("in the directory", directory),
        ("decided", decided),
        (in_portal(run), portal),
    ];
    if run.kind == Some("REVERT") {
        // It reads no directory.
        groups.remove(0);
    }
    side_by_side(&groups, width)
}

/// Heading of the portal's numbers. A run that changes nothing shows the state that its sync would produce.
fn in_portal(run: &RunView) -> &'static str {
    if run.kind == Some("PREVIEW") || run.state == Some("HELD") {
        "then in the portal"
    } else {
        "in the portal"
    }
}

/// Groups of numbers, each with its names to the left.
fn side_by_side(groups: &[(&str, Vec<(&str, u64)>)], width: Width) -> String {
    let header: Vec<_> = groups.iter().flat_map(|(title, _)| [*title, ""]).collect();
    let mut table = table(&header, width);
    let lines = groups.iter().map(|(_, numbers)| numbers.len()).max().unwrap_or(0);
    for line in 0..lines {
        table.add_row(groups.iter().flat_map(|(_, numbers)| {
            numbers.get(line).map_or_else(Default::default, |(name, count)| {
                [(*name).to_owned(), count.to_string()]
            })
        }));
    }
    for group in 0..groups.len() {
        if let Some(column) = table.column_mut(2 * group + 1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    text(table)
}

/// Failure of a run, with advice.
pub(crate) fn failure(failure: &FailureView, width: Width) -> String {
    let detail = (!failure.detail.is_empty()).then(|| failure.detail.clone());
    let about = [
        ("failure", Some(failure.code.clone())),
        ("message", Some(failure.message.clone())),
        ("advice", Some(failure.advice.clone())),
        ("for support", detail),
    ];
    facts(about, width)
}
