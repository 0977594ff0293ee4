//! What can go wrong here, and what a caller is told of it.

use rollcall_chassis::status::{ApiError, Violations};
use tonic::Status;

use crate::accounts::AccountRefused;

/// Why a call is refused or failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReconcileError {
    /// Fields of the request are wrong.
    #[error("the request is malformed")]
    Malformed(Violations),
    /// The stream of a submission does not keep to its form, or is not whole.
    #[error("the submission is refused: {0}")]
    Submission(&'static str),
    /// The read is larger than this deployment takes.
    #[error("the read is larger than {limit} bytes")]
    TooLarge { limit: usize },
    /// Somebody else has the tenant's lock, and others wait for it already.
    #[error("the tenant is locked")]
    TenantBusy,
    /// The lease is not the caller's any more.
    #[error("the run is another worker's now, or over")]
    Fenced,
    /// The settings are not those that BeginRun answered.
    #[error("the settings changed while the run was reading")]
    SettingsChanged,
    /// The read cannot pass for the last applied one.
    #[error("the read, or something that decides on it, is not as it was")]
    NotUnchanged,
    /// A domain belongs to another tenant.
    #[error("the domain {name} is another tenant's")]
    DomainOwned { name: String },
    /// A write to an account cannot be.
    #[error(transparent)]
    Account(#[from] AccountRefused),
    /// A statement failed.
    #[error("cannot {operation}")]
    Database {
        operation: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// Something that was stored cannot be decoded.
    #[error("the stored {what} cannot be decoded")]
    Undecodable {
        what: &'static str,
        #[source]
        source: prost::DecodeError,
    },
    /// Something that was stored is not what it should be.
    #[error("the stored {what} is not valid")]
    Unreadable { what: &'static str },
    /// The work ended before it had a result: the process is on its way out, or there is a fault in it.
    #[error("the work was cut off")]
    CutOff,
}

/// Says which operation a database error comes from.
pub(crate) trait During<T> {
    /// `operation` completes the sentence "cannot …".
    fn during(self, operation: &'static str) -> Result<T, ReconcileError>;
}

impl<T> During<T> for Result<T, sqlx::Error> {
    fn during(self, operation: &'static str) -> Result<T, ReconcileError> {
        self.map_err(|source| ReconcileError::Database { operation, source })
    }
}

impl From<ReconcileError> for Status {
    fn from(error: ReconcileError) -> Self {
        let told = error.to_string();
        match error {
            ReconcileError::Malformed(violations) => violations.into_error(),
            ReconcileError::Submission(_) => ApiError::invalid_argument("INVALID_SUBMISSION", told),
            ReconcileError::TooLarge { .. } => ApiError::resource_exhausted("READ_TOO_LARGE", told),
            ReconcileError::TenantBusy => ApiError::tenant_busy(),
            ReconcileError::Fenced => ApiError::failed_precondition("FENCED", told),
            ReconcileError::SettingsChanged => ApiError::aborted("SETTINGS_CHANGED", told),
            ReconcileError::NotUnchanged => ApiError::failed_precondition("NOT_UNCHANGED", told),
            ReconcileError::DomainOwned { name } => ApiError::already_exists(
                "DOMAIN_OWNED",
                format!("The domain {name} belongs to another customer of the portal."),
            )
            .with("domain", name),
            ReconcileError::Account(refused) => refused.into(),
            ReconcileError::Database { .. } => ApiError::unavailable("a statement", &error),
            ReconcileError::CutOff => ApiError::unavailable("a run's work", &error),
            ReconcileError::Undecodable { .. } | ReconcileError::Unreadable { .. } => {
                ApiError::internal("reading what was stored", &error)
            }
        }
        .into()
    }
}
