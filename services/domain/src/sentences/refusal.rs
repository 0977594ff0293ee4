//! Refused calls about settings, runs, schedules and lists. A field's error stands in [`super::field`], an account's in
//! [`super::account`].

use uuid::Uuid;

use crate::periods::Days;

// Settings.

/// The tenant has no settings.
pub const NO_SETTINGS: &str = "The tenant has no sync settings: save them first.";
/// The tenant has no domains.
pub const NO_DOMAINS: &str =
    "The tenant has no domains, and only addresses of its own domains can be imported: add a domain first.";
/// Neither a password is stored nor one was given.
pub const NO_PASSWORD: &str = "No password is stored: enter one.";
/// The stored password was entered for another server or user.
pub const PASSWORD_ELSEWHERE: &str =
    "Hosts, port, security, CA certificates or username changed: enter the password again.";
/// Another person saved the settings first.
pub const ETAG_MISMATCH: &str =
    "The settings have been changed since you read them: read them again, then save.";

/// Another person saved the domains first.
pub const DOMAINS_ETAG_MISMATCH: &str =
    "The domains have been changed since you read them: read them again, then save.";

/// Domains that are named before the rest is only counted.
const NAMED_DOMAINS: usize = 10;

/// Live addresses are in domains that would be dropped; each domain comes with their number.
pub fn domains_in_use(in_use: &[(String, u64)]) -> String {
    let named: Vec<_> = in_use
        .iter()
        .take(NAMED_DOMAINS)
        .map(|(domain, addresses)| {
            let plural = if *addresses == 1 { "" } else { "es" };
            format!("{domain} ({addresses} live address{plural})")
        })
        .collect();
    let more = match in_use.len().saturating_sub(NAMED_DOMAINS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "Domains that are in use would be dropped: {}{more}. Without its domain, an address is marked as stale by the \
         next sync, or removed if Remove Accounts is on.",
        named.join(", ")
    )
}

/// A domain belongs to another tenant, or is reserved for another: which of the two is not said.
pub fn domain_unavailable(domain: &str) -> String {
    format!(
        "The domain {domain} is not available: it is registered or reserved for another customer of the portal."
    )
}

/// A tenant registers new domains while many that it gave up are reserved for it.
pub fn too_many_domains(reserved: u64, most: u64) -> String {
    format!(
        "At most {most} domains may be registered and reserved for one customer. The {reserved} that it gave up stay \
         reserved for a time: register fewer new ones until then."
    )
}

/// A domain that would be released is not reserved.
pub fn domain_not_reserved(domain: &str) -> String {
    format!("The domain {domain} is not reserved: there is nothing to release.")
}

// Schedules.

/// Nothing is paused.
pub const NOT_PAUSED: &str = "The schedule is not paused.";
/// Nothing can be paused.
pub const NO_SCHEDULE: &str = "The settings have no schedule: there is none to resume.";
/// The directory refused the password.
pub const CREDENTIALS_REFUSED: &str = "The directory refused the credentials three times in a row: enter the \
                                       password again, or correct the server it is sent to.";
/// The operator's pause.
pub const FLEET_PAUSED: &str =
    "The operator has paused the schedules of all tenants; only the operator can resume them.";

// Runs.

/// No such run.
pub const NO_RUN: &str = "The tenant has no such run.";
/// Only a run that has not ended can be cancelled.
pub const RUN_FINISHED: &str = "The run has ended: it cannot be cancelled.";
/// A sync is to be compared with something else.
pub const NOT_A_PREVIEW: &str =
    "The run to compare with is not a preview that succeeded: give the id of the preview you reviewed.";
/// A sync is to be compared with rows that have expired.
pub const PREVIEW_EXPIRED: &str = "The preview's rows are no longer kept: review a new preview first.";
/// A sync is to be compared with rows that newer ones replaced.
pub const PREVIEW_SUPERSEDED: &str =
    "Newer previews have replaced this one, and only its summary is kept: review a newer preview first.";

/// The tenant had its share of manual runs in a period. Times are in minutes.
pub fn too_many_runs(runs: u32, period: u64, again: u64) -> String {
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    format!(
        "The tenant had {runs} manual run{} in the last {period} minute{}, which is the limit: try again in {again} \
         minute{}. Scheduled syncs are not affected.",
        plural(runs.into()),
        plural(period),
        plural(again),
    )
}

/// A tenant that the portal never named.
pub fn no_tenant(tenant: &str) -> String {
    format!("Tenant {tenant} is unknown: it has no domains, settings, runs or accounts.")
}

