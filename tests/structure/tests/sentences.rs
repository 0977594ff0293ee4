//! Sentences for a customer's administrator stand in `domain::sentences`, where an editor finds them.

use std::path::Path;

use rollcall_structure::Crate;

const SERVICES: [&str; 4] = ["worker", "scheduler", "reconcile", "results"];

/// Files whose sentences are not for an administrator, and where they are read.
const EXCEPTIONS: [(&str, &str); 7] = [
    ("worker/metrics.rs", "descriptions of metrics"),
    ("worker/reconcile.rs", "the worker's log"),
    (
        "worker/source/ldap/error.rs",
        "a failure's technical detail, which begins with a name",
    ),
    ("scheduler/metrics.rs", "descriptions of metrics"),
    ("reconcile/calls/run.rs", "a worker's log"),
    ("reconcile/metrics.rs", "descriptions of metrics"),
    ("reconcile/upkeep/relay/backlog.rs", "the description of a metric"),
];

/// True for a text of three words or more that begins as a sentence or ends as one, and for the error of a field. Logs and
/// the details of errors begin in lower case and have no full stop.
fn is_sentence(text: &str) -> bool {
    let mut letters = text.trim_start().chars();
    let begins =
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    let ends = text.trim_end().ends_with(['.', '?', '!']);
    let is_field_error = ["expected ", "is required"]
        .iter()
        .any(|beginning| text.starts_with(beginning));
    let words = text.split_whitespace().count();
    is_field_error || (words >= 3 && (begins || ends))
}

/// The sentences of all services, each with its file, such as `worker/metrics.rs`.
fn sentences() -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for service in SERVICES {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../services/{service}/src"));
        let service_crate = Crate::read(&src)?;
        let texts = service_crate.texts().filter(|(_, text)| is_sentence(text));
        found.extend(texts.map(|(file, text)| (format!("{service}/{}", file.display()), text.to_owned())));
    }
    Ok(found)
}

#[test]
fn a_service_has_no_sentence_of_its_own_for_an_administrator() {
    let found = sentences().unwrap();
    let is_allowed = |file: &str| EXCEPTIONS.iter().any(|(allowed, _)| *allowed == file);
    let strays: Vec<_> = found.iter().filter(|(file, _)| !is_allowed(file)).collect();
    assert!(
        strays.is_empty(),
        "move them to services/domain/src/sentences: {strays:#?}"
    );
    for (file, read_in) in EXCEPTIONS {
        assert!(
            found.iter().any(|(found, _)| found == file),
            "{file} has no sentence for {read_in}: take it off the list"
        );
    }
}

#[test]
fn sentences_are_distinguished_from_other_texts() {
    for text in [
        "The run has ended: it cannot be cancelled.",
        "The server is {kind}",
        "{message} It expires on {}.",
        "expected at most {most} bytes",
        "is required: it says where the directory is",
    ] {
        assert!(is_sentence(text), "{text}");
    }
    for text in [
        "the lease was lost",
        "COPY portal.account (tenant_id) FROM STDIN",
        "settings.directory.port",
        "{} ({})",
        "Active Directory",
        "must be from 1 to 400",
    ] {
        assert!(!is_sentence(text), "{text}");
    }
}
