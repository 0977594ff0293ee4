//! Explanation of why an address is in the portal, or is not.

use rollcall_client::view::{ExplanationView, RowView, RunView};
use rollcall_domain::invisible::{show, show_lines};

use super::{Look, account, accounts, facts, filled, rows, text, word, words};

/// The explanation first, then what it rests on.
pub(crate) fn explanation(view: &ExplanationView, look: &Look) -> String {
    let standing = view.domain_standing.map(words::standing).map(str::to_owned);
    let mut parts = vec![
        paragraph(&view.explanation, look),
        facts(
            [
                ("address", Some(view.address.clone())),
                ("domain", standing),
                ("last read", view.read.as_ref().map(|run| run_line(run, look))),
                (
                    "last change",
                    view.last_change.as_ref().map(|run| run_line(run, look)),
                ),
            ],
            look,
        ),
    ];
    if !view.rows.is_empty() {
        parts.push(section("In the last read", &rows(&view.rows, look).whole()));
        parts.extend(objects(&view.rows, look));
    }
    let shown = |row| same_run(view) && view.rows.contains(row);
    if let Some(row) = view.last_change_row.as_ref().filter(|row| !shown(row)) {
        parts.push(section(
            "In the run that last changed it",
            &rows(std::slice::from_ref(row), look).whole(),
        ));
    }
    if let Some(holder) = &view.account {
        parts.push(section("The account that has it", &account(holder, look)));
    }
    if !view.removed_accounts.is_empty() {
        let removed = accounts(&view.removed_accounts, look);
        parts.push(section("Removed accounts that had it", &removed));
    }
    parts.join("\n\n")
}

fn section(title: &str, text: &str) -> String {
    format!("{title}:\n{text}")
}

/// A text in lines of the width.
fn paragraph(text_: &str, look: &Look) -> String {
    text(filled([""], vec![[show_lines(text_).into_owned()]], look))
        .lines()
        .skip_while(|line| line.chars().all(|letter| letter == '─' || letter == ' '))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The objects that claim it, and where they stand.
fn objects(rows: &[RowView], look: &Look) -> Option<String> {
    let found: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            Some([
                word(row.object_type).to_owned(),
                show(row.object_dn.as_deref()?).into_owned(),
            ])
        })
        .collect();
    let table = || text(filled(["object", "DN"], found, look));
    (rows.iter().any(|row| row.object_dn.is_some())).then(table)
}

/// True if the run that last read the directory is the one that last changed the address.
fn same_run(view: &ExplanationView) -> bool {
    let id = |run: &Option<RunView>| run.as_ref().map(|run| run.run_id.clone());
    id(&view.read) == id(&view.last_change)
}

/// A run in a line: its kind, when it ended, its id.
fn run_line(run: &RunView, look: &Look) -> String {
    let ended = look.at(run.end_time.as_deref()).unwrap_or_default();
    format!("{} of {ended}, {}", word(run.kind), run.run_id)
}
