//! The wall between tenants, tried with every statement of the scheduler.

use std::path::Path;

use rollcall_stores::Statements;

use super::*;

/// Statements about a tenant, with arguments for the tenant acme.
const OF_TENANT: &[(&str, &str)] = &[
    ("domain/names_of_tenant", "'acme'"),
    ("domain/tenant_has_any", "'acme'"),
    (
        "run_request/cancel",
        "'acme', '00000000-0000-0000-0000-000000000001'",
    ),
    ("run_request/cancel_of_tenant", "'acme'"),
    ("run_request/cancel_scheduled", "'acme'"),
    (
        "run_request/facts",
        "'acme', '00000000-0000-0000-0000-000000000002'",
    ),
    (
        "run_request/insert",
        "'00000000-0000-0000-0000-000000000009', 'acme', 'SYNC', 'MANUAL', NULL, NULL, NULL, now(), 'interactive', 'portal', 'ann'",
    ),
    ("run_request/last_failure", "'acme'"),
    ("run_request/manual_run_possible_time", "'acme', now(), 1, 3600"),
    (
        "run_request/promote",
        "'00000000-0000-0000-0000-000000000005', NULL, 'interactive', 'portal', 'ann'",
    ),
    (
        "run_request/state",
        "'acme', '00000000-0000-0000-0000-000000000001'",
    ),
    ("run_request/waiting", "'acme', 'SYNC', NULL"),
    ("settings/delete", "'acme'"),
    ("settings/lock", "'acme'"),
    ("settings/of_tenant", "'acme'"),
    ("settings/pause", "'acme'"),
    (
        "settings/put",
        "'acme', '', '', 'first', 1, 'UTC', now(), true, true, false",
    ),
    ("settings/resume", "'acme', now()"),
];
/// Statements about all tenants, which only the role for such work runs.
const OF_FLEET: &[&str] = &[
    "run_request/cancel_all_scheduled",
    "run_request/claim",
    "run_request/close_ended",
    "run_request/delete_old",
    "run_request/insert_due",
    "run_request/mark_published",
    "run_request/range_is_closed",
    "run_request/release_claims",
    "run_request/renew_claims",
    "run_request/unpublish_lost",
    "run_request/unpublish_silent",
    "settings/advance",
    "settings/next_due",
    "settings/page",
    "settings/take_due",
    "settings/take_renewed_seals",
];
/// Statements about what belongs to no tenant.
const SHARED: &[&str] = &[
    "fleet/pause",
    "fleet/resume",
    "period/configured",
    "views/are_published",
];

#[tokio::test]
async fn no_statement_gets_or_changes_a_row_of_a_tenant_that_its_transaction_does_not_name() -> Result<()> {
    let database = TestDatabase::create().await?;
    let statements = Statements {
        folder: &Path::new(env!("CARGO_MANIFEST_DIR")).join("sql"),
        of_tenant: OF_TENANT,
        of_fleet: OF_FLEET,
        shared: SHARED,
    };
    statements.check(&database, Role::Scheduler).await
}
