//! Meaning of an LDAP server's result codes for a run.

use super::FailureCode;
use crate::ldap;

/// Code of a refused bind, by its result code and the server's diagnostic message.
pub fn of_bind(result_code: u32, diagnostic: &str) -> FailureCode {
    match result_code {
        // Servers other than Active Directory say so of a locked account, and of one that may not log on for another
        // reason: it is inactive, or has no right to. A bind that the server judged is not tried again.
        ldap::CONSTRAINT_VIOLATION => FailureCode::AccountLocked,
        ldap::UNWILLING_TO_PERFORM | ldap::INSUFFICIENT_ACCESS_RIGHTS => FailureCode::LogonNotPermitted,
        // Of a user name that is no DN, or of one that is not there, some servers say so.
        ldap::NO_SUCH_OBJECT | ldap::INVALID_DN_SYNTAX | ldap::INAPPROPRIATE_AUTHENTICATION => {
            FailureCode::WrongCredentials
        }
        ldap::INVALID_CREDENTIALS => of_invalid_credentials(diagnostic),
        // Limits of searches, which say of a bind only that it did not come about.
        ldap::TIME_LIMIT_EXCEEDED | ldap::SIZE_LIMIT_EXCEEDED | ldap::ADMIN_LIMIT_EXCEEDED => {
            FailureCode::DirectoryError
        }
        other => of_any(other),
    }
}

/// Code of an error in a response of the password policy control (draft-behera-ldap-password-policy section 6.2), as far
/// as a bind can have it. `is_success` if the server took the bind all the same: a password that must be changed first
/// is then good for nothing else.
pub fn of_password_policy(error: u32, is_success: bool) -> Option<FailureCode> {
    match (error, is_success) {
        (2, _) => Some(FailureCode::PasswordMustChange),
        (0, false) => Some(FailureCode::PasswordExpired),
        (1, false) => Some(FailureCode::AccountLocked),
        _ => None,
    }
}

/// Code of a refused request to begin TLS (RFC 4511 section 4.14.2). `unavailable` does not mean the server here, which
/// goes on without TLS: Active Directory answers so for as long as it has no certificate.
pub fn of_starttls(result_code: u32) -> FailureCode {
    match result_code {
        ldap::BUSY => FailureCode::Busy,
        _ => FailureCode::StarttlsRefused,
    }
}

/// Code of a search that ended with this result code.
pub fn of_search(result_code: u32) -> FailureCode {
    match result_code {
        // A referral: only another server has the base.
        ldap::REFERRAL | ldap::NO_SUCH_OBJECT | ldap::INVALID_DN_SYNTAX => FailureCode::NoSuchBase,
        ldap::UNDEFINED_ATTRIBUTE_TYPE | ldap::INAPPROPRIATE_MATCHING | ldap::INVALID_ATTRIBUTE_SYNTAX => {
            FailureCode::FilterRefused
        }
        ldap::INAPPROPRIATE_AUTHENTICATION | ldap::INVALID_CREDENTIALS => FailureCode::InsufficientRights,
        other => of_any(other),
    }
}

fn of_any(result_code: u32) -> FailureCode {
    match result_code {
        ldap::TIME_LIMIT_EXCEEDED => FailureCode::TimeLimit,
        ldap::SIZE_LIMIT_EXCEEDED | ldap::ADMIN_LIMIT_EXCEEDED => FailureCode::SizeLimit,
        ldap::STRONGER_AUTH_REQUIRED | ldap::CONFIDENTIALITY_REQUIRED => FailureCode::StrongerAuthRequired,
        ldap::INSUFFICIENT_ACCESS_RIGHTS => FailureCode::InsufficientRights,
        ldap::BUSY => FailureCode::Busy,
        ldap::UNAVAILABLE => FailureCode::Unavailable,
        _ => FailureCode::DirectoryError,
    }
}

/// Active Directory says why in a code of its own, after `data`: `80090308: LdapErr: DSID-0C0903A9, comment:
/// AcceptSecurityContext error, data 52e, v1db1`.
fn of_invalid_credentials(diagnostic: &str) -> FailureCode {
    diagnostic
        .match_indices("data ")
        .find_map(|(at, found)| of_sub_code(&diagnostic[at + found.len()..]))
        .unwrap_or(FailureCode::WrongCredentials)
}

fn of_sub_code(text: &str) -> Option<FailureCode> {
    let code = text.split(|c: char| !c.is_ascii_hexdigit()).next()?;
    match u32::from_str_radix(code, 16).ok()? {
        // The server cannot judge the password now: no logon server; too many logons at once; a kind of logon that was
        // not granted. Nothing is said of the password.
        0x51f | 0x568 | 0x569 => Some(FailureCode::Unavailable),
        // No such user; a wrong password.
        0x525 | 0x52e => Some(FailureCode::WrongCredentials),
        // A restriction of the account, such as Protected Users; not at this hour; not from this workstation.
        0x52f..=0x531 => Some(FailureCode::LogonNotPermitted),
        0x532 => Some(FailureCode::PasswordExpired),
        0x533 => Some(FailureCode::AccountDisabled),
        0x701 => Some(FailureCode::AccountExpired),
        0x773 => Some(FailureCode::PasswordMustChange),
        0x775 => Some(FailureCode::AccountLocked),
        _ => None,
    }
}
