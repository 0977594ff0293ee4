//! Errors of the service, and what a caller learns of them.

mod account;

use rollcall_chassis::status::{ApiError, Violations};
use rollcall_domain::{
    MOST_CLAIMS_OF_OBJECT, edit::EditRefused, plan::PlanError, sentences::refusal as sentences,
};
use rollcall_terms::{Refusal, object::MalformedObject};
use tonic::Status;

pub(crate) use account::AccountRefused;

/// Reason why a call is refused or failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReconcileError {
    /// Fields of the request are wrong.
    #[error("the request is malformed")]
    Malformed(Violations),
    /// The stream of a submission does not keep to its form, or is not whole.
    #[error("the submission is refused: {0}")]
    Submission(&'static str),
    /// More comes over the network than this deployment takes.
    #[error(
        "the read is larger than {limit_mib} MiB, the largest that is accepted (limits.largest_read_mib of \
         rollcall-reconcile)"
    )]
    BeyondLargest { limit_mib: usize },
    /// Deciding on the read, or reverting a sync, takes more memory than one run can ever have.
    #[error(
        "deciding on it takes {needed_mib} MiB of memory, which is more than one run can have: \
         limits.commits_mib of rollcall-reconcile would have to be {setting_mib} or more"
    )]
    BeyondMemory { needed_mib: usize, setting_mib: usize },
    /// An object carries more claims than are accepted.
    #[error("{dn} has {claims} addresses; at most {MOST_CLAIMS_OF_OBJECT} of one object are accepted")]
    TooManyAddresses { dn: String, claims: usize },
    /// The plan has no end in sight.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Disabled users are excluded, and none of the users shows whether it is disabled.
    #[error(
        "none of the {users} users that were read shows whether it is disabled, and the settings exclude disabled users"
    )]
    CannotTellDisabled { users: u64 },
    /// Another transaction has the tenant's lock, and others wait for it already.
    #[error("the tenant is locked")]
    TenantBusy,
    /// The lease is not the caller's any more.
    #[error("the run now belongs to another worker, or has ended")]
    Fenced,
    /// The settings are not those that BeginRun answered.
    #[error("the settings changed while the run was reading")]
    SettingsChanged,
    /// The read cannot pass for the last applied one.
    #[error("the read, or an input of the decision, has changed")]
    NotUnchanged,
    /// A domain belongs to another tenant, or is reserved for another.
    #[error("the domain {name} is not available")]
    DomainUnavailable { name: String },
    /// The tenant would have too many domains with those that are reserved for it.
    #[error("the tenant has {reserved} reserved domains, and too many with those that it would own")]
    TooManyDomains { reserved: u64, most: u64 },
    /// A domain that would be released is not reserved.
    #[error("the domain {name} is not reserved")]
    DomainNotReserved { name: String },
    /// The domains are not those that the caller read.
    #[error("the tenant's domains changed since they were read")]
    DomainsChanged,
    /// Domains would be dropped that addresses are in.
    #[error("domains that addresses are in would be dropped")]
    DomainsInUse {
        /// Each with its addresses, by name.
        in_use: Vec<(String, u64)>,
    },
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

impl From<EditRefused> for ReconcileError {
    fn from(refused: EditRefused) -> Self {
        Self::Account(refused.into())
    }
}

impl From<MalformedObject> for ReconcileError {
    fn from(_: MalformedObject) -> Self {
        Self::Submission("an object's id, address or type is malformed")
    }
}

impl From<ReconcileError> for Status {
    fn from(error: ReconcileError) -> Self {
        let told = error.to_string();
        match error {
            ReconcileError::Malformed(violations) => violations.into_error(),
            ReconcileError::Submission(_) => ApiError::new(Refusal::InvalidSubmission, told),
            ReconcileError::BeyondLargest { .. } | ReconcileError::BeyondMemory { .. } => {
                ApiError::new(Refusal::ReadTooLarge, told)
            }
            ReconcileError::TooManyAddresses { .. } => ApiError::new(Refusal::TooManyAddresses, told),
            ReconcileError::Plan(PlanError::Entangled { .. }) => ApiError::new(Refusal::TooEntangled, told),
            ReconcileError::Plan(PlanError::Stopped) => ApiError::unavailable("a plan", &error),
            ReconcileError::CannotTellDisabled { .. } => ApiError::new(Refusal::CannotTellDisabled, told),
            ReconcileError::TenantBusy => ApiError::tenant_busy(),
            ReconcileError::Fenced => ApiError::new(Refusal::Fenced, told),
            ReconcileError::SettingsChanged => ApiError::new(Refusal::SettingsChangedDuringRun, told),
            ReconcileError::NotUnchanged => ApiError::new(Refusal::NotUnchanged, told),
            ReconcileError::DomainUnavailable { name } => {
                let told = sentences::domain_unavailable(&name);
                ApiError::new(Refusal::DomainUnavailable, told).with("domain", name)
            }
            ReconcileError::TooManyDomains { reserved, most } => ApiError::new(
                Refusal::TooManyDomains,
                sentences::too_many_domains(reserved, most),
            ),
            ReconcileError::DomainNotReserved { name } => {
                ApiError::new(Refusal::DomainNotReserved, sentences::domain_not_reserved(&name))
            }
            ReconcileError::DomainsChanged => {
                ApiError::new(Refusal::EtagMismatch, sentences::DOMAINS_ETAG_MISMATCH)
            }
            ReconcileError::DomainsInUse { in_use } => {
                ApiError::new(Refusal::DomainsInUse, sentences::domains_in_use(&in_use))
            }
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
