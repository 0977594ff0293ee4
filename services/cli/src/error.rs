//! Errors of the command, explained to a person: description and advice.

mod advice;

use std::{error::Error as StdError, fmt::Write as _, io, path::PathBuf};

use rollcall_client::{EndpointError, Error as Call, Service};
use tonic::Status;

use crate::{exit::Exit, visible::visible};

/// Reasons why the command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A service gave no answer.
    #[error(transparent)]
    Call(#[from] Call),
    /// A file that was named cannot be read.
    #[error("the {what} cannot be read from {}", path.display())]
    Read {
        /// Content of the file.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A file that was named cannot be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Standard output was closed.
    #[error("the answer cannot be printed")]
    Print {
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The password cannot be asked for.
    #[error("the password cannot be read")]
    Password {
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The password that was given is empty.
    #[error("the password is empty")]
    EmptyPassword,
    /// No account has the address.
    #[error("tenant {tenant} has no {} account {account}", if *removed { "removed" } else { "live" })]
    NoSuchAccount {
        /// The tenant.
        tenant: String,
        /// The given address or id.
        account: String,
        /// It was looked for among the removed accounts.
        removed: bool,
    },
    /// More than one account had the address.
    #[error("several accounts had {account}: {}", ids.join(", "))]
    SeveralAccounts {
        /// The given address.
        account: String,
        /// Their ids.
        ids: Vec<String>,
    },
    /// A confirmation is needed, and there is no terminal.
    #[error("this needs confirmation, and there is no terminal to ask on")]
    NobodyToAsk,
    /// The answer to a question cannot be read.
    #[error("your answer cannot be read")]
    Answer {
        /// The cause.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// The error of an answer without something that the service owes.
    pub(crate) fn incomplete(service: Service, what: &'static str) -> Self {
        Self::Call(Call::Incomplete { service, what })
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Call(call) if call.is_unreachable() => Exit::Unreachable,
            Self::Print { source } if source.kind() == io::ErrorKind::BrokenPipe => Exit::ReaderGone,
            Self::NobodyToAsk
            | Self::Call(
                Call::Url { .. } | Call::Certificates(EndpointError::NoCa | EndpointError::HalfIdentity),
            ) => Exit::Usage,
            _ => Exit::Refused,
        }
    }

    /// The whole text for a person: the sentence, its fields or causes, and what to do.
    pub fn explain(&self) -> String {
        if self.exit() == Exit::ReaderGone {
            return String::new();
        }
        let fields = self.fields();
        let mut text = format!("error: {}\n", self.headline(&fields));
        for (field, what) in &fields {
            let _ = writeln!(text, "  {field}: {what}");
        }
        for cause in causes(self) {
            let _ = writeln!(text, "  because: {cause}");
        }
        if let Some(advice) = advice::find(self) {
            let _ = writeln!(text, "\n{advice}");
        }
        visible(&text)
    }

    /// The wrong fields, each with its problem.
    fn fields(&self) -> Vec<(String, String)> {
        match self {
            Self::Call(call) => call.fields(),
            _ => Vec::new(),
        }
    }

    /// The message, unless it only says what the fields say again.
    fn headline(&self, fields: &[(String, String)]) -> String {
        let message = self.to_string();
        if fields.iter().any(|(_, what)| message.contains(what)) {
            return "The input is not valid:".to_owned();
        }
        sentence(&message)
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let sentence = first + letters.as_str();
    if sentence.ends_with(['.', '!', '?']) {
        sentence
    } else {
        sentence + "."
    }
}

/// The chain of sources, without links that say again what the one before said.
fn causes(error: &Error) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(source) = next {
        let text = match source.downcast_ref::<Status>() {
            Some(status) => status.message().to_owned(),
            None => source.to_string(),
        };
        let known = |said: &String| said.contains(&text) || text.is_empty();
        if !causes.iter().any(known) {
            causes.push(text);
        }
        next = source.source();
    }
    causes
}

#[cfg(test)]
mod tests;
