use std::collections::HashMap;

use rollcall_client::Service;
use tonic::{Code, Status};
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

/// The error as a person reads it who named tenant `acme` and run `r1`.
fn said(error: &Error) -> String {
    error.report(&subject(), false)
}

fn subject() -> Subject {
    Subject {
        tenant: Some("acme".into()),
        run: Some("r1".into()),
        address: None,
    }
}

#[test]
fn each_option_that_is_wrong_has_its_own_line() {
    let mut details = ErrorDetails::new();
    details.add_bad_request_violation("settings.directory.port", "must be from 0 to 65535");
    details.add_bad_request_violation(
        "settings.directory.filter",
        "at character 4: expected an attribute, found \"=\"",
    );
    insta::assert_snapshot!(said(&refused(Code::InvalidArgument, "the settings are not valid", details)), @r#"
    error: The settings are not valid.
      --port: must be from 0 to 65535
      --filter: at character 4: expected an attribute, found "="
    "#);
}

#[test]
fn a_message_that_repeats_its_fields_is_not_said_twice() {
    let mut details = ErrorDetails::with_error_info("INVALID_FIELDS", "rollcall", HashMap::new());
    details.add_bad_request_violation("tenant_id", "must not be empty");
    let error = refused(Code::InvalidArgument, "tenant_id: must not be empty", details);
    insta::assert_snapshot!(said(&error), @"
    error: The input is not valid. (INVALID_FIELDS)
      TENANT: must not be empty
    ");
}

#[test]
fn a_known_reason_comes_with_what_to_do() {
    let details = ErrorDetails::with_error_info("NO_DOMAINS", "rollcall", HashMap::new());
    let error = refused(Code::FailedPrecondition, "tenant acme has no domains", details);
    insta::assert_snapshot!(said(&error), @"
    error: Tenant acme has no domains. (NO_DOMAINS)

    Enter them: rollcall domains add acme DOMAIN...
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
    insta::assert_snapshot!(said(&error), @"
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
    insta::assert_snapshot!(said(&error), @"
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
    assert_eq!((said(&error).as_str(), error.exit()), ("", Exit::ReaderGone));
}

#[test]
fn a_program_reads_an_error_as_json() {
    let mut details = ErrorDetails::with_error_info("INVALID_FIELDS", "rollcall", HashMap::new());
    details.add_bad_request_violation("run_id", "expected a UUID");
    let error = refused(Code::InvalidArgument, "run_id: expected a UUID", details);
    let said: serde_json::Value = serde_json::from_str(&error.report(&subject(), true)).unwrap();
    let expected = serde_json::json!({"error": {
        "message": "The input is not valid.",
        "reason": "INVALID_FIELDS",
        "wrong": [{"option": "RUN", "field": "run_id", "problem": "expected a UUID"}],
        "causes": [],
        "advice": null,
        "exit_code": 1,
    }});
    assert_eq!(said, expected);
}

#[test]
fn an_address_that_leads_to_another_service_says_so() {
    let error = Error::from(Call::OtherService {
        service: Service::Results,
        url: "http://127.0.0.1:7101".into(),
        found: Some(Service::Scheduler),
    });
    insta::assert_snapshot!(said(&error), @"
    error: The address of results, http://127.0.0.1:7101, leads to scheduler.

    Set ROLLCALL_RESULTS_URL (or --results-url) to the address of results.
    ");
    assert_eq!(error.exit(), Exit::Usage);
}
