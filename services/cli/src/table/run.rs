//! Runs.

use comfy_table::CellAlignment;
use rollcall_client::view::{
    CountsView, FailureView, LeftOutView, ReasonCountView, RequestedByView, RunView,
};
use rollcall_domain::left_out::{LeftOut, Names};
use rollcall_proto::v1::Verdict;

use crate::review;

use super::{BREAK, Look, Shown, breakable, count, facts, fits, keep_whole, table, text, word, words};

/// Blanks before the second line of a run.
const INDENT: &str = "  ";

/// A tenant's runs: each in a line, or in two where a line has no room for the longest.
pub(crate) fn runs(runs: &[RunView], look: &Look) -> String {
    if runs.is_empty() {
        return "No runs.".to_owned();
    }
    let header = ["run", "kind", "created", "result"];
    let rows: Vec<_> = runs
        .iter()
        .map(|run| {
            [
                run.run_id.clone(),
                requested(run),
                look.at_or_dash(run.create_time.as_deref()),
                outcome(run, look),
            ]
        })
        .collect();
    if fits(header, &rows, look) {
        let mut table = table(&header, look);
        table.add_rows(rows);
        text(table)
    } else {
        in_two_lines(rows, look)
    }
}

/// The id and the kind, and below them when and with what result. Only the result is broken, and only between words.
fn in_two_lines(rows: Vec<[String; 4]>, look: &Look) -> String {
    let second = |text: &str| format!("{INDENT}{text}");
    let header = [format!("run\n{}", second("created")), "kind\nresult".to_owned()];
    let mut table = table(&[&header[0], &header[1]], look);
    for [id, kind, created, result] in rows {
        table.add_row([id, kind]);
        table.add_row([second(&created), result.replace(BREAK, "")]);
    }
    keep_whole(&mut table, 0);
    text(table)
}

/// The kind, and the person or caller that requested the run.
fn requested(run: &RunView) -> String {
    match &run.requested_by {
        Some(RequestedByView { caller, actor }) => {
            format!("{}, by {}", kind(run), actor.as_ref().unwrap_or(caller))
        }
        None => kind(run),
    }
}

/// The person who requested the run, and the caller through which that was done.
fn requested_by(run: &RunView) -> Option<String> {
    match &run.requested_by {
        Some(RequestedByView {
            caller,
            actor: Some(actor),
        }) => Some(format!("{actor}, through {caller}")),
        Some(RequestedByView { caller, actor: None }) => Some(caller.clone()),
        None => (run.trigger == Some("SCHEDULED")).then(|| "schedule".to_owned()),
    }
}

fn kind(run: &RunView) -> String {
    format!("{}, {}", word(run.kind), word(run.trigger))
}

/// Numbers of a run that SUCCEEDED, or its state.
fn outcome(run: &RunView, look: &Look) -> String {
    if let Some(failure) = &run.failure {
        let next = look.at(run.next_attempt_time.as_deref());
        let next = next.map(|due| format!(", {BREAK}attempt {} is due at {due}", run.attempt));
        return format!(
            "{}, {BREAK}{}{}",
            word(run.state),
            breakable(&failure.code),
            next.unwrap_or_default()
        );
    }
    if run.state == Some("HELD") {
        return format!("HELD, {BREAK}{}", held_reasons(run));
    }
    if run.state != Some("SUCCEEDED") {
        return word(run.state).to_owned();
    }
    let decided = decided(run);
    if run.would_hold {
        return format!(
            "{decided}, {BREAK}would be {BREAK}HELD, {BREAK}{}",
            held_reasons(run)
        );
    }
    decided
}

