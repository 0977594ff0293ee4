//! Refusals and the reading of ids, so that each refusal has one code and one sentence.

use std::time::Duration;

use rollcall_chassis::status::{ApiError, Violations};
use rollcall_domain::{
    Days, RunId, TenantId,
    sentences::{field, refusal as sentences},
};
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
    ($($name:ident = $refusal:ident: $sentence:ident;)+) => {$(
        pub(crate) fn $name() -> ApiError {
            ApiError::new(Refusal::$refusal, sentences::$sentence)
        }
    )+};
}

refusals! {
    no_settings = NoSettings: NO_SETTINGS;
    no_run = NoRun: NO_RUN;
    no_domains = NoDomains: NO_DOMAINS;
    no_password = PasswordRequired: NO_PASSWORD;
    password_elsewhere = PasswordRequired: PASSWORD_ELSEWHERE;
    etag_mismatch = EtagMismatch: ETAG_MISMATCH;
    run_finished = RunFinished: RUN_FINISHED;

    not_a_preview = NotAPreview: NOT_A_PREVIEW;
    rows_expired = RowsExpired: PREVIEW_EXPIRED;
    preview_superseded = SummaryOnly: PREVIEW_SUPERSEDED;

    not_held = NotHeld: NOT_HELD;
    not_approvable = NotApprovable: NOT_APPROVABLE;
    not_newest_held = NotNewestHeld: NOT_NEWEST_HELD;
    settings_changed = SettingsChanged: SETTINGS_CHANGED;
    domains_changed = DomainsChanged: DOMAINS_CHANGED;
    already_approved = AlreadyApproved: ALREADY_APPROVED;

    not_a_finished_sync = NotAFinishedSync: NOT_A_FINISHED_SYNC;
    nothing_to_revert = NothingToRevert: NOTHING_TO_REVERT;
    already_reverted = AlreadyReverted: ALREADY_REVERTED;

    not_paused = NotPaused: NOT_PAUSED;
    no_schedule = NoSchedule: NO_SCHEDULE;
    credentials_refused = CredentialsRefused: CREDENTIALS_REFUSED;
    fleet_paused = FleetPaused: FLEET_PAUSED;

    page_token = PageToken: PAGE_TOKEN_OF_SETTINGS;

    too_many_tests = TooManyTests: TOO_MANY_TESTS;
    no_worker = NoWorker: NO_WORKER;
    test_overdue = TestOverdue: TEST_OVERDUE;
    test_lost = Unavailable: TEST_LOST;
}

/// A HELD run that can no longer be approved.
pub(crate) fn approval_expired(period: Days) -> ApiError {
    ApiError::new(Refusal::ApprovalExpired, sentences::approval_expired(period))
}

/// A sync that can no longer be reverted.
pub(crate) fn revert_expired(period: Days) -> ApiError {
    ApiError::new(Refusal::RevertExpired, sentences::revert_expired(period))
}

/// A tenant that had its share of manual runs.
pub(crate) fn too_many_runs(limit: ManualRunLimit, wait: Duration) -> ApiError {
    let minutes = |time: Duration| time.as_secs().div_ceil(60).max(1);
    let message = sentences::too_many_runs(limit.runs, minutes(limit.period), minutes(wait));
    ApiError::new(Refusal::TooManyRuns, message)
        .with("limit", limit.runs.to_string())
        .with("period_seconds", limit.period.as_secs().to_string())
        // The next whole second: at the moment itself the run still counts.
        .retry_after(Duration::from_secs(wait.as_secs() + 1))
}

/// A test is refused that does not say whose settings it concerns.
pub(crate) fn nothing_to_test() -> ApiError {
    let mut violations = Violations::default();
    violations.push("tenant_id", field::NOTHING_TO_TEST);
    violations.into_error()
}

/// One caller has as many tests under way as it may.
pub(crate) fn too_many_tests_of_caller(most: usize) -> ApiError {
    ApiError::new(
        Refusal::TooManyTestsOfCaller,
        sentences::too_many_tests_of_caller(most),
    )
}

/// One tenant has as many tests under way as it may.
pub(crate) fn too_many_tests_of_tenant(most: usize) -> ApiError {
    ApiError::new(
        Refusal::TooManyTestsOfTenant,
        sentences::too_many_tests_of_tenant(most),
    )
}

/// A pause or its end that names nothing.
pub(crate) fn nothing_named() -> ApiError {
    let mut violations = Violations::default();
    violations.push("schedules", field::NOTHING_TO_PAUSE);
    violations.into_error()
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
