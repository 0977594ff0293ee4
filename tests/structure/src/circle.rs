//! Circles between the rooms of one storey.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::resolve::Use;

/// Rooms that use each other in a circle, with the ties that make it.
#[derive(Debug)]
pub struct Circle {
    /// The rooms, in order: files, or files with the folders of their names.
    pub rooms: Vec<PathBuf>,
    /// The ties between them.
    pub ties: Vec<Use>,
}

/// Finds the circles of every storey.
///
/// A storey is a folder's files; a file and the folder of its name are one room. So a tie between `a/x.rs` and `b/y.rs` ties
/// `a` and `b`, and ties within `a` are looked at in `a`'s own storey. A file may name what its own folder holds, and the
/// reverse: that is not a circle.
pub fn circles(uses: &[Use]) -> Vec<Circle> {
    let mut storeys: BTreeMap<PathBuf, BTreeMap<(PathBuf, PathBuf), Vec<&Use>>> = BTreeMap::new();
    for tie in uses {
        let Some((storey, from, to)) = apart(&tie.from, &tie.to) else {
            continue;
        };
        storeys
            .entry(storey)
            .or_default()
            .entry((from, to))
            .or_default()
            .push(tie);
    }
    storeys.values().flat_map(of_storey).collect()
}

/// The folder in which the ways to two files part, and the room of each in it. `None` if one of them stands on the other's way.
fn apart(from: &Path, to: &Path) -> Option<(PathBuf, PathBuf, PathBuf)> {
    let (from, to) = (from.with_extension(""), to.with_extension(""));
    let root = Path::new("lib");
    if from == root || to == root {
        return None;
    }
    let mut storey = PathBuf::new();
    let (mut left, mut right) = (from.components(), to.components());
    loop {
        let (one, other) = (left.next()?, right.next()?);
        if one != other {
            return Some((storey.clone(), storey.join(one), storey.join(other)));
        }
        storey.push(one);
    }
}

fn of_storey(ties: &BTreeMap<(PathBuf, PathBuf), Vec<&Use>>) -> Vec<Circle> {
    let mut left: BTreeSet<&PathBuf> = ties.keys().map(|(from, _)| from).collect();
    let mut found = Vec::new();
    while let Some(room) = left.pop_first() {
        let back: BTreeSet<_> = reached(ties, room)
            .into_iter()
            .filter(|other| reached(ties, other).contains(room))
            .collect();
        if back.is_empty() {
            continue;
        }
        left.retain(|other| !back.contains(other));
        let within = ties
            .iter()
            .filter(|((from, to), _)| back.contains(from) && back.contains(to));
        found.push(Circle {
            ties: within
                .flat_map(|(_, ties)| ties.iter().map(|tie| (*tie).clone()))
                .collect(),
            rooms: back.into_iter().cloned().collect(),
        });
    }
    found
}

/// Every room that `room` leads to, itself only if there is a way back.
fn reached<'a>(ties: &'a BTreeMap<(PathBuf, PathBuf), Vec<&Use>>, room: &PathBuf) -> BTreeSet<&'a PathBuf> {
    let mut seen = BTreeSet::new();
    let mut ahead = vec![room];
    while let Some(next) = ahead.pop() {
        for (from, to) in ties.keys() {
            if from == next && seen.insert(to) {
                ahead.push(to);
            }
        }
    }
    seen
}
