//! Rows.

use std::collections::BTreeSet;

use rollcall_client::view::RowView;
use rollcall_domain::invisible::show;

use super::{BREAK, Look, Shown, break_where_marked, breakable, facts, filled, text, words};

/// A run's verdicts, and the meanings of their reasons.
pub(crate) fn rows(rows: &[RowView], look: &Look) -> Shown {
    if rows.is_empty() {
        return Shown::from("No rows.".to_owned());
    }
    let cells = rows
        .iter()
        .map(|row| {
            [
                breakable(&row.address),
                verdict(row, look),
                in_portal(row),
                in_directory(row),
            ]
        })
        .collect();
    let header = ["address", "verdict", "portal", "directory"];
    let mut table = filled(header, cells, look);
    // If the portal has no entry in any row, the third column is the directory's.
    let marked = if rows.iter().all(|row| in_portal(row).is_empty()) {
        2
    } else {
        3
    };
    for column in 0..marked {
        break_where_marked(&mut table, column);
    }
    Shown::from(text(table)).with(legend(rows, look))
}

/// Meanings of the reasons in these rows, each once.
fn legend(rows: &[RowView], look: &Look) -> Option<String> {
    let reasons: BTreeSet<_> = rows.iter().filter_map(|row| row.reason).collect();
    let known = reasons
        .into_iter()
        .map(|reason| (reason, words::reason(reason).map(str::to_owned)));
    Some(facts(known, look)).filter(|legend| !legend.is_empty())
}

/// `SKIP, CLAIMED_BY_OTHER_OBJECT`, what it was before if it was compared, and on a line of its own whom that is about.
fn verdict(row: &RowView, look: &Look) -> String {
    let mut verdict = row.verdict.unwrap_or("no longer there").to_owned();
    if let Some(reason) = row.reason {
        verdict = format!("{verdict}, {BREAK}{}", breakable(reason));
    }
    if let Some(previous) = row.previous_verdict {
        verdict = format!("{verdict}, {BREAK}was {previous}");
    }
    if let Some(other) = &row.other {
        verdict = verdict
            + look.line_break(": ")
            + &show(other)
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
