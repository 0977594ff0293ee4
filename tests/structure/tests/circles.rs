//! Rules that the sources of every service keep.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rollcall_structure::{Circle, Crate, circles};

/// The crates under `services`: their names and source folders.
fn crates() -> anyhow::Result<Vec<(String, PathBuf)>> {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services");
    let mut found = Vec::new();
    for folder in std::fs::read_dir(services)? {
        let folder = folder?;
        let src = folder.path().join("src");
        if src.join("lib.rs").exists() {
            found.push((folder.file_name().to_string_lossy().into_owned(), src));
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn no_crate_has_a_circle_between_its_modules() {
    let mut files = 0;
    for (name, src) in crates().unwrap() {
        let read = Crate::read(&src).unwrap();
        files += read.files();
        let found = circles(&read.uses());
        let mut text = String::new();
        for circle in &found {
            writeln!(text, "\n{name}: {:?}", circle.rooms).unwrap();
            for tie in &circle.ties {
                writeln!(
                    text,
                    "  {} -> {}: {}",
                    tie.from.display(),
                    tie.to.display(),
                    tie.path
                )
                .unwrap();
            }
        }
        assert!(found.is_empty(), "{text}");
    }
    assert!(files > 200, "only {files} files were read");
}

/// The rooms of each circle in a crate of these files.
fn circles_of(files: &[(&str, &str)]) -> anyhow::Result<Vec<Vec<String>>> {
    let folder = tempfile::tempdir()?;
    for (file, text) in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        std::fs::write(path, text)?;
    }
    let found = circles(&Crate::read(folder.path())?.uses());
    let rooms = |circle: &Circle| {
        circle
            .rooms
            .iter()
            .map(|room| room.display().to_string())
            .collect()
    };
    Ok(found.iter().map(rooms).collect())
}

#[test]
fn two_files_that_use_each_other_are_a_circle() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        (
            "b.rs",
            "pub struct B; fn f() { println!(\"{}\", super::a::name()) }",
        ),
        ("c.rs", "use crate::a::A; struct C(A);"),
    ];
    assert_eq!(circles_of(&files).unwrap(), [["a", "b"]]);
}

#[test]
fn a_circle_through_a_re_export_or_a_folder_is_found() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "mod inner; pub use inner::Inner;"),
        ("a/inner.rs", "pub struct Inner(crate::b::B);"),
        ("b.rs", "use crate::c; pub struct B; fn f() -> c::C { todo() }"),
        ("c.rs", "pub use crate::a::Inner; pub struct C;"),
    ];
    assert_eq!(circles_of(&files).unwrap(), [["a", "b", "c"]]);
}

#[test]
fn a_file_and_its_own_folder_are_no_circle_and_neither_are_tests() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "mod inner; pub struct A; fn f() -> inner::Inner { inner::new() }",
        ),
        ("a/inner.rs", "pub struct Inner(super::A);"),
        (
            "b.rs",
            "use crate::a::A; pub struct B(A);\n#[cfg(test)] mod tests { use crate::a; }",
        ),
    ];
    assert!(circles_of(&files).unwrap().is_empty());
}
