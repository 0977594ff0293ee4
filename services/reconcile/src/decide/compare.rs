//! Compares a plan with the claims' history: rows that are new, and rows of the history that are over.

use rollcall_domain::{
    Reason, Skipped, Verdict,
    plan::{PlannedRow, Rows},
};

use super::content;

/// A row of the history that counts now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OpenRow {
    pub(crate) content: u128,
    pub(crate) row_id: i64,
}

/// All rows of the history that count, in the order in which they are looked up.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenRows(Vec<OpenRow>);

impl OpenRows {
    /// Sorts them.
    pub(crate) fn new(mut rows: Vec<OpenRow>) -> Self {
        rows.sort_unstable();
        Self(rows)
    }
}

/// The changes of a plan to the history.
#[derive(Debug, Default)]
pub(crate) struct HistoryChange {
    /// Rows of the plan that are new, by address: in the order of the index, which is then written from its one end
    /// to the other.
    pub(crate) new: Vec<NewRow>,
    /// Rows of the history that are over.
    pub(crate) closed: Vec<i64>,
    /// The counts that the next run shows if it finds nothing changed.
    pub(crate) steady: SteadyCounts,
}

/// A row of a plan that is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewRow {
    /// Among the plan's rows.
    position: usize,
    content: u128,
}

/// The counts of a run that finds everything as it was left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SteadyCounts {
    pub(crate) keep: i64,
    pub(crate) stale: i64,
    pub(crate) skip: i64,
    /// Addresses that are spoilt in the directory.
    pub(crate) spoilt: i64,
    /// The skipped claims by reason.
    pub(crate) skipped: Skipped,
}

impl HistoryChange {
    /// The new rows themselves.
    pub(crate) fn new_rows<'p>(&'p self, rows: &'p Rows<'_>) -> impl Iterator<Item = (PlannedRow<'p>, u128)> {
        self.new
            .iter()
            .filter_map(|new| Some((rows.get(new.position)?, new.content)))
    }
}

/// Finds the rows of the plan that the history does not have, or not as steady rows, and the rows that it has too
/// many.
pub(super) fn compare<'p>(
    OpenRows(open): &OpenRows,
    rows: impl Iterator<Item = PlannedRow<'p>>,
) -> HistoryChange {
    let mut stays = vec![false; open.len()];
    let mut steady = SteadyCounts::default();
    let mut new = Vec::new();
    for (position, row) in rows.enumerate() {
        let content = content::steady(&row);
        steady.add(&row);
        let found = if is_steady(&row) {
            find(open, &stays, content)
        } else {
            None
        };
        match found {
            Some(found) => stays[found] = true,
            None => new.push((row.address, NewRow { position, content })),
        }
    }
    new.sort_unstable_by_key(|(address, row)| (*address, row.position));
    HistoryChange {
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
fn is_steady(row: &PlannedRow<'_>) -> bool {
    row.steady_verdict == Some(row.verdict)
        && row.steady_reason == row.reason
        && row.steady_other == row.other
}

impl SteadyCounts {
    fn add(&mut self, row: &PlannedRow<'_>) {
        self.spoilt += i64::from(row.steady_reason == Some(Reason::Spoilt));
        match row.steady_verdict {
            Some(Verdict::Keep) => self.keep += 1,
            Some(Verdict::Stale) => self.stale += 1,
            Some(Verdict::Skip) => {
                self.skip += 1;
                if let Some(reason) = row.steady_reason {
                    self.skipped.add(reason, 1);
                }
            }
            Some(Verdict::Add | Verdict::Update | Verdict::Remove) | None => {}
        }
    }
}

#[cfg(test)]
mod tests;
