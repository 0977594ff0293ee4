mod canonical;
mod certificates;
mod directory;
mod filters;
mod limits;
mod refusals;
mod to_test;

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use rollcall_domain::{DomainName, PermittedAttributes, Ports};
use rollcall_proto::v1::{Directory, Settings};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{Checked, Deployment, check};

fn good() -> Settings {
    Settings {
        tenant_id: "ACME-1".to_owned(),
        directory: Some(Directory {
            hosts: vec!["dc1.corp.example".to_owned()],
            bind_username: r"CORP\reader".to_owned(),
            bind_password: Some("s3cret".to_owned()),
            ..Directory::default()
        }),
        ..Settings::default()
    }
}

fn domains() -> BTreeSet<DomainName> {
    ["corp.example", "xn--grn-ioa.example"]
        .iter()
        .map(|name| DomainName::parse(name).unwrap())
        .collect()
}

fn deployment() -> Deployment {
    Deployment {
        default_time_zone: TimeZone::get("Europe/Berlin").unwrap(),
        allow_plaintext: false,
        permitted_attributes: PermittedAttributes::default(),
        ports: Ports::default(),
    }
}

fn checked(change: impl FnOnce(&mut Settings)) -> Checked {
    let mut settings = good();
    change(&mut settings);
    check(settings, &domains(), &deployment()).unwrap()
}

fn directory(change: impl FnOnce(&mut Directory)) -> Directory {
    checked(|settings| change(settings.directory.as_mut().unwrap()))
        .settings
        .directory
        .unwrap()
}

/// The wrong fields, and what is said of them.
fn refused(settings: Settings) -> Vec<(String, String)> {
    let status = Status::from(check(settings, &domains(), &deployment()).unwrap_err());
    assert_eq!(status.code(), Code::InvalidArgument);
    let violations = status.get_details_bad_request().unwrap().field_violations;
    violations
        .into_iter()
        .map(|violation| (violation.field, violation.description))
        .collect()
}

/// Asserts that a change makes one field wrong, with a sentence that has these words.
fn assert_refused(field: &str, words: &str, change: impl FnOnce(&mut Settings)) {
    let mut settings = good();
    change(&mut settings);
    let found = refused(settings);
    assert!(
        matches!(&found[..], [(path, text)] if path == field && text.contains(words)),
        "expected {field} with {words:?}, found {found:?}"
    );
}

fn assert_directory_refused(field: &str, words: &str, change: impl FnOnce(&mut Directory)) {
    let field = format!("settings.directory.{field}");
    assert_refused(&field, words, |settings| {
        change(settings.directory.as_mut().unwrap());
    });
}
