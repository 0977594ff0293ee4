use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn active_directory(sub_code: &str) -> String {
    format!(
        "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {sub_code}, v1db1\0"
    )
}

#[test]
fn the_sub_code_of_active_directory_shows_why_a_bind_was_refused() {
    for (sub_code, expected) in [
        ("51f", FailureCode::Unavailable),
        ("568", FailureCode::Unavailable),
        ("569", FailureCode::Unavailable),
        ("525", FailureCode::WrongCredentials),
        ("52e", FailureCode::WrongCredentials),
        ("52E", FailureCode::WrongCredentials),
        ("52f", FailureCode::LogonNotPermitted),
        ("530", FailureCode::LogonNotPermitted),
        ("531", FailureCode::LogonNotPermitted),
        ("532", FailureCode::PasswordExpired),
        ("533", FailureCode::AccountDisabled),
        ("701", FailureCode::AccountExpired),
        ("773", FailureCode::PasswordMustChange),
        ("775", FailureCode::AccountLocked),
        ("fff", FailureCode::WrongCredentials),
        ("", FailureCode::WrongCredentials),
    ] {
        assert_eq!(
            of_bind(49, &active_directory(sub_code)),
            expected,
            "data {sub_code}"
        );
    }
    assert_eq!(of_bind(49, ""), FailureCode::WrongCredentials);
    assert_eq!(of_bind(49, "data about data 775"), FailureCode::AccountLocked);
}

#[test]
fn a_result_code_means_different_things_for_bind_and_search() {
    for (code, bind, search) in [
        (1, FailureCode::DirectoryError, FailureCode::DirectoryError),
        (3, FailureCode::DirectoryError, FailureCode::TimeLimit),
        (4, FailureCode::DirectoryError, FailureCode::SizeLimit),
        (
            8,
            FailureCode::StrongerAuthRequired,
            FailureCode::StrongerAuthRequired,
        ),
        (10, FailureCode::DirectoryError, FailureCode::NoSuchBase),
        (11, FailureCode::DirectoryError, FailureCode::SizeLimit),
        (
            13,
            FailureCode::StrongerAuthRequired,
            FailureCode::StrongerAuthRequired,
        ),
        (18, FailureCode::DirectoryError, FailureCode::FilterRefused),
        (19, FailureCode::AccountLocked, FailureCode::DirectoryError),
        (32, FailureCode::WrongCredentials, FailureCode::NoSuchBase),
        (34, FailureCode::WrongCredentials, FailureCode::NoSuchBase),
        (49, FailureCode::WrongCredentials, FailureCode::InsufficientRights),
        (
            50,
            FailureCode::LogonNotPermitted,
            FailureCode::InsufficientRights,
        ),
        (51, FailureCode::Busy, FailureCode::Busy),
        (52, FailureCode::Unavailable, FailureCode::Unavailable),
        (53, FailureCode::LogonNotPermitted, FailureCode::DirectoryError),
        (80, FailureCode::DirectoryError, FailureCode::DirectoryError),
    ] {
        assert_eq!(
            (of_bind(code, ""), of_search(code)),
            (bind, search),
            "result code {code}"
        );
    }
}

#[test]
fn a_bind_that_was_refused_never_counts_as_accepted() {
    for code in 1..=255 {
        let failure = of_bind(code, "");
        assert_ne!(
            failure.bind(),
            BindOutcome::Accepted,
            "result code {code}: {failure:?}"
        );
    }
}

#[test]
fn a_server_without_a_certificate_refuses_starttls_and_is_not_unavailable() {
    for (code, expected) in [
        (1, FailureCode::StarttlsRefused),
        (2, FailureCode::StarttlsRefused),
        (51, FailureCode::Busy),
        (52, FailureCode::StarttlsRefused),
        (53, FailureCode::StarttlsRefused),
    ] {
        assert_eq!(of_starttls(code), expected, "result code {code}");
    }
}

#[test]
fn the_password_policy_of_a_server_shows_what_its_result_code_does_not() {
    for (error, refused, accepted) in [
        (0, Some(FailureCode::PasswordExpired), None),
        (1, Some(FailureCode::AccountLocked), None),
        (
            2,
            Some(FailureCode::PasswordMustChange),
            Some(FailureCode::PasswordMustChange),
        ),
        // A password that is to be changed is too short, or too young: no bind is told so.
        (6, None, None),
        (7, None, None),
    ] {
        assert_eq!(of_password_policy(error, false), refused, "{error}");
        assert_eq!(of_password_policy(error, true), accepted, "{error}");
    }
}