/// A run of another tenant, or none.
pub fn no_run_of(tenant: &str, run: Uuid) -> String {
    format!("Tenant {tenant} has no run {run}.")
}

// Approvals.

/// The run is not HELD.
pub const NOT_HELD: &str = "The run is not HELD: there is nothing to approve.";
/// No approval answers the reason for which it is HELD.
pub const NOT_APPROVABLE: &str = "The run is HELD because the directory or the portal changed after the preview: \
                                  review a new preview, then sync.";
/// Only the newest HELD run can be approved.
pub const NOT_NEWEST_HELD: &str =
    "A later run is HELD: review what that run would remove, and approve it instead.";
/// The settings changed.
pub const SETTINGS_CHANGED: &str =
    "The settings were saved after the run: sync again, and approve what that run shows.";
/// The domains changed.
pub const DOMAINS_CHANGED: &str =
    "The tenant's domains changed after the run: sync again, and approve what that run shows.";
/// Another run does what this one shows.
pub const ALREADY_APPROVED: &str = "The run has already been approved: the run that applies it is waiting, running or has \
                                    succeeded.";

/// A HELD run can no longer be approved.
pub fn approval_expired(period: Days) -> String {
    format!("The run has been HELD for more than {period}: sync again, and approve what that run shows.")
}

// Reverts that are asked for.

/// It is no sync, or none that succeeded.
pub const NOT_A_FINISHED_SYNC: &str = "Only a sync that succeeded can be reverted.";
/// The sync changed nothing.
pub const NOTHING_TO_REVERT: &str = "The run changed no account: there is nothing to revert.";
/// Another run reverts the sync.
pub const ALREADY_REVERTED: &str = "The run has already been reverted, or its revert is waiting or running.";

/// A sync can no longer be reverted.
pub fn revert_expired(period: Days) -> String {
    format!("The run ended more than {period} ago: it can no longer be reverted.")
}

// Connection tests.

/// The service has no place for another test.
pub const TOO_MANY_TESTS: &str =
    "Too many connection tests are running for all customers. Try again in a minute.";
/// No worker began the test.
pub const NO_WORKER: &str = "No worker took the test in time: all are busy, or none is running. Try again.";
/// The test goes on for longer than any caller waits.
pub const TEST_OVERDUE: &str = "The test did not end within 3 minutes. The steps reported so far are valid.";
/// The steps can no longer be received.
pub const TEST_LOST: &str = "The rest of the test was lost in transit. Try again.";

/// One caller has as many tests under way as it may.
pub fn too_many_tests_of_caller(most: usize) -> String {
    format!(
        "You have {most} connection tests running, which is the limit. Try again when one of them has ended."
    )
}

/// One tenant has as many tests under way as it may.
pub fn too_many_tests_of_tenant(most: usize) -> String {
    format!(
        "{most} connection tests are running for this customer, which is the limit. Try again when one of them has \
         ended."
    )
}

// Lists, rows and exports.

/// A page of another query.
pub const PAGE_TOKEN: &str = "The page token does not belong to this query. Start again at the first page.";
/// A page of another query than of settings.
pub const PAGE_TOKEN_OF_SETTINGS: &str =
    "The page token does not belong to ListSettings. Start again at the first page.";
/// The service has no place for another export.
pub const EXPORTS_BUSY: &str = "Too many exports are running. Try again in a moment.";

/// A run in this state has no rows.
pub fn no_rows(run: Uuid, state: &str) -> String {
    format!("Run {run} is {state}: only a run that SUCCEEDED or is HELD has rows.")
}

/// Newer runs replaced the rows of a preview, or else of a HELD run.
pub fn rows_superseded(run: Uuid, is_preview: bool) -> String {
    let newer = if is_preview { "previews" } else { "HELD runs" };
    format!(
        "Newer {newer} have replaced run {run}, and only its summary is kept. Review a newer one, or make a new preview."
    )
}

/// The rows of a run have expired.
pub fn rows_expired(run: Uuid) -> String {
    format!(
        "The rows of run {run} are no longer kept; its summary is still there. A new preview shows what a sync would do \
         now."
    )
}

// Watched runs.

/// The service stops.
pub const WATCH_ENDED: &str = "The service is restarting, and the run has not ended yet. Watch it again.";
/// The stream took as long as it may.
pub const WATCH_TOO_LONG: &str =
    "The watch has reached its limit, and the run has not ended yet. Watch it again.";
