//! What reaches a terminal or a log passes `domain::invisible` at a few places, so that no text of others moves a cursor,
//! hides a line or forges one.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Files that write to a terminal or a log, and what they write.
const WRITERS: [(&str, &str); 5] = [
    (
        "chassis/src/service.rs",
        "errors before there is a log, as show_lines shows them",
    ),
    ("chassis/src/telemetry.rs", "the log, as Visible shows it"),
    (
        "cli/src/output.rs",
        "answers and notes, as show_lines and show_in_json show them",
    ),
    ("cli/src/progress.rs", "the bar of a run, as show shows it"),
    (
        "cli/src/connection_test.rs",
        "a spinner, without a text of others",
    ),
];
/// Asks only how wide the terminal is.
const ASKS: &str = "cli/src/table/look.rs";

/// The files in a folder and the folders in it.
fn sources(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

#[test]
fn only_a_few_files_write_to_a_terminal_or_a_log() {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services");
    let mut writers: Vec<String> = sources(&services)
        .unwrap()
        .into_iter()
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.contains("stdout()") || text.replace("use_stderr()", "").contains("stderr()")
        })
        .map(|path| path.strip_prefix(&services).unwrap().display().to_string())
        .filter(|path| path != ASKS)
        .collect();
    writers.sort();
    let mut known = WRITERS.map(|(file, _)| file.to_owned());
    known.sort();
    assert_eq!(writers, known, "they must show what cannot be seen");
}