/// Consequences of each failure, by the rows of the rule.
fn class_of(code: FailureCode) -> FailureClass {
    match code {
        // Cannot resolve, connect or agree on TLS, time out, busy, unavailable, size or time limit, lost while it is read.
        FailureCode::CannotResolve
        | FailureCode::CannotConnect
        | FailureCode::ConnectTimeout
        | FailureCode::TlsFailed
        | FailureCode::StarttlsRefused
        | FailureCode::NotLdap
        | FailureCode::Busy
        | FailureCode::Unavailable
        | FailureCode::TimeLimit
        | FailureCode::SizeLimit
        | FailureCode::ConnectionLost
        | FailureCode::OperationTimeout
        | FailureCode::ReadTooSlow
        | FailureCode::IncompleteRead
        | FailureCode::DirectoryError => FailureClass::Transient,
        // Wrong credentials, a locked, expired or disabled account.
        FailureCode::WrongCredentials
        | FailureCode::AccountLocked
        | FailureCode::AccountDisabled
        | FailureCode::AccountExpired
        | FailureCode::PasswordExpired
        | FailureCode::PasswordMustChange
        | FailureCode::LogonNotPermitted => FailureClass::Credentials,
        // No such base, filter refused, insufficient rights, certificate not trusted, address not allowed.
        FailureCode::TlsUntrusted
        | FailureCode::TlsNoCipherSuite
        | FailureCode::TlsClientCertificate
        | FailureCode::TlsCaAsServer
        | FailureCode::TlsWeakCertificate
        | FailureCode::TlsUnsuitableCertificate
        | FailureCode::LimitExceeded
        | FailureCode::TooManyAddresses
        | FailureCode::CannotTellDisabled
        | FailureCode::ReadTooLarge
        | FailureCode::Entangled
        | FailureCode::NoSuchBase
        | FailureCode::FilterRefused
        | FailureCode::InsufficientRights
        | FailureCode::StrongerAuthRequired
        | FailureCode::AddressNotAllowed
        | FailureCode::PortNotAllowed
        | FailureCode::BindsPaused
        | FailureCode::PlaintextNotAllowed
        | FailureCode::AttributeNotAllowed
        | FailureCode::NoSearchBase
        | FailureCode::CredentialUnreadable
        | FailureCode::RunDeadline
        | FailureCode::RevertRefused => FailureClass::Misconfigured,
        FailureCode::RunInterrupted | FailureCode::WorkerLost | FailureCode::Internal => FailureClass::Ours,
    }
}

#[test]
fn failures_that_may_pass_are_tried_again_and_those_that_lock_accounts_or_need_a_person_are_not() {
    for code in FailureCode::ALL.iter().copied() {
        assert_eq!(code.class(), class_of(code), "{code}");
    }
}

#[test]
fn a_bind_was_refused_if_the_failure_is_one_of_credentials_unless_the_password_was_the_right_one() {
    for code in FailureCode::ALL.iter().copied() {
        let of_credentials = code.class() == FailureClass::Credentials;
        let refused = of_credentials && code != FailureCode::PasswordMustChange;
        assert_eq!(code.bind() == BindOutcome::Refused, refused, "{code}");
    }
}

#[test]
fn no_fault_of_ours_sends_a_tenant_to_the_slow_lane() {
    for code in FailureCode::ALL
        .iter()
        .filter(|code| code.class() == FailureClass::Ours)
    {
        assert!(!code.is_slow(), "{code}");
    }
}

#[test]
fn every_failure_has_a_code_that_reads_back_and_sentences_of_its_own() {
    let mut messages = HashSet::new();
    for code in FailureCode::ALL.iter().copied() {
        assert_eq!(FailureCode::parse(code.as_str()), Some(code));
        assert!(messages.insert(code.message()), "{code}");
        for text in [code.message(), code.advice()] {
            assert!(
                text.ends_with('.') && text.starts_with(|c: char| c.is_uppercase()),
                "{code}: {text}"
            );
            assert!(!text.contains("  "), "{code}: {text}");
        }
    }
    assert_eq!(FailureCode::parse("wrong_credentials"), None);
}

proptest! {
    #[test]
    fn no_diagnostic_makes_the_decoding_panic(text in any::<String>(), tail in any::<String>()) {
        let _ = (of_bind(49, &text), of_bind(49, &format!("{text}data {tail}")));
    }
}
