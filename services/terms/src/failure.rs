//! Failures as messages.

use rollcall_domain::{FailureCode, invisible, sentences::connection_test::StepText};
use rollcall_proto::v1;

/// Longest detail that is kept, in characters: a server's own words may be as long as a message.
pub const LONGEST_DETAIL: usize = 2_000;

/// A failure for an administrator to read, with a detail for support.
pub fn failure(code: FailureCode, detail: &str) -> v1::Failure {
    failure_saying(code, &code.into(), detail)
}

/// The same in sentences that name what this failure is about.
pub fn failure_saying(code: FailureCode, text: &StepText, detail: &str) -> v1::Failure {
    v1::Failure {
        code: code.as_str().to_owned(),
        message: bounded(&text.message),
        advice: bounded(&text.advice),
        detail: bounded(detail),
    }
}

/// A failure that came in a message, fit to be stored and shown: each text is cut, has no zero bytes, which PostgreSQL's
/// text cannot hold, and shows its invisible characters.
pub fn storable(failure: &v1::Failure) -> v1::Failure {
    v1::Failure {
        code: bounded(&failure.code),
        message: bounded(&failure.message),
        advice: bounded(&failure.advice),
        detail: bounded(&failure.detail),
    }
}

fn bounded(text: &str) -> String {
    let text: String = text.chars().filter(|character| *character != '\0').collect();
    invisible::show_lines(&text)
        .chars()
        .take(LONGEST_DETAIL)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_cut_and_cleaned_wherever_it_comes_from() {
        let detail = format!("a\0b{}", "x".repeat(2 * LONGEST_DETAIL));
        let made = failure(FailureCode::Busy, &detail);
        assert_eq!(made.detail.len(), LONGEST_DETAIL);
        assert!(made.detail.starts_with("abx"));
        let told = failure(FailureCode::Busy, "CN=a\u{202e}b");
        assert_eq!(told.detail, r"CN=a\u{202e}b");
        let received = storable(&v1::Failure {
            detail,
            ..made.clone()
        });
        assert_eq!(received, made);
    }
}
