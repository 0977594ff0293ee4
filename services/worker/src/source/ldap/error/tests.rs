use super::*;
use crate::source::ldap::frame::FrameError;

fn resolve() -> DirectoryError {
    DirectoryError::Resolve {
        host: "dc1".to_owned(),
        why: "no such host",
    }
}

fn refused(operation: Operation, code: u32) -> DirectoryError {
    DirectoryError::Refused {
        operation,
        code,
        text: String::new(),
        pointers: None,
    }
}

#[test]
fn result_codes_mean_what_was_asked() {
    let cases = [
        (Operation::Bind, 49, FailureCode::WrongCredentials),
        (Operation::Bind, 34, FailureCode::WrongCredentials),
        (Operation::Bind, 8, FailureCode::StrongerAuthRequired),
        (Operation::Search, 34, FailureCode::NoSuchBase),
        (Operation::Search, 32, FailureCode::NoSuchBase),
        (Operation::Search, 50, FailureCode::InsufficientRights),
        (Operation::Search, 3, FailureCode::TimeLimit),
        (Operation::RootDse, 52, FailureCode::Unavailable),
        (Operation::Search, 80, FailureCode::DirectoryError),
    ];
    for (operation, code, expected) in cases {
        assert_eq!(refused(operation, code).code(), expected, "{operation:?} {code}");
    }
}

#[test]
fn what_a_server_sends_is_too_much_or_no_ldap() {
    let limit = GuardError::Refused(FrameError::TooDeep(12));
    let garbage = GuardError::Refused(FrameError::Malformed("x"));
    assert_eq!(DirectoryError::from(limit).code(), FailureCode::LimitExceeded);
    assert_eq!(DirectoryError::from(garbage).code(), FailureCode::NotLdap);
    assert_eq!(
        DirectoryError::from(GuardError::Closed).code(),
        FailureCode::ConnectionLost
    );
    assert_eq!(
        DirectoryError::from(GuardError::Notice(String::new())).code(),
        FailureCode::Unavailable
    );
}

#[test]
fn of_several_servers_the_one_that_came_furthest_gives_the_code_and_all_give_the_detail() {
    let untrusted = DirectoryError::Untrusted(Distrust::UnknownIssuer).at("dc2 (192.0.2.2:636)");
    let timeout = DirectoryError::ConnectTimeout {
        step: "connecting",
        after: Duration::from_secs(1),
    };
    let error = DirectoryError::NoServer(vec![resolve(), untrusted, timeout.at("dc3 (192.0.2.3:636)")]);
    assert_eq!(error.code(), FailureCode::TlsUntrusted);
    let detail = error.to_string();
    for part in [
        "dc1",
        "dc2 (192.0.2.2:636)",
        "no trusted authority issued",
        "dc3 (192.0.2.3:636)",
    ] {
        assert!(detail.contains(part), "{detail} does not name {part}");
    }
}

#[test]
fn of_equals_the_first_gives_the_code() {
    let error = DirectoryError::NoServer(vec![
        DirectoryError::Connect(io::ErrorKind::ConnectionRefused.into()),
        DirectoryError::ConnectTimeout {
            step: "connecting",
            after: Duration::from_secs(1),
        },
    ]);
    assert_eq!(error.code(), FailureCode::CannotConnect);
}

#[test]
fn refused_credentials_are_taken_to_no_other_server() {
    for code in [49, 34, 48, 8, 53] {
        assert!(
            !refused(Operation::Bind, code).at("dc1").tries_elsewhere(),
            "{code}"
        );
    }
    assert!(!DirectoryError::EmptyPassword.tries_elsewhere());
    for error in [
        refused(Operation::Bind, 51),
        refused(Operation::Bind, 52),
        resolve(),
        GuardError::Closed.into(),
    ] {
        assert!(error.tries_elsewhere(), "{error}");
    }
}

#[test]
fn the_server_is_named_once() {
    let error = DirectoryError::EmptyPassword
        .at("dc1 (192.0.2.1:636)")
        .at("again");
    assert_eq!(error.to_string(), "dc1 (192.0.2.1:636): the password is empty");
}

#[test]
fn a_server_that_says_nothing_leaves_no_colon_behind() {
    assert_eq!(
        refused(Operation::Bind, 49).to_string(),
        "bind refused with result 49"
    );
    let policy = DirectoryError::RefusedByPolicy {
        code: FailureCode::PasswordMustChange,
        result: 0,
        text: String::new(),
    };
    assert!(policy.to_string().ends_with("(result 0)"), "{policy}");
}
