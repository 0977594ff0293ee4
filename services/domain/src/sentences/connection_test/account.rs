//! Steps of the account that reads the directory: the sign-in, and who the directory takes us for.

use std::time::Duration;

use jiff::Timestamp;

use super::StepText;
use crate::{
    failure::FailureCode,
    invisible::show,
    sentences::words::{minute, seconds},
};

/// The sign-in succeeded.
pub fn signed_in(username: &str) -> String {
    format!("Signed in to the directory as {}.", show(username))
}

/// The server does not answer the sign-in.
pub fn silent(after: Duration) -> StepText {
    StepText::new(
        format!(
            "The server accepts connections, but did not answer the sign-in within {}.",
            seconds(after)
        ),
        "Check the load and the event log of the server, or add a second host. Then test again.",
    )
}

/// No sign-in as this user is tried until then; `None`: as long as others are being tried.
pub fn paused(code: FailureCode, until: Option<Timestamp>) -> StepText {
    let text = StepText::from(code);
    let message = match until {
        Some(until) => format!(
            "{} The next one is possible after {}.",
            text.message,
            minute(until)
        ),
        None => format!("{} Others are being tried at this moment.", text.message),
    };
    text.saying(message)
}

/// The directory takes us for nobody.
pub fn anonymous() -> StepText {
    StepText::new(
        "The directory accepted the password but treats the connection as anonymous.",
        "Check that the user name is that of an account in this directory.",
    )
}

/// The directory's name for the account.
pub fn known_as(name: &str) -> String {
    format!("The directory knows us as {}.", show(name))
}

/// The server does not say who we are.
pub fn not_named(username: &str) -> String {
    format!(
        "The server does not answer “Who am I?”; the sign-in as {} succeeded.",
        show(username)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_the_characters_that_nobody_sees() {
        for text in [
            signed_in("x\u{200b}y"),
            known_as("x\u{200b}y"),
            not_named("x\u{200b}y"),
        ] {
            assert!(text.contains(r"x\u{200b}y"), "{text}");
        }
    }
}
