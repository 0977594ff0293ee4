//! The wall between tenants, tried with every statement of results.

use std::path::Path;

use rollcall_stores::Statements;

use super::*;

/// Statements about a tenant, with arguments for the tenant acme.
const OF_TENANT: &[(&str, &str)] = &[
    ("account/holder", "'acme', 'ann@acme.example'"),
    (
        "account/page",
        "'acme', 'ann', '', '00000000-0000-0000-0000-000000000000', 10",
    ),
    (
        "account/page_of_removed",
        "'acme', 'bob', '', '00000000-0000-0000-0000-000000000000', 10",
    ),
    ("account/removed_with_address", "'acme', 'bob@acme.example'"),
    ("address_change/last", "'acme', 'ann@acme.example'"),
    (
        "audit/page",
        "'acme', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 50, 1000000",
    ),
    ("domain/is_alias", "'acme', 'acme.example'"),
    (
        "run/of_tenant",
        "'acme', '00000000-0000-0000-0000-000000000003', NULL, false, 10",
    ),
    (
        "run_row/of_address",
        "'acme', '00000000-0000-0000-0000-000000000003', 'ann@acme.example'",
    ),
    (
        "run_row/page",
        "'acme', '00000000-0000-0000-0000-000000000003', NULL, false, 'ann', '', 0, 10",
    ),
    ("tenant/is_known", "'acme'"),
];
/// Statements about all tenants, which only the role for such work runs.
const OF_FLEET: &[&str] = &[
    "fleet/backlog",
    "fleet/events",
    "fleet/failing",
    "fleet/held",
    "fleet/keys",
    "fleet/pause",
    "fleet/runs",
    "fleet/tenants",
];
/// Statements about what belongs to no tenant.
const SHARED: &[&str] = &["period/configured", "views/are_published"];

#[tokio::test]
async fn no_statement_gets_or_changes_a_row_of_a_tenant_that_its_transaction_does_not_name() -> Result<()> {
    let database = TestDatabase::create().await?;
    let statements = Statements {
        folder: &Path::new(env!("CARGO_MANIFEST_DIR")).join("sql"),
        of_tenant: OF_TENANT,
        of_fleet: OF_FLEET,
        shared: SHARED,
    };
    statements.check(&database, Role::Results).await
}
