//! Errors of the command, explained to a person: description and advice.

mod advice;

use std::{error::Error as StdError, fmt::Write as _, io, path::PathBuf};

use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{args::Service, exit::Exit, newest::Newest, visible::visible};

/// Reasons why the command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A service is not there, or does not talk to us.
    #[error("{} cannot be reached at {url}", service.name())]
    Unreachable {
        /// The service.
        service: Service,
        /// Address at which it was looked for.
        url: String,
        /// The cause.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A service answered with an error.
    #[error("{}", status.message())]
    Refused {
        /// The service.
        service: Service,
        /// Its answer.
        status: Box<Status>,
    },
    /// An address of a service is not a URL.
    #[error("the address of {}, \"{url}\", is not a URL", service.name())]
    Url {
        /// The service.
        service: Service,
        /// The given text.
        url: String,
    },
    /// https without a CA.
    #[error("an https address needs the CA that the services' certificates chain to")]
    NoCa,
    /// A client certificate without its key, or the other way round.
    #[error("a client certificate and its key are given together or not at all")]
    HalfIdentity,
    /// The certificates are no such thing.
    #[error("the certificates for mutual TLS cannot be used")]
    Tls {
        /// The cause.
        #[source]
        source: tonic::transport::Error,
    },
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
    /// The tenant has no run that could be meant.
    #[error("tenant {tenant} has no run{}", meant.words())]
    NoRunYet {
        /// The tenant.
        tenant: String,
        /// Kind of run that was looked for.
        meant: Newest,
    },
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
    /// A run could not be followed to its end.
    #[error("run {run} could not be followed to its end")]
    LostSight {
        /// The tenant.
        tenant: String,
        /// The run, which goes on.
        run: String,
        /// The last failure.
        #[source]
        source: Box<Error>,
    },
    /// A service answered without something that it owes.
    #[error("{} answered without {what}", service.name())]
    Incomplete {
        /// The service.
        service: Service,
        /// The missing part.
        what: &'static str,
    },
}

impl Error {
    /// The error of a service that could not be connected to.
    pub fn unreachable(
        service: Service,
        url: &str,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::Unreachable {
            service,
            url: url.to_owned(),
            source: source.into(),
        }
    }

    /// The error of a call that failed, on the way or over there.
    pub fn of_call(service: Service, url: &str, status: Status) -> Self {
        // A status with a source was made on this side of the wire: the call never got an answer.
        if status.source().is_some() {
            return Self::unreachable(service, url, status);
        }
        Self::Refused {
            service,
            status: Box::new(status),
        }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unreachable { .. } => Exit::Unreachable,
            Self::Refused { status, .. } if status.code() == Code::Unavailable => Exit::Unreachable,
            Self::LostSight { source, .. } => source.exit(),
            Self::Print { source } if source.kind() == io::ErrorKind::BrokenPipe => Exit::ReaderGone,
            Self::Url { .. } | Self::NoCa | Self::HalfIdentity | Self::NobodyToAsk => Exit::Usage,
            _ => Exit::Refused,
        }
    }

    /// True if the same call may well succeed a little later.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => matches!(
                status.code(),
                Code::Unavailable
                    | Code::Cancelled
                    | Code::Aborted
                    | Code::ResourceExhausted
                    | Code::DeadlineExceeded
            ),
            _ => false,
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
        if let Some(advice) = advice::of(self) {
            let _ = writeln!(text, "\n{advice}");
        }
        visible(&text)
    }

    /// The wrong fields, each with its problem.
    fn fields(&self) -> Vec<(String, String)> {
        let Self::Refused { status, .. } = self else {
            return Vec::new();
        };
        let bad_request = status.get_details_bad_request().into_iter();
        bad_request
            .flat_map(|bad| bad.field_violations)
            .map(|wrong| (wrong.field, wrong.description))
            .collect()
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
