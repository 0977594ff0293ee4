//! Advice for errors for which there is some.

mod refusal;

use rollcall_client::{CertificateError, EndpointError, Error as Call, Newest};
use rollcall_terms::Refusal;
use tonic::Code;

use super::{Error, fill::fill};
use crate::args::{Subject, variable};

/// One sentence or two, if there is something that helps, with the names of the command's subject.
pub(super) fn find(error: &Error, subject: &Subject) -> Option<String> {
    Some(match error {
        Error::Call(call) => return of_call(call, subject),
        Error::Domains { call, .. } => return of_domains(call, subject),
        Error::Account { call, .. } => return of_call(call, subject),
        Error::NotItsAddress { tenant, account, .. } => {
            format!("Its addresses: rollcall account show {tenant} {account}")
        }
        Error::DropsPrimary { .. } => {
            "Give the new primary address as well, with --primary ADDRESS.".to_owned()
        }
        Error::NoSuchDomain { tenant, .. } => format!("Its domains: rollcall domains show {tenant}"),
        Error::UnknownTenant { tenant } => format!(
            "Check its id (rollcall settings list shows the tenants that have settings). A new tenant begins with its \
             domains: rollcall domains add {tenant} DOMAIN"
        ),
        Error::Password { .. } => {
            "Use --password-file FILE or --password-stdin where there is no terminal.".to_owned()
        }
        Error::NoSuchAccount { tenant, removed, .. } => {
            if *removed {
                format!("It may still be live: rollcall accounts {tenant}")
            } else {
                format!("It may have been removed: rollcall accounts {tenant} --removed")
            }
        }
        Error::SeveralAccounts { .. } => "Give the account's id instead.".to_owned(),
        Error::PortNeeded { port, .. } => {
            format!("Give the port as well; --port {port} keeps it, and --port 0 takes the mode's own.")
        }
        Error::NobodyToAsk => "Check what it would do, then repeat the command with --yes.".to_owned(),
        Error::Read { .. }
        | Error::Write { .. }
        | Error::Print { .. }
        | Error::Answer { .. }
        | Error::TwoOutputs
        | Error::EmptyPassword => return None,
    })
}

fn of_domains(call: &Call, subject: &Subject) -> Option<String> {
    let advice = match call.refusal() {
        Some(Refusal::EtagMismatch) => {
            "Someone else has changed the domains since you read them. Nothing was saved: review them with rollcall domains show \
             TENANT, and try again."
        }
        _ => return of_call(call, subject),
    };
    Some(fill(advice, subject))
}

fn of_call(call: &Call, subject: &Subject) -> Option<String> {
    Some(match call {
        Call::Unreachable { service, .. } => format!(
            "Is {service} running, and is {} (or --{service}-url) its address? With mutual TLS, the address begins \
             with https: and ROLLCALL_CA_FILE, ROLLCALL_CLIENT_CERT_FILE and ROLLCALL_CLIENT_KEY_FILE name the \
             certificates.",
            variable(*service),
        ),
        Call::Silent { service, .. } => format!(
            "Is it {service} that listens there ({}, or --{service}-url), and does no firewall or proxy stand in between? \
             An address that begins with https: needs a service with TLS. If the service is only slow, raise --timeout or \
             --connect-timeout.",
            variable(*service),
        ),
        Call::Refused { status, .. } => {
            let refusal = call.refusal().and_then(refusal::advice);
            // The address that was refused need not be the one that the command line names.
            let about = call.detail("address").map(|address| Subject {
                address: Some(address),
                ..subject.clone()
            });
            let subject = about.as_ref().unwrap_or(subject);
            fill(refusal.or_else(|| of_code(status.code()))?, subject)
        }
        Call::Url { service, .. } => format!(
            "Set {} to something like http://127.0.0.1:7101 or https://host:7101.",
            variable(*service)
        ),
        Call::OtherService { service, .. } => format!(
            "Set {} (or --{service}-url) to the address of {service}.",
            variable(*service)
        ),
        Call::Certificates(error) => of_certificates(error)?.to_owned(),
        Call::Assertion { .. } => {
            "Set ROLLCALL_ASSERTION_FILE (or --assertion-file) to a file that holds the token, and nothing else."
                .to_owned()
        }
        Call::AssertionInClear { service, .. } => format!(
            "Set {} (or --{service}-url) to an address that begins with https:, or call without an assertion.",
            variable(*service)
        ),
        Call::NoRunYet {
            tenant,
            meant: Newest::Held,
        } => format!("No run is waiting for approval. The tenant's runs: rollcall runs {tenant}"),
        Call::NoRunYet { tenant, .. } => {
            format!("Start one: rollcall preview {tenant}, or rollcall sync {tenant}.")
        }
        Call::LostSight { tenant, run, .. } => {
            format!("The run continues. Follow it with: rollcall run {tenant} {run} --wait")
        }
        Call::Incomplete { .. } => OTHER_VERSION.to_owned(),
    })
}

fn of_certificates(error: &EndpointError) -> Option<&'static str> {
    match error {
        EndpointError::NoCa => Some("Set ROLLCALL_CA_FILE, or use --tls-ca-file."),
        EndpointError::HalfIdentity => {
            Some("Set both ROLLCALL_CLIENT_CERT_FILE and ROLLCALL_CLIENT_KEY_FILE.")
        }
        EndpointError::Certificates(CertificateError::Purpose { .. }) => {
            Some("Set ROLLCALL_CLIENT_CERT_FILE to a client certificate; a server's is refused.")
        }
        EndpointError::Url(_) | EndpointError::Certificates(CertificateError::Read { .. }) => None,
        EndpointError::Certificates(_) => {
            Some("Check that the files hold PEM, and that the key belongs to the certificate.")
        }
    }
}

const OTHER_VERSION: &str =
    "The service and this command may be of different versions: update the older one.";

fn of_code(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::Unavailable | Code::DeadlineExceeded => "Try again in a moment.",
        Code::ResourceExhausted => "The service is busy. Try again in a moment.",
        Code::Unauthenticated | Code::PermissionDenied => {
            "Is this the right client certificate \
             (ROLLCALL_CLIENT_CERT_FILE)?"
        }
        Code::Unimplemented => OTHER_VERSION,
        Code::Internal | Code::Unknown | Code::DataLoss => {
            "This is a fault in the service: its log says more."
        }
        _ => return None,
    })
}
