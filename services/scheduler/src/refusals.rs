//! What is refused and how that is told, and how ids are read: all in one place, so that one refusal has one text.

use rollcall_chassis::status::{ApiError, Violations};
use rollcall_domain::{RunId, TenantId};
use tonic::Code;

/// The tenant that a call is about.
pub(crate) fn parse_tenant(text: &str) -> Result<TenantId, ApiError> {
    parsed("tenant_id", TenantId::parse(text))
}

/// A run that a call is about, by the field that names it.
pub(crate) fn parse_run(field: &str, text: &str) -> Result<RunId, ApiError> {
    parsed(field, RunId::parse(text))
}

fn parsed<T, E: std::fmt::Display>(field: &str, result: Result<T, E>) -> Result<T, ApiError> {
    let mut violations = Violations::default();
    violations
        .check(field, result)
        .ok_or_else(|| violations.into_error())
}

/// A refusal whose text never varies.
macro_rules! refusals {
    ($($name:ident = $kind:ident $reason:literal: $message:literal;)+) => {$(
        pub(crate) fn $name() -> ApiError {
            ApiError::$kind($reason, $message)
        }
    )+};
}

refusals! {
    no_settings = not_found "NO_SETTINGS": "The tenant has no sync settings: save them first.";
    no_run = not_found "NO_RUN": "The tenant has no such run.";
    no_domains = failed_precondition "NO_DOMAINS":
        "The tenant has no domains, and only addresses of its own domains can be imported: add a domain first.";
    no_password = failed_precondition "PASSWORD_REQUIRED": "No password is stored: give one.";
    password_elsewhere = failed_precondition "PASSWORD_REQUIRED":
        "Hosts, port, security, CA certificates or username changed: give the password again.";
    etag_mismatch = aborted "ETAG_MISMATCH":
        "The settings were changed meanwhile: read them again, then save.";
    run_finished = failed_precondition "RUN_FINISHED": "The run is over: it cannot be cancelled.";

    not_a_preview = failed_precondition "NOT_A_PREVIEW":
        "The run to compare with is not a preview that succeeded: name the preview that was looked at.";
    rows_expired = failed_precondition "ROWS_EXPIRED":
        "What the preview showed is not kept any more: look at a new preview first.";

    not_held = failed_precondition "NOT_HELD": "The run is not HELD: there is nothing to approve.";
    not_approvable = failed_precondition "NOT_APPROVABLE":
        "The run is HELD because the directory or the portal changed after the preview: look at a new preview, then sync.";
    not_newest_held = failed_precondition "NOT_NEWEST_HELD":
        "A later run is HELD: look at what that one would remove, and approve it instead.";
    approval_expired = failed_precondition "APPROVAL_EXPIRED":
        "The run is HELD for more than 7 days: sync again, and approve what that run shows.";
    settings_changed = failed_precondition "SETTINGS_CHANGED":
        "The settings were saved after the run: sync again, and approve what that run shows.";
    domains_changed = failed_precondition "DOMAINS_CHANGED":
        "The tenant's domains changed after the run: sync again, and approve what that run shows.";
    already_approved = failed_precondition "ALREADY_APPROVED":
        "The run's removals were approved already, and the run that makes them waits, runs or has succeeded.";

    not_a_finished_sync = failed_precondition "NOT_A_FINISHED_SYNC":
        "Only a sync that succeeded can be taken back.";
    nothing_to_revert = failed_precondition "NOTHING_TO_REVERT":
        "The run changed no account: there is nothing to take back.";
    already_reverted = failed_precondition "ALREADY_REVERTED":
        "The run was taken back already, or the run that does so waits or runs.";
    revert_expired = failed_precondition "REVERT_EXPIRED":
        "The run ended more than 30 days ago: it cannot be taken back any more.";

    not_paused = failed_precondition "NOT_PAUSED": "The schedule is not paused.";
    no_schedule = failed_precondition "NO_SCHEDULE": "The settings have no schedule: there is none to resume.";
    credentials_refused = failed_precondition "CREDENTIALS_REFUSED":
        "The directory refused the credentials three times in a row: give the password again, or mend where it is sent.";
    fleet_paused = failed_precondition "FLEET_PAUSED":
        "The operator paused the schedules of all tenants, and alone can let them go on.";

    too_many_tests = resource_exhausted "TOO_MANY_TESTS":
        "Too many connections are being tested. Please try again later.";
}

/// Whose settings are to be tested is not said.
pub(crate) fn nothing_to_test() -> ApiError {
    let mut violations = Violations::default();
    violations.push(
        "tenant_id",
        "is required, unless settings are given: whose settings are to be tested?",
    );
    violations.into_error()
}

/// A pause or its end that names nothing.
pub(crate) fn nothing_named() -> ApiError {
    let mut violations = Violations::default();
    violations.push("schedules", "expected schedules, removals or both");
    violations.into_error()
}

/// Nobody took a connection's test.
pub(crate) fn no_worker() -> ApiError {
    ApiError::new(
        Code::Unavailable,
        "NO_WORKER",
        "No worker took the test in time: all are busy, or none runs. Please try again.",
    )
}

/// A test goes on for longer than anybody waits.
pub(crate) fn test_overdue() -> ApiError {
    ApiError::new(
        Code::DeadlineExceeded,
        "TEST_OVERDUE",
        "The test was not over within 3 minutes. What it found out so far holds.",
    )
}

/// What remains of a test cannot be heard any more.
pub(crate) fn test_lost() -> ApiError {
    ApiError::new(
        Code::Unavailable,
        "UNAVAILABLE",
        "The rest of the test was lost on its way. Please try again.",
    )
}
