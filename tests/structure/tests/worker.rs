//! Rules that the sources of the worker keep.

use std::path::Path;

use rollcall_structure::Crate;

/// Arcs under which LDAP's identifiers stand: Microsoft's, and those of the Internet.
const ARCS: [&str; 2] = ["1.2.840.", "1.3.6.1."];

fn worker() -> anyhow::Result<Crate> {
    Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services/worker/src"))
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
