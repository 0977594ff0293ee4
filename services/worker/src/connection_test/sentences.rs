//! Texts of a step for a customer's administrator.

use std::{fmt::Write as _, io, net::SocketAddr, time::Duration};

use rollcall_domain::ldap;

use crate::source::ldap::error::DirectoryError;

#[cfg(test)]
mod tests;

/// A step's sentence and advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepText {
    pub(super) message: String,
    pub(super) advice: String,
}

/// As a failed run would say it.
impl From<&DirectoryError> for StepText {
    fn from(error: &DirectoryError) -> Self {
        let code = error.code();
        Self {
            message: code.message().to_owned(),
            advice: code.advice().to_owned(),
        }
    }
}

impl StepText {
    /// With words of its own for what happened.
    pub(super) fn saying(self, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..self
        }
    }

    /// With words of its own for what to do.
    pub(super) fn advising(self, advice: impl Into<String>) -> Self {
        Self {
            advice: advice.into(),
            ..self
        }
    }
}

/// A list in words: `a`, `a and b`, `a, b and c`.
pub(super) fn list<T: ToString>(items: &[T]) -> String {
    let mut text = String::new();
    for (place, item) in items.iter().enumerate() {
        let link = match place {
            0 => "",
            _ if place + 1 == items.len() => " and ",
            _ => ", ",
        };
        // Writing to a String cannot fail.
        write!(text, "{link}{}", item.to_string()).ok();
    }
    text
}

/// Addresses of a host's name.
pub(super) fn addresses(host: &str, all: &[String]) -> String {
    match all {
        [one] if one == host => format!("{host} is an address."),
        [one] => format!("{host} has the address {one}."),
        all => format!("{host} has the addresses {}.", list(all)),
    }
}

/// Reason why a host's name has no address.
pub(super) fn unresolved(host: &str, error: &DirectoryError) -> StepText {
    StepText::from(error).saying(format!("The name {host} could not be resolved."))
}

/// Reason why an address accepts no connection.
pub(super) fn unconnected(address: SocketAddr, error: &DirectoryError) -> StepText {
    let (ip, port) = (address.ip(), address.port());
    let text = StepText::from(error);
    match error {
        DirectoryError::Connect(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            text.saying(format!("{ip} refuses connections on port {port}."))
        }
        DirectoryError::Connect(error) => {
            text.saying(format!("{ip} cannot be reached on port {port}: {error}."))
        }
        DirectoryError::ConnectTimeout { after, .. } => text.saying(format!(
            "{ip} did not answer on port {port} within {}.",
            seconds(*after)
        )),
        _ => text,
    }
}

/// Reason why there is no protected connection, other than trust.
pub(super) fn unprotected(error: &DirectoryError) -> StepText {
    let text = StepText::from(error);
    match error {
        DirectoryError::ConnectTimeout { step, after } => text
            .saying(format!(
                "The server accepted the connection but did not answer {step} within {}.",
                seconds(*after)
            ))
            .advising(
                "Check that the port belongs to the chosen security (636 for LDAPS, 389 for StartTLS), and that no \
                 firewall between us inspects encrypted connections.",
            ),
        DirectoryError::StartTlsRefused { text: answer, .. } if !answer.is_empty() => {
            let message = format!("{} It answered: {answer}", text.message);
            text.saying(message)
        }
        _ => text,
    }
}

/// Reason why the bind was not accepted.
pub(super) fn unbound(error: &DirectoryError) -> StepText {
    let text = StepText::from(error);
    match error {
        DirectoryError::BindTimeout(after) => text
            .saying(format!(
                "The server accepts connections, but did not answer the sign-in within {}.",
                seconds(*after)
            ))
            .advising(
                "Check the load and the event log of the server, or add a second host. Then test again.",
            ),
        _ => text,
    }
}

/// Text for the case that the time for finding a server ended before every host and address was tried.
pub(super) fn out_of_reach(text: StepText, reach: Duration) -> StepText {
    let message = format!(
        "{} The limit for all hosts and addresses together is {}, so no other was tried.",
        text.message,
        seconds(reach)
    );
    text.saying(message)
}

/// That an address did not do, and another one is left.
pub(super) fn next_address(text: StepText) -> StepText {
    let message = format!("{} Trying the next address of this host.", text.message);
    text.saying(message)
}

/// Reason why a search base cannot be searched; `matched` is the part of its name that the server knows.
pub(super) fn no_base(base: &str, matched: &str, error: &DirectoryError) -> StepText {
    let text = StepText::from(error);
    if !matches!(error, DirectoryError::Refused { code, .. } if *code == ldap::NO_SUCH_OBJECT) {
        return text;
    }
    let text = text.saying(format!("The search base {base} does not exist in the directory."));
    if matched.is_empty() {
        return text;
    }
    let advice = format!("{} The part that exists is {matched}.", text.advice);
    text.advising(advice)
}

/// That a search base can be searched, and does not show itself.
pub(super) fn unseen_base(base: &str) -> StepText {
    StepText {
        message: format!(
            "The server accepts {base} as a search base, but does not show this entry to the account."
        ),
        advice: "If no object is found below it, check the search base, and that the account may read it."
            .to_owned(),
    }
}

/// A length of time.
fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

/// A number with its thousands apart.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
