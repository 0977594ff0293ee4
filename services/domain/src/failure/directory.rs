//! Meaning of an LDAP server's result codes (RFC 4511 appendix A) for a run.

use super::FailureCode;

/// Code of a refused bind, by its result code and the server's diagnostic message.
pub fn of_bind(result_code: u32, diagnostic: &str) -> FailureCode {
    match result_code {
        // Servers other than Active Directory say so of a locked account, and of one that may not log on for another
        // reason. A bind that the server judged is not tried again.
        19 => FailureCode::AccountLocked,
        53 => FailureCode::LogonNotPermitted,
        // Of a user name that is no DN, or of one that is not there, some servers say so.
        32 | 34 | 48 => FailureCode::WrongCredentials,
        49 => of_invalid_credentials(diagnostic),
        other => of_any(other),
    }
}

/// Code of a search that ended with this result code.
pub fn of_search(result_code: u32) -> FailureCode {
    match result_code {
        // No such object, a malformed DN, or a base that only another server has.
        10 | 32 | 34 => FailureCode::NoSuchBase,
        // An undefined attribute, an inappropriate match, a malformed value.
        17 | 18 | 21 => FailureCode::FilterRefused,
        48 | 49 => FailureCode::InsufficientRights,
        other => of_any(other),
    }
}

fn of_any(result_code: u32) -> FailureCode {
    match result_code {
        3 => FailureCode::TimeLimit,
        4 | 11 => FailureCode::SizeLimit,
        8 | 13 => FailureCode::StrongerAuthRequired,
        50 => FailureCode::InsufficientRights,
        51 => FailureCode::Busy,
        52 => FailureCode::Unavailable,
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
        // No such user; a wrong password.
        0x525 | 0x52e => Some(FailureCode::WrongCredentials),
        // Not at this hour; not from this workstation.
        0x530 | 0x531 => Some(FailureCode::LogonNotPermitted),
        0x532 => Some(FailureCode::PasswordExpired),
        0x533 => Some(FailureCode::AccountDisabled),
        0x701 => Some(FailureCode::AccountExpired),
        0x773 => Some(FailureCode::PasswordMustChange),
        0x775 => Some(FailureCode::AccountLocked),
        _ => None,
    }
}
