//! Refusals: why a call is not done, as a program reads it.

use rollcall_domain::FailureCode;

/// The canonical codes of gRPC that refusals have, by their numbers in `google.rpc.Code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GrpcCode {
    /// The caller gave the call up.
    Cancelled = 1,
    /// The request is wrong, whatever the state of things.
    InvalidArgument = 3,
    /// The call took as long as it may.
    DeadlineExceeded = 4,
    /// It does not exist, or belongs to another tenant.
    NotFound = 5,
    /// Another owner has it already.
    AlreadyExists = 6,
    /// The caller may not do this.
    PermissionDenied = 7,
    /// More than there is room for now.
    ResourceExhausted = 8,
    /// The state of things does not allow it before something else is done.
    FailedPrecondition = 9,
    /// It changed under the caller, who may read it again and retry.
    Aborted = 10,
    /// The server does not know how to answer this.
    Unimplemented = 12,
    /// A fault that a retry does not mend.
    Internal = 13,
    /// A fault that may pass.
    Unavailable = 14,
}

impl GrpcCode {
    /// The number in `google.rpc.Code`.
    pub const fn number(self) -> i32 {
        self as i32
    }
}

/// Declares the refusals: a value, its code and its text stand in one line.
macro_rules! refusals {
    ($( $(#[$doc:meta])* $value:ident = $code:ident $text:literal, )+) => {
        /// Refusals and failures of calls: the reason of `google.rpc.ErrorInfo`. Texts are stable: programs depend on
        /// them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Refusal { $( $(#[$doc])* $value, )+ }

        impl Refusal {
            /// Every refusal, in the order of declaration.
            pub const ALL: &'static [Self] = &[$( Self::$value, )+];

            /// The stable text.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$value => $text, )+ }
            }

            /// The code that the call ends with.
            pub const fn code(self) -> GrpcCode {
                match self { $( Self::$value => GrpcCode::$code, )+ }
            }
        }
    };
}

refusals! {
    // Any call.
    /// Fields of the request are wrong.
    InvalidFields = InvalidArgument "INVALID_FIELDS",
    /// The request is no message of the method, or no gRPC at all.
    RequestUnreadable = InvalidArgument "REQUEST_UNREADABLE",
    /// The request is larger than the method takes.
    RequestTooLarge = ResourceExhausted "REQUEST_TOO_LARGE",
    /// The request is compressed, which no server accepts.
    RequestCompressed = Unimplemented "REQUEST_COMPRESSED",
    /// The request did not arrive in time.
    RequestLate = DeadlineExceeded "REQUEST_LATE",
    /// The answer was not read in time.
    AnswerNotRead = ResourceExhausted "ANSWER_NOT_READ",
    /// No service of the server has the method.
    UnknownMethod = Unimplemented "UNKNOWN_METHOD",
    /// The server has no service of which the health is asked.
    UnknownService = NotFound "UNKNOWN_SERVICE",
    /// The page token is not one of this query.
    PageToken = InvalidArgument "PAGE_TOKEN",
    /// Another change of the tenant is under way.
    TenantBusy = Aborted "TENANT_BUSY",
    /// The certificate of the call may not make it.
    CallerNotAllowed = PermissionDenied "CALLER_NOT_ALLOWED",
    /// The certificate of the call may not make it for this tenant, or not for all tenants.
    TenantNotAllowed = PermissionDenied "TENANT_NOT_ALLOWED",
    /// The call carries no assertion, and must.
    AssertionRequired = PermissionDenied "ASSERTION_REQUIRED",
    /// The assertion of the call is not valid, or is for another tenant.
    AssertionRefused = PermissionDenied "ASSERTION_REFUSED",
    /// The caller has as many calls open as one caller may.
    CallerLimit = ResourceExhausted "CALLER_LIMIT",
    /// The caller makes more calls in a second than one caller may.
    CallerRate = ResourceExhausted "CALLER_RATE",
    /// The server has as many calls open as it takes.
    ServerLimit = ResourceExhausted "SERVER_LIMIT",
    /// The caller gave the call up while it waited for its turn.
    GivenUp = Cancelled "GIVEN_UP",
    /// The deadline that the caller set passed before the answer.
    DeadlinePassed = DeadlineExceeded "DEADLINE_PASSED",
    /// The database, the broker or another part is away.
    Unavailable = Unavailable "UNAVAILABLE",
    /// The service failed.
    Internal = Internal "INTERNAL",

    // Settings and domains.
    /// Nothing is known of the tenant.
    NoTenant = NotFound "NO_TENANT",
    /// The tenant has no settings.
    NoSettings = NotFound "NO_SETTINGS",
    /// The tenant has no domains.
    NoDomains = FailedPrecondition "NO_DOMAINS",
    /// No password is stored, or it would be sent elsewhere than it was entered for.
    PasswordRequired = FailedPrecondition "PASSWORD_REQUIRED",
    /// Another caller has saved the settings, or the domains.
    EtagMismatch = Aborted "ETAG_MISMATCH",
    /// A domain belongs to another tenant, or is reserved for another.
    DomainUnavailable = AlreadyExists "DOMAIN_UNAVAILABLE",
    /// The tenant would have too many domains with those that are reserved for it.
    TooManyDomains = ResourceExhausted "TOO_MANY_DOMAINS",
    /// A domain that would be released is not reserved.
    DomainNotReserved = FailedPrecondition "DOMAIN_NOT_RESERVED",
    /// Live addresses are in a domain that would be dropped.
    DomainsInUse = FailedPrecondition "DOMAINS_IN_USE",

    // Runs.
    /// The tenant has no such run.
    NoRun = NotFound "NO_RUN",
    /// The run is over.
    RunFinished = FailedPrecondition "RUN_FINISHED",
    /// Only a run that SUCCEEDED or is HELD has rows.
    RunHasNoRows = FailedPrecondition "RUN_HAS_NO_ROWS",
    /// The rows were kept for their time.
    RowsExpired = FailedPrecondition "ROWS_EXPIRED",
    /// Newer runs took the place of this one's rows.
    SummaryOnly = FailedPrecondition "SUMMARY_ONLY",
    /// The tenant was given its share of manual runs.
    TooManyRuns = ResourceExhausted "TOO_MANY_RUNS",
    /// The run to compare with is not a preview that SUCCEEDED.
    NotAPreview = FailedPrecondition "NOT_A_PREVIEW",
    /// Too many exports are under way.
    ExportsBusy = ResourceExhausted "EXPORTS_BUSY",
    /// The service restarts while a run is watched.
    WatchEnded = Unavailable "WATCH_ENDED",
    /// A run was watched for as long as one call may.
    WatchTooLong = DeadlineExceeded "WATCH_ENDED",

    // Approvals.
    /// The run is not HELD.
    NotHeld = FailedPrecondition "NOT_HELD",
    /// A HELD run whose reason no approval answers.
    NotApprovable = FailedPrecondition "NOT_APPROVABLE",
    /// A later run is HELD.
    NotNewestHeld = FailedPrecondition "NOT_NEWEST_HELD",
    /// The run has been HELD for too long.
    ApprovalExpired = FailedPrecondition "APPROVAL_EXPIRED",
    /// The settings were saved after the run.
    SettingsChanged = FailedPrecondition "SETTINGS_CHANGED",
    /// The domains changed after the run.
    DomainsChanged = FailedPrecondition "DOMAINS_CHANGED",
    /// The removals were approved already.
    AlreadyApproved = FailedPrecondition "ALREADY_APPROVED",

    // Reverts.
    /// Only a sync that SUCCEEDED can be reverted.
    NotAFinishedSync = FailedPrecondition "NOT_A_FINISHED_SYNC",
    /// The run changed no account.
    NothingToRevert = FailedPrecondition "NOTHING_TO_REVERT",
    /// The run was reverted already.
    AlreadyReverted = FailedPrecondition "ALREADY_REVERTED",
    /// The run ended too long ago.
    RevertExpired = FailedPrecondition "REVERT_EXPIRED",

    // Pauses.
    /// The schedule is not paused.
    NotPaused = FailedPrecondition "NOT_PAUSED",
    /// The settings have no schedule.
    NoSchedule = FailedPrecondition "NO_SCHEDULE",
    /// Only a new credential ends this pause.
    CredentialsRefused = FailedPrecondition "CREDENTIALS_REFUSED",
    /// The operator paused all schedules.
    FleetPaused = FailedPrecondition "FLEET_PAUSED",

    // Connection tests.
    /// No worker took the test in time.
    NoWorker = Unavailable "NO_WORKER",
    /// The test was not over in time.
    TestOverdue = DeadlineExceeded "TEST_OVERDUE",
    /// As many tests are under way as the deployment allows.
    TooManyTests = ResourceExhausted "TOO_MANY_TESTS",
    /// As many tests are under way as one caller may have.
    TooManyTestsOfCaller = ResourceExhausted "TOO_MANY_TESTS_OF_CALLER",
    /// As many tests are under way as one tenant may have.
    TooManyTestsOfTenant = ResourceExhausted "TOO_MANY_TESTS_OF_TENANT",

    // Accounts.
    /// The tenant has no such account.
    NoAccount = NotFound "NO_ACCOUNT",
    /// The account is removed.
    AlreadyRemoved = FailedPrecondition "ALREADY_REMOVED",
    /// The account is live.
    NotRemoved = FailedPrecondition "NOT_REMOVED",
    /// The account is protected.
    Protected = FailedPrecondition "PROTECTED",
    /// An address belongs to another account.
    AddressTaken = AlreadyExists "ADDRESS_TAKEN",
    /// An address is in none of the tenant's domains.
    DomainNotRegistered = FailedPrecondition "DOMAIN_NOT_REGISTERED",
    /// The directory has what would be changed.
    HeldByDirectory = FailedPrecondition "HELD_BY_DIRECTORY",

    // A worker's calls.
    /// The stream of a submission does not keep to its form.
    InvalidSubmission = InvalidArgument "INVALID_SUBMISSION",
    /// The lease is no longer the caller's.
    Fenced = FailedPrecondition "FENCED",
    /// The settings changed while the run was reading.
    SettingsChangedDuringRun = Aborted "SETTINGS_CHANGED",
    /// The read cannot pass for the last applied one.
    NotUnchanged = FailedPrecondition "NOT_UNCHANGED",
    /// The read is larger than the deployment takes.
    ReadTooLarge = ResourceExhausted "READ_TOO_LARGE",
    /// An object has more addresses than are accepted.
    TooManyAddresses = ResourceExhausted "TOO_MANY_ADDRESSES",
    /// The plan has no end in sight.
    TooEntangled = ResourceExhausted "TOO_ENTANGLED",
    /// Disabled users are excluded, and no user of the read shows whether it is disabled.
    CannotTellDisabled = FailedPrecondition "CANNOT_TELL_DISABLED",
}

impl Refusal {
    /// The refusal with this text. Two texts stand for two refusals each, which only the number of the code tells apart.
    pub fn parse(code: i32, text: &str) -> Option<Self> {
        let mut named = Self::ALL.iter().filter(|refusal| refusal.as_str() == text);
        let first = *named.next()?;
        let exact = named.find(|refusal| refusal.code().number() == code);
        Some(exact.copied().unwrap_or(first))
    }

    /// The failure of a run whose read is refused, and would be refused again. `None` for refusals of anything else.
    pub fn failure(self) -> Option<FailureCode> {
        match self {
            Self::ReadTooLarge => Some(FailureCode::ReadTooLarge),
            Self::TooManyAddresses => Some(FailureCode::TooManyAddresses),
            Self::TooEntangled => Some(FailureCode::Entangled),
            Self::CannotTellDisabled => Some(FailureCode::CannotTellDisabled),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
