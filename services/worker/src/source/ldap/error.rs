//! Reasons why an LDAP directory could not be read, and the failure code of each, in one place.

use std::{fmt, io, time::Duration};

use rollcall_domain::{
    failure::{self, FailureCode},
    sentences::base,
};
use thiserror::Error;

use super::{alert::Words, bounds::Excess, distrust::Distrust, guard::GuardError};
use crate::source::error::ReadError;

#[cfg(test)]
mod tests;

/// Operation that a server refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The bind.
    Bind,
    /// A search of the root DSE.
    RootDse,
    /// A search for objects.
    Search,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::RootDse => "search of the root DSE",
            Self::Search => "search",
        }
    }
}

/// Parts of a search's result that say where its entry may be (RFC 4511 section 4.1.9), as they are shown.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Pointers {
    /// The part of the name that exists. Servers show only what the account may see.
    pub matched: String,
    /// LDAP URLs of servers that have the entry.
    pub referrals: Vec<String>,
}

/// Reasons why an LDAP directory could not be read to its end.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// The deployment does not allow it.
    #[error("the settings ask for a connection without TLS, which this deployment does not allow")]
    PlaintextNotAllowed,
    /// The deployment does not allow connections to this port.
    #[error("connections to port {0} are not allowed (network.ports)")]
    PortNotAllowed(u16),
    /// The host has no address that may be dialled.
    #[error("{host} cannot be resolved: {why}")]
    Resolve {
        /// As in the settings.
        host: String,
        /// The reason, which shows nothing of what the resolver knows.
        why: &'static str,
    },
    /// The host has a name for use within a network, which the operator does not list.
    #[error("{0} is a name for use within a network, which is not looked up")]
    PrivateName(String),
    /// The address is not among the networks that the operator allows.
    #[error("the operator does not allow connections to this address")]
    AddressNotAllowed,
    /// There is no connection.
    #[error("cannot connect: {0}")]
    Connect(#[source] io::Error),
    /// A step on the way to a connection took too long.
    #[error("no answer within {after:?} to {step}")]
    ConnectTimeout {
        /// The step in progress.
        step: &'static str,
        /// The time that was waited.
        after: Duration,
    },
    /// No host that was tried answered, and there is no time to try the others.
    #[error("no server answered within {0:?} in total: no further host or address was tried")]
    ReachTimeout(Duration),
    /// Silence after the bind was sent.
    #[error("the server did not answer the bind within {0:?}")]
    BindTimeout(Duration),
    /// TLS, but not with whom it should be.
    #[error("its identity is not trusted: {0}")]
    Untrusted(Distrust),
    /// No cipher suite is common to the server and us.
    #[error("the server supports none of the cipher suites that it is offered")]
    NoCipherSuite,
    /// The server demands a certificate of the client.
    #[error("the server demands a client certificate")]
    ClientCertificate,
    /// No TLS.
    #[error("TLS cannot be negotiated: {}", Words(.0))]
    Tls(#[source] io::Error),
    /// The server does not want to go on in TLS.
    #[error("StartTLS refused with result {code}{}", Said(text))]
    StartTlsRefused {
        /// One of [`rollcall_domain::ldap`].
        code: u32,
        /// The server's own words.
        text: String,
    },
    /// The bytes that came over the connection, or its end.
    #[error(transparent)]
    Connection(#[from] GuardError),
    /// The connection ended before the server answered anything: often, it expects TLS where there is none.
    #[error("before it answered anything: {0}")]
    HungUp(#[source] GuardError),
    /// A bind without a password succeeds anonymously (RFC 4513 section 5.1.2), so none is tried.
    #[error("the password is empty")]
    EmptyPassword,
    /// The server answered with a result other than success.
    #[error("{} refused with result {code}{}", operation.name(), Said(text))]
    Refused {
        /// The refused operation.
        operation: Operation,
        /// One of [`rollcall_domain::ldap`].
        code: u32,
        /// The server's own words.
        text: String,
        /// Where it says that the entry may be; of a search alone.
        pointers: Option<Box<Pointers>>,
    },
    /// A search base cannot be searched.
    #[error("{}: {refusal}", base::named(base))]
    Base {
        /// The search base; empty for the root of the tree.
        base: String,
        /// The directory's own base, if it names one.
        own: Option<String>,
        /// The refusal.
        refusal: Box<DirectoryError>,
    },
    /// The server's password policy refuses the bind, whatever its result.
    #[error(
        "the password policy of the server does not accept the bind (result {result}){}",
        Said(text)
    )]
    RefusedByPolicy {
        /// What the policy says.
        code: FailureCode,
        /// The result, which may be success.
        result: u32,
        /// The server's own words.
        text: String,
    },
    /// The filter cannot be sent.
    #[error("the filter cannot be encoded")]
    Filter,
    /// Silence.
    #[error("the server sent nothing for {0:?}")]
    OperationTimeout(Duration),
    /// The root DSE names no base, or several of which none is the default.
    #[error("the root DSE has no defaultNamingContext, and {} namingContexts", contexts.len())]
    NoSearchBase {
        /// Its naming contexts, as they are shown.
        contexts: Vec<String>,
    },
    /// The server says that it is finished, and is not.
    #[error("the answer is incomplete: {0}")]
    Incomplete(String),
    /// The server sends more than is accepted.
    #[error("more than is accepted: {0}")]
    Limit(#[from] Excess),
    /// The server sent something that is not an entry.
    #[error("not a directory entry: {0}")]
    Entry(&'static str),
    /// With the server that it happened with.
    #[error("{server}: {source}")]
    At {
        /// Host and address.
        server: String,
        /// The fault.
        source: Box<DirectoryError>,
    },
    /// No server could be bound to.
    #[error("{}", list(.0))]
    NoServer(Vec<DirectoryError>),
    /// It is not the directory's.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl DirectoryError {
    /// With the server that it happened with.
    #[must_use]
    pub fn at(self, server: &(impl ToString + ?Sized)) -> Self {
        match self {
            Self::Read(ReadError::Stopped) | Self::At { .. } => self,
            error => Self::At {
                server: server.to_string(),
                source: Box::new(error),
            },
        }
    }

    /// The same as an error of the first thing that the server was asked.
    #[must_use]
    pub(super) fn at_first(self) -> Self {
        match self {
            Self::Connection(ended @ (GuardError::Closed | GuardError::Io(_))) => Self::HungUp(ended),
            error => error,
        }
    }

    /// Without the server that it happened with.
    pub(crate) fn cause(&self) -> &Self {
        match self {
            Self::At { source, .. } => source.cause(),
            error => error,
        }
    }

    /// True if another server may do better. Never after a bind that was refused for its credentials, because repeated
    /// tries lock accounts.
    pub fn tries_elsewhere(&self) -> bool {
        match self {
            Self::At { source, .. } => source.tries_elsewhere(),
            Self::Refused { .. } => matches!(self.code(), FailureCode::Busy | FailureCode::Unavailable),
            Self::EmptyPassword
            | Self::RefusedByPolicy { .. }
            | Self::Read(
                ReadError::Settings(_)
                | ReadError::Attribute(_)
                | ReadError::BindsPaused { .. }
                | ReadError::Stopped
                | ReadError::Deadline
                | ReadError::Undecided,
            ) => false,
            _ => true,
        }
    }

    /// True if other runs have the memory that this one needs, for now.
    fn is_lack_of_memory(&self) -> bool {
        match self {
            Self::Connection(GuardError::NoMemory(_)) => true,
            Self::At { source, .. } => source.is_lack_of_memory(),
            Self::NoServer(tried) => tried.iter().any(Self::is_lack_of_memory),
            _ => false,
        }
    }

    /// The stable code that clients see.
    pub fn code(&self) -> FailureCode {
        match self {
            Self::PlaintextNotAllowed => FailureCode::PlaintextNotAllowed,
            Self::Resolve { .. } => FailureCode::CannotResolve,
            Self::AddressNotAllowed | Self::PrivateName(_) => FailureCode::AddressNotAllowed,
            Self::PortNotAllowed(_) => FailureCode::PortNotAllowed,
            Self::Connect(_) => FailureCode::CannotConnect,
            Self::ConnectTimeout { .. } | Self::ReachTimeout(_) => FailureCode::ConnectTimeout,
            Self::Untrusted(distrust) => distrust.code(),
            Self::NoCipherSuite => FailureCode::TlsNoCipherSuite,
            Self::ClientCertificate => FailureCode::TlsClientCertificate,
            Self::Tls(_) => FailureCode::TlsFailed,
            Self::StartTlsRefused { code, .. } => failure::of_starttls(*code),
            Self::Connection(error) | Self::HungUp(error) => connection_code(error),
            Self::EmptyPassword => FailureCode::WrongCredentials,
            Self::RefusedByPolicy { code, .. } => *code,
            Self::Refused {
                operation: Operation::Bind,
                code,
                text,
                ..
            } => failure::of_bind(*code, text),
            Self::Refused {
                operation: Operation::RootDse | Operation::Search,
                code,
                ..
            } => failure::of_search(*code),
            Self::Filter => FailureCode::FilterRefused,
            Self::BindTimeout(_) | Self::OperationTimeout(_) => FailureCode::OperationTimeout,
            Self::NoSearchBase { .. } => FailureCode::NoSearchBase,
            Self::Base { refusal, .. } => refusal.code(),
            Self::Incomplete(_) => FailureCode::IncompleteRead,
            Self::Limit(_) => FailureCode::LimitExceeded,
            Self::Entry(_) => FailureCode::NotLdap,
            Self::At { source, .. } => source.code(),
            Self::NoServer(tried) => Self::furthest(tried).map_or(FailureCode::CannotConnect, Self::code),
            Self::Read(error) => error.code(),
        }
    }

    /// The error of the server with which most went well: of several, it shows most.
    pub(super) fn furthest(tried: &[Self]) -> Option<&Self> {
        tried.iter().rev().max_by_key(|error| error.stage())
    }

    /// Progress towards a bind.
    fn stage(&self) -> u8 {
        match self {
            Self::At { source, .. } => source.stage(),
            Self::Resolve { .. } | Self::ReachTimeout(_) => 0,
            Self::AddressNotAllowed | Self::PrivateName(_) => 1,
            Self::Connect(_) | Self::ConnectTimeout { .. } => 2,
            Self::Tls(_) => 3,
            Self::Untrusted(_)
            | Self::NoCipherSuite
            | Self::ClientCertificate
            | Self::StartTlsRefused { .. } => 4,
            _ => 5,
        }
    }
}

impl From<DirectoryError> for ReadError {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Read(error) => error,
            error if error.is_lack_of_memory() => Self::NoMemory(error.to_string()),
            error => Self::Directory {
                code: error.code(),
                text: error.sentences(),
                why: error.to_string(),
            },
        }
    }
}

/// The server's own words, after a colon. Many servers give none.
struct Said<'a>(&'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            text => write!(f, ": {text}"),
        }
    }
}

fn list(errors: &[DirectoryError]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

fn connection_code(error: &GuardError) -> FailureCode {
    match error {
        GuardError::Refused(frame) | GuardError::Entry { error: frame, .. } if frame.is_limit() => {
            FailureCode::LimitExceeded
        }
        GuardError::Refused(_) | GuardError::Entry { .. } | GuardError::Unexpected(_) => FailureCode::NotLdap,
        GuardError::NoMemory(_) => FailureCode::Internal,
        GuardError::ClientCertificate => FailureCode::TlsClientCertificate,
        GuardError::Notice(_) => FailureCode::Unavailable,
        GuardError::Closed | GuardError::Cut | GuardError::Io(_) => FailureCode::ConnectionLost,
    }
}
