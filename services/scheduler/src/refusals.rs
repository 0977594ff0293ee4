//! Refusals, their texts, and the reading of ids: all in one place, so that one refusal has one text.

use std::time::Duration;

use rollcall_chassis::status::{ApiError, Violations};
use rollcall_domain::{Days, RunId, TenantId};
use rollcall_terms::Refusal;

use crate::store::ManualRunLimit;

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
    ($($name:ident = $refusal:ident: $message:literal;)+) => {$(
        pub(crate) fn $name() -> ApiError {
            ApiError::new(Refusal::$refusal, $message)
        }
    )+};
}

refusals! {
    no_settings = NoSettings: "The tenant has no sync settings: save them first.";
    no_run = NoRun: "The tenant has no such run.";
    no_domains = NoDomains:
        "The tenant has no domains, and only addresses of its own domains can be imported: add a domain first.";
    no_password = PasswordRequired: "No password is stored: enter one.";
    password_elsewhere = PasswordRequired:
        "Hosts, port, security, CA certificates or username changed: enter the password again.";
    etag_mismatch = EtagMismatch:
        "The settings have been changed since you read them: read them again, then save.";
    run_finished = RunFinished: "The run has ended: it cannot be cancelled.";

    not_a_preview = NotAPreview:
        "The run to compare with is not a preview that succeeded: give the id of the preview you reviewed.";
    rows_expired = RowsExpired:
        "The preview's rows are no longer kept: review a new preview first.";
    preview_superseded = SummaryOnly:
        "Newer previews have replaced this one, and only its summary is kept: review a newer preview first.";

    not_held = NotHeld: "The run is not HELD: there is nothing to approve.";
    not_approvable = NotApprovable:
        "The run is HELD because the directory or the portal changed after the preview: review a new preview, then \
         sync.";
    not_newest_held = NotNewestHeld:
        "A later run is HELD: review what that run would remove, and approve it instead.";
    settings_changed = SettingsChanged:
        "The settings were saved after the run: sync again, and approve what that run shows.";
    domains_changed = DomainsChanged:
        "The tenant's domains changed after the run: sync again, and approve what that run shows.";
    already_approved = AlreadyApproved:
        "The run's removals have already been approved; the run that makes them is waiting, running or has succeeded.";

    not_a_finished_sync = NotAFinishedSync:
        "Only a sync that succeeded can be reverted.";
    nothing_to_revert = NothingToRevert:
        "The run changed no account: there is nothing to revert.";
    already_reverted = AlreadyReverted:
        "The run has already been reverted, or its revert is waiting or running.";

    not_paused = NotPaused: "The schedule is not paused.";
    no_schedule = NoSchedule: "The settings have no schedule: there is none to resume.";
    credentials_refused = CredentialsRefused:
        "The directory refused the credentials three times in a row: enter the password again, or correct the server \
         it is sent to.";
    fleet_paused = FleetPaused:
        "The operator has paused the schedules of all tenants; only the operator can resume them.";

    too_many_tests = TooManyTests:
        "Too many connection tests are running for all customers. Try again in a minute.";
}

/// A HELD run that can no longer be approved.
pub(crate) fn approval_expired(period: Days) -> ApiError {
    ApiError::new(
        Refusal::ApprovalExpired,
        format!("The run has been HELD for more than {period}: sync again, and approve what that run shows."),
    )
}

/// A sync that can no longer be reverted.
pub(crate) fn revert_expired(period: Days) -> ApiError {
    ApiError::new(
        Refusal::RevertExpired,
        format!("The run ended more than {period} ago: it can no longer be reverted."),
    )
}

/// A tenant that had its share of manual runs.
pub(crate) fn too_many_runs(limit: ManualRunLimit, wait: Duration) -> ApiError {
    let minutes = |time: Duration| time.as_secs().div_ceil(60).max(1);
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    let (period, again) = (minutes(limit.period), minutes(wait));
    let message = format!(
        "The tenant had {} manual run{} in the last {period} minute{}, which is the limit: try again in {again} \
         minute{}. Scheduled syncs are not affected.",
        limit.runs,
        plural(limit.runs.into()),
        plural(period),
        plural(again),
    );
    ApiError::new(Refusal::TooManyRuns, message)
        .with("limit", limit.runs.to_string())
        .with("period_seconds", limit.period.as_secs().to_string())
        // The next whole second: at the moment itself the run still counts.
        .retry_after(Duration::from_secs(wait.as_secs() + 1))
}

/// A test is refused that does not say whose settings it concerns.
pub(crate) fn nothing_to_test() -> ApiError {
    let mut violations = Violations::default();
    violations.push(
        "tenant_id",
        "is required unless settings are given: it says which settings to test",
    );
    violations.into_error()
}

/// One caller has as many tests under way as it may.
pub(crate) fn too_many_tests_of_caller(most: usize) -> ApiError {
    let message = format!(
        "You have {most} connection tests running, which is the limit. Try again when one of them has ended."
    );
    ApiError::new(Refusal::TooManyTestsOfCaller, message)
}

/// One tenant has as many tests under way as it may.
pub(crate) fn too_many_tests_of_tenant(most: usize) -> ApiError {
    let message = format!(
        "{most} connection tests are running for this customer, which is the limit. Try again when one of them has \
         ended."
    );
    ApiError::new(Refusal::TooManyTestsOfTenant, message)
}

/// A pause or its end that names nothing.
pub(crate) fn nothing_named() -> ApiError {
    let mut violations = Violations::default();
    violations.push("schedules", "expected schedules, removals or both");
    violations.into_error()
}

/// No worker took a connection's test.
pub(crate) fn no_worker() -> ApiError {
    ApiError::new(
        Refusal::NoWorker,
        "No worker took the test in time: all are busy, or none is running. Try again.",
    )
}

/// A test goes on for longer than any caller waits.
pub(crate) fn test_overdue() -> ApiError {
    ApiError::new(
        Refusal::TestOverdue,
        "The test did not end within 3 minutes. The steps reported so far are valid.",
    )
}

/// The rest of a test cannot be heard any more.
pub(crate) fn test_lost() -> ApiError {
    ApiError::new(
        Refusal::Unavailable,
        "The rest of the test was lost in transit. Try again.",
    )
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};
    use tonic_types::StatusExt as _;

    use super::{Duration, ManualRunLimit, too_many_runs};

    #[test]
    fn too_many_runs_says_when_to_try_again_to_people_and_to_programs() {
        let limit = ManualRunLimit {
            runs: 10,
            period: Duration::from_mins(10),
        };
        let status = Status::from(too_many_runs(limit, Duration::from_millis(61_500)));
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert!(
            status.message().contains("10 manual runs in the last 10 minutes"),
            "{status:?}"
        );
        assert!(status.message().contains("again in 2 minutes"), "{status:?}");
        let retry = status
            .get_details_retry_info()
            .and_then(|retry| retry.retry_delay);
        assert_eq!(retry, Some(Duration::from_secs(62)));
    }
}
