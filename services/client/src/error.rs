//! Errors of calls.

use std::{error::Error as StdError, io, path::PathBuf, time::Duration};

use rollcall_terms::Refusal;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{EndpointError, Service, newest::Newest};

/// Reasons why a front end has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A service is not there, or does not talk to us.
    #[error("{service} cannot be reached at {url}")]
    Unreachable {
        /// The service.
        service: Service,
        /// Address at which it was looked for.
        url: String,
        /// The cause.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// Something accepts connections at a service's address, or takes no notice of them, and does not answer.
    #[error("{service} at {url} has not answered within {} s", waited.as_secs())]
    Silent {
        /// The service.
        service: Service,
        /// Address at which it was looked for.
        url: String,
        /// Time that it had.
        waited: Duration,
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
    #[error("the address of {service}, \"{url}\", is not a URL")]
    Url {
        /// The service.
        service: Service,
        /// The given text.
        url: String,
    },
    /// Another service, or something that is none of ours, answers at a service's address.
    #[error("{}", leads_elsewhere(*service, url, *found))]
    OtherService {
        /// The service that was looked for.
        service: Service,
        /// Its address, as given.
        url: String,
        /// The service that answers there, if it is one of ours.
        found: Option<Service>,
    },
    /// The certificates for mutual TLS are missing or no such thing.
    #[error(transparent)]
    Certificates(EndpointError),
    /// The file of the assertion is missing, or holds none.
    #[error("no assertion can be read from {}", path.display())]
    Assertion {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// An assertion would be sent in clear beyond this machine.
    #[error("{service} at {url} is called without TLS, so the assertion could be read on its way")]
    AssertionInClear {
        /// The service.
        service: Service,
        /// Its address, as given.
        url: String,
    },
    /// A service answered without something that it owes.
    #[error("{service} answered without {what}")]
    Incomplete {
        /// The service.
        service: Service,
        /// The missing part.
        what: &'static str,
    },
    /// The tenant has no run that could be meant.
    #[error("tenant {tenant} has no run{}", meant.words())]
    NoRunYet {
        /// The tenant.
        tenant: String,
        /// Kind of run that was looked for.
        meant: Newest,
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

    /// The error of a service that said nothing for so long.
    pub(crate) fn silent(service: Service, url: &str, waited: Duration) -> Self {
        Self::Silent {
            service,
            url: url.to_owned(),
            waited,
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

    /// The error of a service to which there is no way.
    pub(crate) fn no_way(service: Service, error: EndpointError) -> Self {
        match error {
            EndpointError::Url(url) => Self::Url { service, url },
            error => Self::Certificates(error),
        }
    }

    /// The service's refusal, if it is one of those that the contract names.
    pub fn refusal(&self) -> Option<Refusal> {
        let Self::Refused { status, .. } = self else {
            return None;
        };
        let info = status.get_details_error_info()?;
        Refusal::parse(status.code().into(), &info.reason)
    }

    /// The stable code of the refusal, as the service gave it; `None` if it gave none.
    pub fn reason(&self) -> Option<String> {
        let Self::Refused { status, .. } = self else {
            return None;
        };
        let info = status.get_details_error_info()?;
        Some(info.reason).filter(|reason| !reason.is_empty())
    }

    /// A detail of the refusal by its name in the contract, such as `address`.
    pub fn detail(&self, name: &str) -> Option<String> {
        let Self::Refused { status, .. } = self else {
            return None;
        };
        status.get_details_error_info()?.metadata.remove(name)
    }

    /// The service that does not know the call: another one answers at its address, or one of another version.
    pub(crate) fn ignorant(&self) -> Option<Service> {
        match self {
            Self::Refused { service, status } if status.code() == Code::Unimplemented => Some(*service),
            _ => None,
        }
    }

    /// The wrong fields of the request, each with its problem.
    pub fn fields(&self) -> Vec<(String, String)> {
        let Self::Refused { status, .. } = self else {
            return Vec::new();
        };
        let bad_request = status.get_details_bad_request().into_iter();
        bad_request
            .flat_map(|bad| bad.field_violations)
            .map(|wrong| (wrong.field, wrong.description))
            .collect()
    }

    /// True if no service could answer at all.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Silent { .. } => true,
            Self::Refused { status, .. } => status.code() == Code::Unavailable,
            Self::LostSight { source, .. } => source.is_unreachable(),
            _ => false,
        }
    }

    /// True if the same call may well succeed a little later.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Silent { .. } => true,
            // The same request stays too large.
            Self::Refused { .. } if self.refusal() == Some(Refusal::RequestTooLarge) => false,
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
}

fn leads_elsewhere(service: Service, url: &str, found: Option<Service>) -> String {
    match found {
        Some(found) => format!("the address of {service}, {url}, leads to {found}"),
        None => format!("what answers at {url} is not {service}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    fn refused(code: Code, details: ErrorDetails) -> Error {
        let status = Status::with_error_details(code, "", details);
        Error::of_call(Service::Scheduler, "http://x", status)
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for (code, passes) in [
            (Code::Unavailable, true),
            (Code::Cancelled, true),
            (Code::NotFound, false),
            (Code::Internal, false),
        ] {
            assert_eq!(refused(code, ErrorDetails::new()).passes(), passes, "{code:?}");
        }
    }

    #[test]
    fn a_request_that_is_too_large_is_not_tried_again() {
        let named = |reason: &str| ErrorDetails::with_error_info(reason, "rollcall", HashMap::new());
        assert!(!refused(Code::ResourceExhausted, named("REQUEST_TOO_LARGE")).passes());
        assert!(refused(Code::ResourceExhausted, named("SERVER_LIMIT")).passes());
    }

    #[test]
    fn a_refusal_is_one_that_the_contract_names() {
        let named = |reason: &str| ErrorDetails::with_error_info(reason, "rollcall", HashMap::new());
        assert_eq!(
            refused(Code::FailedPrecondition, named("NO_DOMAINS")).refusal(),
            Some(Refusal::NoDomains)
        );
        assert_eq!(refused(Code::FailedPrecondition, named("NOVEL")).refusal(), None);
    }
}