/// Reasons why a run is or would be HELD, which may be broken.
fn held_reasons(run: &RunView) -> String {
    let reasons: Vec<_> = run
        .held_reason
        .iter()
        .chain(&run.further_held_reasons)
        .map(|reason| breakable(reason))
        .collect();
    reasons.join(&format!(", {BREAK}"))
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
pub(crate) fn run(run: &RunView, look: &Look) -> Shown {
    let read = run
        .read_mode
        .map(|mode| read(mode, run.read_mode_reason.as_deref()));
    let about = [
        ("run", Some(run.run_id.clone())),
        ("tenant", Some(run.tenant_id.clone())),
        ("kind", Some(kind(run))),
        ("requested by", requested_by(run)),
        (acts_on(run), run.acts_on_run_id.clone()),
        ("expects preview", run.expect_preview_run_id.clone()),
        ("state", Some(state(run))),
        ("attempt", (run.attempt > 1).then(|| run.attempt.to_string())),
        (
            "takeovers",
            (run.takeovers > 0).then(|| run.takeovers.to_string()),
        ),
        ("next attempt", look.at(run.next_attempt_time.as_deref())),
        ("read", read),
        ("server", run.server.clone()),
        ("not the last one", run.server_reason.clone()),
        ("created", look.at(run.create_time.as_deref())),
        ("started", look.at(run.start_time.as_deref())),
        ("ended", look.at(run.end_time.as_deref())),
        ("rows kept until", look.at(run.rows_expire_time.as_deref())),
        ("same rows as", run.rows_of_run_id.clone()),
    ];
    let mut parts = vec![facts(about, look)];
    if run.counts != CountsView::default() {
        parts.push(counts(run, look));
    }
    parts.extend(run.left_out.as_ref().and_then(|found| left_out(found, look)));
    parts.extend(summary(run, look));
    if let Some(failure_) = &run.failure {
        parts.push(failure(failure_, look));
    }
    parts.extend(held(run, look));
    Shown::from(parts.join("\n\n")).with(ways_on(run))
}

/// Parts of the directory that the read left out, and what to do about them.
fn left_out(found: &LeftOutView, look: &Look) -> Option<String> {
    let names = |shown: &[String], more| Names {
        shown: shown.to_vec(),
        more,
    };
    let text = LeftOut {
        contexts: names(&found.contexts, found.more_contexts),
        references: names(&found.references, found.more_references),
    }
    .text()?;
    let about = [("left out", Some(text.message)), ("advice", Some(text.advice))];
    Some(facts(about, look))
}

fn acts_on(run: &RunView) -> &'static str {
    if run.kind == Some("REVERT") {
        "reverts"
    } else {
        "approves"
    }
}

/// Claims that are left out with their reasons, or that nothing was found.
fn summary(run: &RunView, look: &Look) -> Option<String> {
    let skipped: Vec<_> = run.skipped.iter().map(reason_count).collect();
    let said = [
        (
            "skipped",
            Some(skipped.join(look.line_break("; "))).filter(|said| !said.is_empty()),
        ),
        ("nothing found", run.empty_message.clone()),
    ];
    said.iter()
        .any(|(_, said)| said.is_some())
        .then(|| facts(said, look))
}

fn reason_count(count: &ReasonCountView) -> String {
    let reason = count.reason.unwrap_or("-");
    match words::reason(reason) {
        Some(meaning) => format!("{} {reason}: {meaning}", count.claims),
        None => format!("{} {reason}", count.claims),
    }
}

/// Reason why a run is HELD; for a preview, the outcome of its sync.
fn held(run: &RunView, look: &Look) -> Option<String> {
    let message = run.held_message.clone().unwrap_or_default();
    let reasons = held_reasons(run).replace(BREAK, "");
    if run.state == Some("HELD") {
        let why = [("held", Some(reasons)), ("reason", Some(message))];
        return Some(facts(why, look));
    }
    if !is_finished_preview(run) {
        return None;
    }
    let created = count(run.counts.accounts_created, "account");
    let welcomes = count(run.counts.welcomes, "welcome");
    let sync = if run.would_hold {
        format!("would be HELD, {reasons}: {message}")
    } else {
        "would be applied".to_owned()
    };
    let new = format!("{created} and {welcomes}");
    Some(facts([("sync", Some(sync)), ("new", Some(new))], look))
}

fn is_finished_preview(run: &RunView) -> bool {
    run.kind == Some("PREVIEW") && run.state == Some("SUCCEEDED")
}

