//! Rules that the sources of the worker keep.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rollcall_structure::Crate;

/// Arcs under which LDAP's identifiers stand: Microsoft's, and those of the Internet.
const ARCS: [&str; 2] = ["1.2.840.", "1.3.6.1."];

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services/worker/src")
}

fn worker() -> anyhow::Result<Crate> {
    Crate::read(&source_folder())
}

#[test]
fn an_object_identifier_stands_in_one_file_only() {
    let worker = worker().unwrap();
    let found = worker
        .texts()
        .filter(|(_, text)| ARCS.iter().any(|arc| text.contains(arc)));
    let (here, elsewhere): (Vec<_>, Vec<_>) = found.partition(|(file, _)| file.ends_with("oid.rs"));
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    assert!(here.len() > 3, "only {here:?}");
}

#[test]
fn a_run_names_nothing_of_a_protocol() {
    let src = source_folder();
    let uses = worker().unwrap().uses();
    let is_of_run = |file: &Path| file.starts_with("run") || file == Path::new("run.rs");
    let of_run: Vec<_> = uses.iter().filter(|tie| is_of_run(&tie.from)).collect();
    let below: Vec<_> = of_run
        .iter()
        .filter(|tie| tie.to.starts_with("source/ldap") || tie.to == Path::new("source/ldap.rs"))
        .collect();
    assert!(below.is_empty(), "{below:#?}");
    assert!(of_run.len() > 20, "only {of_run:?}");
    let files: BTreeSet<_> = of_run.iter().map(|tie| &tie.from).collect();
    for file in files {
        let text = std::fs::read_to_string(src.join(file)).unwrap();
        assert!(!text.contains("ldap3"), "{}", file.display());
    }
}
