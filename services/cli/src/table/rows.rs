//! Rows.

use std::collections::BTreeSet;

use rollcall_client::view::RowView;

use super::{BREAK, Width, break_where_marked, breakable, facts, filled, text, words};

/// A run's verdicts.
pub(crate) fn rows(rows: &[RowView], width: Width) -> String {
    if rows.is_empty() {
        return "No rows.".to_owned();
    }
    let cells = rows
        .iter()
        .map(|row| {
            [
                breakable(&row.address),
                verdict(row),
                in_portal(row),
                in_directory(row),
            ]
        })
        .collect();
    let header = ["address", "verdict", "portal", "directory"];
    let mut table = filled(header, cells, width);
    // If the portal has no entry in any row, the third column is the directory's.
    let marked = if rows.iter().all(|row| in_portal(row).is_empty()) {
        2
    } else {
        3
    };
    for column in 0..marked {
        break_where_marked(&mut table, column);
    }
    let legend = legend(rows, width);
    if legend.is_empty() {
        text(table)
    } else {
        format!("{}\n\n{legend}", text(table))
    }
}

/// Meanings of the reasons in these rows, each once.
fn legend(rows: &[RowView], width: Width) -> String {
    let reasons: BTreeSet<_> = rows.iter().filter_map(|row| row.reason).collect();
    facts(
        reasons
            .into_iter()
            .map(|reason| (reason, words::reason(reason).map(str::to_owned))),
        width,
    )
}

/// `SKIP, CLAIMED_BY_OTHER_OBJECT`, what it was before if it was compared, and on a line of its own whom that is about.
fn verdict(row: &RowView) -> String {
    let mut verdict = row.verdict.unwrap_or("no longer there").to_owned();
    if let Some(reason) = row.reason {
        verdict = format!("{verdict}, {BREAK}{}", breakable(reason));
    }
    if let Some(previous) = row.previous_verdict {
        verdict = format!("{verdict}, {BREAK}was {previous}");
    }
    if let Some(other) = &row.other {
        verdict = verdict
            + "\n"
            + &other
                .replace(',', &format!(",{BREAK}"))
                .replace('@', &format!("{BREAK}@"));
    }
    verdict
}

/// `PRIMARY`, or `ALIAS of` an account; nothing for an address that the run refused.
fn in_portal(row: &RowView) -> String {
    match (row.address_type, &row.primary_address) {
        _ if row.verdict == Some("SKIP") => String::new(),
        (Some("PRIMARY"), _) => "PRIMARY".to_owned(),
        (Some(role), Some(primary)) => format!("{role} of {BREAK}{}", breakable(primary)),
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
