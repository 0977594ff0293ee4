use std::collections::HashMap;

use rollcall_client::Service;
use tonic::Code;
use tonic_types::{ErrorDetails, StatusExt as _};

use super::*;

fn refused(code: Code, message: &str, details: ErrorDetails) -> Error {
    Call::of_call(
        Service::Scheduler,
        "http://x",
        Status::with_error_details(code, message, details),
    )
    .into()
}

#[test]
fn each_field_that_is_wrong_has_its_own_line() {
    let mut details = ErrorDetails::new();
    details.add_bad_request_violation("directory.port", "must be from 0 to 65535");
    details.add_bad_request_violation(
        "directory.filter",
        "at character 4: expected an attribute, found \"=\"",
    );
    insta::assert_snapshot!(refused(Code::InvalidArgument, "the settings are not valid", details).explain(), @r#"
    error: The settings are not valid.
      directory.port: must be from 0 to 65535
      directory.filter: at character 4: expected an attribute, found "="
    "#);
}

#[test]
fn a_message_that_repeats_its_fields_is_not_said_twice() {
    let mut details = ErrorDetails::with_error_info("INVALID_FIELDS", "rollcall", HashMap::new());
    details.add_bad_request_violation("tenant_id", "must not be empty");
    let error = refused(Code::InvalidArgument, "tenant_id: must not be empty", details);
    insta::assert_snapshot!(error.explain(), @"
    error: The input is not valid:
      tenant_id: must not be empty
    ");
}

#[test]
fn a_known_reason_comes_with_what_to_do() {
    let details = ErrorDetails::with_error_info("NO_DOMAINS", "rollcall", HashMap::new());
    let error = refused(Code::FailedPrecondition, "tenant acme has no domains", details);
    insta::assert_snapshot!(error.explain(), @"
    error: Tenant acme has no domains.

    Enter them all: rollcall domains put TENANT DOMAIN...
    ");
    assert_eq!(error.exit(), Exit::Refused);
}

#[test]
fn a_service_that_is_not_there_is_named_with_its_variable() {
    let source = io::Error::new(
        io::ErrorKind::ConnectionRefused,
        "Connection refused (os error 111)",
    );
    let error = Error::from(Call::unreachable(
        Service::Results,
        "http://127.0.0.1:7104",
        source,
    ));
    insta::assert_snapshot!(error.explain(), @"
    error: Results cannot be reached at http://127.0.0.1:7104.
      because: Connection refused (os error 111)

    Is results running, and is ROLLCALL_RESULTS_URL (or --results-url) its address? With mutual TLS, the address begins with https: and ROLLCALL_CA_FILE, ROLLCALL_CLIENT_CERT_FILE and ROLLCALL_CLIENT_KEY_FILE name the certificates.
    ");
    assert_eq!(error.exit(), Exit::Unreachable);
}

#[test]
fn losing_sight_of_a_run_says_how_to_look_again() {
    let source = Box::new(Call::unreachable(
        Service::Results,
        "http://r",
        io::Error::other("broken pipe"),
    ));
    let error = Error::from(Call::LostSight {
        tenant: "acme".into(),
        run: "r1".into(),
        source,
    });
    insta::assert_snapshot!(error.explain(), @"
    error: Run r1 could not be followed to its end.
      because: results cannot be reached at http://r
      because: broken pipe

    The run continues. Follow it with: rollcall run acme r1 --wait
    ");
    assert_eq!(error.exit(), Exit::Unreachable);
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error_to_talk_about() {
    let error = Error::Print {
        source: io::Error::from(io::ErrorKind::BrokenPipe),
    };
    assert_eq!((error.explain().as_str(), error.exit()), ("", Exit::ReaderGone));
}
