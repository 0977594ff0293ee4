//! Errors of the command, explained to a person: description and advice.

mod advice;
mod explanation;
mod fill;
mod option;

use std::{io, path::PathBuf};

use rollcall_client::{EndpointError, Error as Call, Service};
use rollcall_terms::Refusal;

use crate::{args::Subject, exit::Exit};

pub(crate) use explanation::Explanation;

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
    /// Another security mode was given without the port on which the server speaks it.
    #[error("port {port} is not the standard port of a security mode, so {mode} may need another one")]
    PortNeeded {
        /// The port as it is.
        port: i32,
        /// The given mode.
        mode: &'static str,
    },
    /// A list of domains was refused.
    #[error("{call}")]
    Domains {
        /// The refusal.
        call: Box<Call>,
        /// The entries of the list as they are given on the command line, in its order.
        names: Vec<String>,
    },
    /// A change of an account was refused.
    #[error("{call}")]
    Account {
        /// The refusal.
        call: Box<Call>,
        /// Source of the primary address: an option, the name of the account, or the portal.
        primary: String,
        /// Source of each address of the list.
        addresses: Vec<String>,
    },
    /// An account does not have an address that it was to lose.
    #[error("account {account} has no address {address}")]
    NotItsAddress {
        /// The tenant.
        tenant: String,
        /// The account, as it was given.
        account: String,
        /// The address, as it was given.
        address: String,
    },
    /// The primary address of an account was to be dropped, and no other was given.
    #[error("the primary address {address} can be replaced, but not dropped")]
    DropsPrimary {
        /// The address, as it was given.
        address: String,
    },
    /// The tenant does not have the domain.
    #[error("tenant {tenant} has no domain {domain}")]
    NoSuchDomain {
        /// The tenant.
        tenant: String,
        /// The domain.
        domain: String,
    },
    /// Nothing is known of the tenant.
    #[error("tenant {tenant} is unknown: it has no domains, settings, runs or accounts")]
    UnknownTenant {
        /// The tenant.
        tenant: String,
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
    /// A summary and the file that it is about cannot both be printed.
    #[error("with --json, standard output is for the summary, so --output must name a file")]
    TwoOutputs,
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

    /// The call that failed, if one did.
    fn call(&self) -> Option<&Call> {
        match self {
            Self::Call(call) => Some(call),
            Self::Domains { call, .. } | Self::Account { call, .. } => Some(call),
            _ => None,
        }
    }

    /// True if what was asked for is not there, which may be because the tenant's id is mistyped.
    pub(crate) fn finds_nothing(&self) -> bool {
        match self {
            Self::NoSuchAccount { .. } | Self::NoSuchDomain { .. } | Self::Call(Call::NoRunYet { .. }) => {
                true
            }
            Self::Call(call) => {
                let refusal = call.refusal();
                refusal.is_some_and(|refusal| {
                    matches!(
                        refusal,
                        Refusal::NoTenant | Refusal::NoRun | Refusal::NoAccount | Refusal::NoSettings
                    )
                })
            }
            _ => false,
        }
    }

    /// The stable code: the service's, or what it would be.
    fn reason(&self) -> Option<String> {
        match self {
            Self::UnknownTenant { .. } => Some(Refusal::NoTenant.as_str().to_owned()),
            _ => self.call()?.reason(),
        }
    }

    /// The option or argument that gives a field of the contract.
    fn name_of(&self, field: &str) -> String {
        match self {
            Self::Domains { names, .. } => option::domain_of(field, names),
            Self::Account {
                primary, addresses, ..
            } => option::address_of(field, primary, addresses),
            _ => option::option_of(field),
        }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Domains { call, .. } | Self::Account { call, .. } if call.is_unreachable() => {
                Exit::Unreachable
            }
            Self::Call(call) if call.is_unreachable() => Exit::Unreachable,
            // What is missing is the confirmation, as for everything else that is asked about.
            Self::Domains { call, .. } if call.refusal() == Some(Refusal::DomainsInUse) => Exit::Usage,
            Self::Print { source } if source.kind() == io::ErrorKind::BrokenPipe => Exit::ReaderGone,
            Self::NobodyToAsk
            | Self::PortNeeded { .. }
            | Self::TwoOutputs
            | Self::Call(
                Call::Url { .. }
                | Call::AssertionInClear { .. }
                | Call::OtherService { .. }
                | Call::Certificates(EndpointError::NoCa | EndpointError::HalfIdentity),
            ) => Exit::Usage,
            _ => Exit::Refused,
        }
    }

    /// The error as it is printed, about the subject of the command: for a person, or as JSON for a program. Empty if
    /// nobody is left to read it.
    pub fn report(&self, subject: &Subject, json: bool) -> String {
        if self.exit() == Exit::ReaderGone {
            return String::new();
        }
        let explanation = Explanation::of(self, subject);
        if json {
            explanation.to_json()
        } else {
            explanation.to_text()
        }
    }
}

#[cfg(test)]
mod tests;