/// The next commands, to be copied: their lines are never broken.
fn ways_on(run: &RunView) -> Option<String> {
    let (tenant, id) = (&run.tenant_id, &run.run_id);
    if is_finished_preview(run) && !run.would_hold {
        return Some(format!(
            "To apply exactly this preview:\n  rollcall sync {tenant} --expect {id}"
        ));
    }
    if run.state != Some("HELD") {
        return None;
    }
    if run.held_reason == Some("CHANGED_SINCE_PREVIEW") {
        return Some(format!(
            "Review the differences:\n  rollcall rows {tenant} {id}\n\
             Then start a new preview:\n  rollcall preview {tenant}"
        ));
    }
    let verdicts: Vec<_> = review::verdicts(run).into_iter().map(option_of).collect();
    let only = verdicts.join(",");
    Some(format!(
        "Review what it would do:\n  rollcall rows {tenant} {id} --verdict {only}\n\
         If that is correct:\n  rollcall approve {tenant} {id}"
    ))
}

/// A verdict as `--verdict` takes it.
fn option_of(verdict: Verdict) -> String {
    verdict
        .as_str_name()
        .trim_start_matches("VERDICT_")
        .to_lowercase()
}

fn state(run: &RunView) -> String {
    let unchanged = if run.unchanged {
        ", nothing has changed since the last sync"
    } else {
        ""
    };
    let stage = run.stage.map(|stage| format!(", {}", stage.to_lowercase()));
    format!("{}{}{unchanged}", word(run.state), stage.unwrap_or_default())
}

fn read(mode: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("{mode}: {reason}"),
        None => mode.to_owned(),
    }
}

fn counts(run: &RunView, look: &Look) -> String {
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
        ("new accounts", counts.accounts_created),
        ("welcomes", counts.welcomes),
        ("losing addresses", counts.accounts_reduced),
        ("spoilt addresses", counts.spoilt),
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
    side_by_side(&groups, look)
}

/// Heading of the portal's numbers. A run that changes nothing shows the state that its sync would produce.
fn in_portal(run: &RunView) -> &'static str {
    if run.kind == Some("PREVIEW") || run.state == Some("HELD") {
        "then in the portal"
    } else {
        "in the portal"
    }
}

/// A heading, and numbers with their names.
type Group<'g> = (&'g str, Vec<(&'g str, u64)>);

/// Groups of numbers, each with its names to the left; where there is no room beside each other, one below the other.
fn side_by_side(groups: &[Group<'_>], look: &Look) -> String {
    let table = numbers(groups, look);
    let columns = look.columns().map_or(usize::MAX, usize::from);
    if groups.len() < 2 || table.lines().all(|line| line.chars().count() <= columns) {
        return table;
    }
    let each = groups
        .iter()
        .map(|group| numbers(std::slice::from_ref(group), look));
    each.collect::<Vec<_>>().join("\n\n")
}

fn numbers(groups: &[Group<'_>], look: &Look) -> String {
    let header: Vec<_> = groups.iter().flat_map(|(title, _)| [*title, ""]).collect();
    let mut table = table(&header, look);
    let lines = groups.iter().map(|(_, numbers)| numbers.len()).max().unwrap_or(0);
    for line in 0..lines {
        table.add_row(groups.iter().flat_map(|(_, numbers)| {
            numbers.get(line).map_or_else(Default::default, |(name, count)| {
                [(*name).to_owned(), count.to_string()]
            })
        }));
    }
    for group in 0..groups.len() {
        keep_whole(&mut table, 2 * group);
        keep_whole(&mut table, 2 * group + 1);
        if let Some(column) = table.column_mut(2 * group + 1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    text(table)
}

/// Failure of a run, with advice.
fn failure(failure: &FailureView, look: &Look) -> String {
    let detail = (!failure.detail.is_empty()).then(|| failure.detail.clone());
    let about = [
        ("failure", Some(failure.code.clone())),
        ("message", Some(failure.message.clone())),
        ("advice", Some(failure.advice.clone())),
        ("for support", detail),
    ];
    facts(about, look)
}
