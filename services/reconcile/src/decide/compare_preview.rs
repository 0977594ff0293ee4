//! Compares a run's decisions with the preview that was reviewed before. If they differ, the differences are its rows.

use std::collections::HashMap;

use rollcall_domain::{Reason, Verdict, plan::PlannedRow};

use super::content;

/// Rows of a run that differ from a preview's.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Differences {
    /// Positions of rows that are new or decided otherwise, with the verdict that the preview had instead.
    pub(crate) changed: Vec<(usize, Option<Verdict>)>,
    /// Rows that only the preview had.
    pub(crate) gone: Vec<i64>,
}

/// A row of a preview, as far as it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ShownRow {
    decision: u128,
    subject: u128,
    address: u128,
    row_id: i64,
    verdict: Option<Verdict>,
}

impl ShownRow {
    /// Of a preview's row.
    pub(crate) fn new(
        row_id: i64,
        address: &str,
        object_id: &str,
        verdict: Option<&str>,
        reason: Option<&str>,
    ) -> Self {
        Self {
            decision: content::decision(address, object_id, verdict, reason),
            subject: content::subject(address, object_id),
            address: content::subject(address, ""),
            row_id,
            verdict: verdict.and_then(Verdict::parse),
        }
    }
}

/// All rows of a preview, in the order in which they are looked up.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShownRows(Vec<ShownRow>);

impl ShownRows {
    /// Sorts them.
    pub(crate) fn new(mut rows: Vec<ShownRow>) -> Self {
        rows.sort_unstable();
        Self(rows)
    }
}

/// A row of the run that the preview had not.
struct Changed {
    position: usize,
    subject: u128,
    address: u128,
    previous: Option<Verdict>,
}

impl Differences {
    pub(crate) fn len(&self) -> u64 {
        (self.changed.len() + self.gone.len()) as u64
    }
}

/// Compares a plan's rows with those of a preview.
pub(super) fn compare<'p>(
    ShownRows(shown): &ShownRows,
    rows: impl Iterator<Item = PlannedRow<'p>>,
) -> Differences {
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
    let left = shown.iter().copied().zip(met).filter(|(_, met)| !met);
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
    left: Vec<ShownRow>,
    key: impl Fn(&Changed) -> u128,
    key_of_shown: impl Fn(&ShownRow) -> u128,
) -> Vec<ShownRow> {
    let mut by_key: HashMap<u128, Vec<ShownRow>> = HashMap::new();
    for shown in left {
        by_key.entry(key_of_shown(&shown)).or_default().push(shown);
    }
    for row in changed.iter_mut().filter(|row| row.previous.is_none()) {
        let counterpart = by_key.get_mut(&key(row)).and_then(Vec::pop);
        row.previous = counterpart.and_then(|shown| shown.verdict);
    }
    by_key.into_values().flatten().collect()
}

#[cfg(test)]
mod tests;
