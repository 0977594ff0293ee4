//! The storeys of reconcile: arrows point down, deciding touches nothing, and the database has one door.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rollcall_structure::Crate;

/// Each storey with those that it may use. Rooms beside the storeys, such as errors and bounds, serve all of them.
const STOREYS: [(&str, &[&str]); 6] = [
    ("calls", &["runs"]),
    ("runs", &["decide", "write", "store"]),
    ("decide", &[]),
    ("write", &["decide", "store"]),
    ("upkeep", &["write", "store"]),
    ("store", &[]),
];

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services/reconcile/src")
}

/// The storey or room of a file: the first part of its path, without its extension.
fn room(file: &Path) -> String {
    let first = file.components().next().map(|part| Path::new(part.as_os_str()));
    let stem = first.and_then(Path::file_stem).unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// All source files below a folder, with their text, without tests.
fn texts(folder: &Path) -> std::io::Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(texts(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path
                .file_stem()
                .is_some_and(|stem| stem != "tests" && stem != "properties")
        {
            let text = std::fs::read_to_string(&path)?;
            found.push((path, text));
        }
    }
    Ok(found)
}

#[test]
fn arrows_between_the_storeys_of_reconcile_point_down() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = STOREYS
        .iter()
        .map(|(storey, below)| (*storey, below.iter().copied().collect()))
        .collect();
    let mut arrows = 0;
    for tie in Crate::read(&sources()).unwrap().uses() {
        let (from, to) = (room(&tie.from), room(&tie.to));
        let (Some(below), true) = (allowed.get(from.as_str()), allowed.contains_key(to.as_str())) else {
            continue;
        };
        arrows += 1;
        assert!(
            from == to || below.contains(to.as_str()),
            "{} uses {} ({})",
            tie.from.display(),
            tie.to.display(),
            tie.path
        );
    }
    assert!(arrows > 200, "only {arrows} ties were found");
}

#[test]
fn deciding_knows_no_database_and_waits_for_nothing() {
    let files = texts(&sources().join("decide")).unwrap();
    assert!(files.len() > 8, "only {} files were read", files.len());
    for (file, text) in files {
        for word in ["sqlx", "store::", "async ", ".await", "tokio", "PgTimestamp"] {
            assert!(!text.contains(word), "{} has {word:?}", file.display());
        }
    }
}

#[test]
fn only_the_store_names_the_library_of_the_database() {
    // It says which operation a failed statement belongs to.
    let error = sources().join("error.rs");
    for (file, text) in texts(&sources()).unwrap() {
        if file.starts_with(sources().join("store")) || file == error {
            continue;
        }
        assert!(!text.contains("sqlx"), "{} names sqlx", file.display());
    }
}
