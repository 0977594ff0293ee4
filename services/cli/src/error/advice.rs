//! What to do about an error, for those where we know it.

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::Error;

/// One sentence or two, if there is something that helps.
pub(super) fn of(error: &Error) -> Option<String> {
    Some(match error {
        Error::Unreachable { service, .. } => format!(
            "Is {} running, and is {} (or --{}-url) its address? With mutual TLS the address begins with https: \
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
        Error::NoRunYet { tenant, .. } => {
            format!("Start one: rollcall preview {tenant}, or rollcall sync {tenant}.")
        }
        Error::LostSight { tenant, run, .. } => {
            format!("The run goes on. Look again with: rollcall run {tenant} {run} --wait")
        }
        Error::Incomplete { .. } => OTHER_VERSION.to_owned(),
        Error::Read { .. } | Error::Write { .. } | Error::Print { .. } | Error::EmptyPassword => return None,
    })
}

const OTHER_VERSION: &str = "The service may be of another version than this command: update the older one.";

fn of_status(status: &Status) -> Option<&'static str> {
    let reason = status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default();
    of_reason(&reason).or_else(|| of_code(status.code()))
}

fn of_reason(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "NO_DOMAINS" => {
            "Only addresses of the tenant's own domains are imported: name them first with \
             rollcall domains put TENANT DOMAIN..."
        }
        "NO_SETTINGS" => {
            "Say where its directory is: rollcall settings put TENANT --host HOST ... \
             (rollcall settings list shows who has settings)."
        }
        "PASSWORD_REQUIRED" => {
            "Give the password with --password-file FILE, --password-stdin or --ask-password: a \
             stored one is only ever sent where it was meant for, so it is needed again when hosts, port, security, CA \
             certificates or username change."
        }
        "ETAG_MISMATCH" => {
            "Somebody else changed the settings in the meantime. Nothing was saved: look at them with \
             rollcall settings show TENANT, and try again."
        }
        "DOMAIN_OWNED" => {
            "A domain has one owner. Take it from the list, or have its owner give it up first."
        }
        "NO_RUN" => "The id is unknown, or another tenant's: rollcall runs TENANT lists the tenant's runs.",
        "RUN_FINISHED" => "There is nothing left to cancel: rollcall run TENANT RUN shows how it ended.",
        "RUN_HAS_NO_ROWS" => {
            "Only a run that SUCCEEDED has rows: rollcall run TENANT RUN shows where it stands."
        }
        "PAGE_TOKEN" => "The list changed while it was read: try again.",
        _ => return None,
    })
}

fn of_code(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::Unavailable | Code::DeadlineExceeded => "Try again in a moment.",
        Code::ResourceExhausted => "The service has its hands full: try again in a moment.",
        Code::Unauthenticated | Code::PermissionDenied => {
            "Is this the right client certificate \
             (ROLLCALL_CLIENT_CERT_FILE)?"
        }
        Code::Unimplemented => OTHER_VERSION,
        Code::Internal | Code::Unknown | Code::DataLoss => {
            "That is a fault of the service: its log tells more."
        }
        _ => return None,
    })
}
