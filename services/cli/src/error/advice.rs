//! Advice for errors for which there is some.

mod refusal;

use rollcall_terms::Refusal;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::Error;
use crate::newest::Newest;

/// One sentence or two, if there is something that helps.
pub(super) fn of(error: &Error) -> Option<String> {
    Some(match error {
        Error::Unreachable { service, .. } => format!(
            "Is {} running, and is {} (or --{}-url) its address? With mutual TLS, the address begins with https: \
             and ROLLCALL_CA_FILE, ROLLCALL_CLIENT_CERT_FILE and ROLLCALL_CLIENT_KEY_FILE name the certificates.",
            service.name(),
            service.variable(),
            service.name()
        ),
        Error::Refused { status, .. } => of_status(status)?.to_owned(),
        Error::Url { service, .. } => {
            format!(
                "Set {} to something like http://127.0.0.1:7101 or https://host:7101.",
                service.variable()
            )
        }
        Error::NoCa => "Set ROLLCALL_CA_FILE, or use --tls-ca-file.".to_owned(),
        Error::HalfIdentity => "Set both ROLLCALL_CLIENT_CERT_FILE and ROLLCALL_CLIENT_KEY_FILE.".to_owned(),
        Error::Tls { .. } => {
            "Check that the files hold PEM, and that the key belongs to the certificate.".to_owned()
        }
        Error::Password { .. } => {
            "Use --password-file FILE or --password-stdin where there is no terminal.".to_owned()
        }
        Error::NoRunYet {
            tenant,
            meant: Newest::Held,
        } => format!("No run is waiting for approval. The tenant's runs: rollcall runs {tenant}"),
        Error::NoRunYet { tenant, .. } => {
            format!("Start one: rollcall preview {tenant}, or rollcall sync {tenant}.")
        }
        Error::LostSight { tenant, run, .. } => {
            format!("The run continues. Follow it with: rollcall run {tenant} {run} --wait")
        }
        Error::NoSuchAccount { tenant, removed, .. } => {
            if *removed {
                format!("It may still be live: rollcall accounts {tenant}")
            } else {
                format!("It may have been removed: rollcall accounts {tenant} --removed")
            }
        }
        Error::SeveralAccounts { .. } => "Give the account's id instead.".to_owned(),
        Error::NobodyToAsk => "Check the rows, then repeat the command with --yes.".to_owned(),
        Error::Incomplete { .. } => OTHER_VERSION.to_owned(),
        Error::Read { .. }
        | Error::Write { .. }
        | Error::Print { .. }
        | Error::Answer { .. }
        | Error::EmptyPassword => return None,
    })
}

const OTHER_VERSION: &str =
    "The service and this command may be of different versions: update the older one.";

fn of_status(status: &Status) -> Option<&'static str> {
    let info = status.get_details_error_info();
    let refusal = info.and_then(|info| Refusal::parse(status.code().into(), &info.reason));
    refusal.and_then(refusal::of).or_else(|| of_code(status.code()))
}

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
