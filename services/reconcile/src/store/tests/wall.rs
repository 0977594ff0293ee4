//! The wall between tenants, tried with every statement of reconcile.

use std::path::Path;

use rollcall_stores::Statements;

use super::*;

/// Statements about a tenant, with arguments for the tenant acme.
const OF_TENANT: &[(&str, &str)] = &[
    (
        "account/insert",
        "ARRAY['acme'], ARRAY['00000000-0000-0000-0000-0000000000b1'::uuid], ARRAY[false], ARRAY[false], ARRAY[NULL::timestamptz], ARRAY['USER'], ARRAY['SYNCED'], ARRAY['new@acme.example'], ARRAY['o9'], ARRAY[1], ARRAY[1]",
    ),
    (
        "account/object_has_other",
        "'acme', 'o1', '00000000-0000-0000-0000-0000000000a2'",
    ),
    ("account/object_ids", "'acme'"),
    ("account/of_tenant", "'acme'"),
    (
        "account/purge",
        "'acme', ARRAY['00000000-0000-0000-0000-0000000000a2'::uuid], 60",
    ),
    (
        "account/some",
        "'acme', ARRAY['00000000-0000-0000-0000-0000000000a1'::uuid]",
    ),
    (
        "account/touched",
        "'acme', '00000000-0000-0000-0000-000000000003', 1",
    ),
    (
        "account/update",
        "'acme', ARRAY['00000000-0000-0000-0000-0000000000a1'::uuid], ARRAY[true], ARRAY[true], ARRAY[NULL::timestamptz], ARRAY[false], ARRAY['USER'], ARRAY['SYNCED'], ARRAY['x@acme.example'], ARRAY['o1'], 2",
    ),
    (
        "account_before/insert",
        "ARRAY['acme'], ARRAY['00000000-0000-0000-0000-000000000004'::uuid], ARRAY['00000000-0000-0000-0000-0000000000a1'::uuid], ARRAY[false], ARRAY[false], ARRAY[NULL::timestamptz], ARRAY[false], ARRAY['USER'], ARRAY['SYNCED'], ARRAY['o1']",
    ),
    (
        "account_before/of_run",
        "'acme', '00000000-0000-0000-0000-000000000003'",
    ),
    ("address/delete", "'acme', ARRAY['ann@acme.example']"),
    ("address/in_domains", "'acme', ARRAY['acme.example']"),
    (
        "address/insert",
        "ARRAY['acme'], ARRAY['new@acme.example'], ARRAY['00000000-0000-0000-0000-0000000000a1'::uuid], ARRAY[NULL::timestamptz], ARRAY['ALIAS'], ARRAY['SYNCED']",
    ),
    ("address/of_tenant", "'acme'"),
    (
        "address/some",
        "'acme', ARRAY['00000000-0000-0000-0000-0000000000a1'::uuid]",
    ),
    ("address/taken", "'acme', ARRAY['ann@acme.example']"),
    (
        "address_before/holders",
        "'acme', '00000000-0000-0000-0000-000000000003'",
    ),
    (
        "address_before/insert",
        "ARRAY['acme'], ARRAY['00000000-0000-0000-0000-000000000004'::uuid], ARRAY['00000000-0000-0000-0000-0000000000a1'::uuid], ARRAY['new@acme.example'], ARRAY[NULL::timestamptz], ARRAY['ALIAS'], ARRAY['SYNCED']",
    ),
    (
        "address_before/of_run",
        "'acme', '00000000-0000-0000-0000-000000000003'",
    ),
    ("claim_history/close", "'acme', 2, ARRAY[1::bigint]"),
    (
        "claim_history/copy_gone",
        "'acme', '00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000002', 90, 1, ARRAY[3::bigint]",
    ),
    ("claim_history/drop", "'acme', 100"),
    (
        "claim_history/drop_of_run",
        "'acme', '00000000-0000-0000-0000-000000000004', 100",
    ),
    (
        "claim_history/insert",
        "ARRAY['acme'], ARRAY[90], ARRAY[1], ARRAY[NULL::bigint], ARRAY[gen_random_uuid()], ARRAY[NULL::uuid], ARRAY[NULL], ARRAY['ADD'], ARRAY[NULL], ARRAY[NULL], ARRAY['KEEP'], ARRAY[NULL], ARRAY[NULL], ARRAY['new@acme.example'], ARRAY[NULL], ARRAY[''], ARRAY[NULL], ARRAY[''], ARRAY[NULL], ARRAY[''], ARRAY['']",
    ),
    (
        "claim_history/insert_reverted",
        "ARRAY['acme'], ARRAY[91], ARRAY[1], ARRAY[1], ARRAY[gen_random_uuid()], ARRAY['00000000-0000-0000-0000-000000000004'::uuid], ARRAY['ADD'], ARRAY[NULL], ARRAY[NULL], ARRAY['new@acme.example'], ARRAY[NULL], ARRAY[''], ARRAY[''], ARRAY[''], ARRAY['']",
    ),
    ("claim_history/open", "'acme'"),
    ("claim_history/removals_of_preview", "'acme', 5"),
    ("domain/among", "ARRAY['acme.example'], 'acme'"),
    ("domain/give_up", "'acme', ARRAY['acme.example'], 60"),
    ("domain/of_tenant", "'acme'"),
    (
        "domain/put",
        "'acme', ARRAY['acme.example'], ARRAY['alias.example']",
    ),
    (
        "domain/set_alias",
        "'acme', ARRAY['acme.example'], ARRAY['alias.example']",
    ),
    (
        "heartbeat/beat",
        "'acme', '00000000-0000-0000-0000-000000000001', 1, 5, 5, 'READING'",
    ),
    (
        "heartbeat/writing",
        "'acme', '00000000-0000-0000-0000-000000000001', 1",
    ),
    (
        "lease/at_header",
        "'acme', '00000000-0000-0000-0000-000000000001', 1",
    ),
    ("lease/release", "'acme'"),
    ("outbox/delete", "'acme', 0, 9"),
    (
        "outbox/insert",
        "ARRAY['acme'], ARRAY[9], ARRAY['key'], ARRAY[''::bytea]",
    ),
    ("outbox/next", "'acme', 0, 10, 1000"),
    (
        "preview_hidden/insert",
        "ARRAY['acme'], ARRAY['00000000-0000-0000-0000-000000000004'::uuid], ARRAY[9]",
    ),
    (
        "renewed_seal/confirm",
        "'acme', '00000000-0000-0000-0000-000000000001', 1, 6",
    ),
    (
        "renewed_seal/keep",
        "'acme', '00000000-0000-0000-0000-000000000001', 1, 6, 'third', '\\x03'",
    ),
    (
        "renewed_seal/reject",
        "'acme', '00000000-0000-0000-0000-000000000001', 1, 6",
    ),
    (
        "removed_address/delete",
        "'acme', ARRAY['00000000-0000-0000-0000-0000000000a2'::uuid]",
    ),
    (
        "removed_address/insert",
        "ARRAY['acme'], ARRAY['new@acme.example'], ARRAY['00000000-0000-0000-0000-0000000000a2'::uuid], ARRAY[NULL::timestamptz], ARRAY['ALIAS'], ARRAY['SYNCED']",
    ),
    ("reserved_domain/of_tenant", "'acme'"),
    (
        "run_outcome/approved",
        "'acme', '00000000-0000-0000-0000-000000000002', 7, 0",
    ),
    (
        "run_outcome/begin",
        "'acme', '00000000-0000-0000-0000-000000000001', 'SYNC', 'MANUAL', 2, 0, now(), 2, 'w', 7",
    ),
    ("run_outcome/earlier", "'acme', 1"),
    (
        "run_outcome/end",
        "'acme', '00000000-0000-0000-0000-000000000001', 'SUCCEEDED', 1, false, false, NULL, '', '', '{}', NULL, NULL, NULL, NULL, false, NULL, '', '{}', NULL, NULL, 7, 0, NULL, 0, 0, NULL, NULL, true, NULL, '', 0",
    ),
    (
        "run_outcome/is_over",
        "'acme', '00000000-0000-0000-0000-000000000003'",
    ),
    (
        "run_outcome/lose",
        "'acme', '00000000-0000-0000-0000-000000000001'",
    ),
    (
        "run_outcome/mark_dropped",
        "'acme', '00000000-0000-0000-0000-000000000001'",
    ),
    (
        "run_outcome/mark_reverted",
        "'acme', '00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000009'",
    ),
    (
        "run_outcome/note",
        "'acme', '00000000-0000-0000-0000-000000000009', 'SYNC', 'MANUAL', 1",
    ),
    (
        "run_outcome/requeue",
        "'acme', '00000000-0000-0000-0000-000000000001', now(), NULL, NULL, NULL, NULL",
    ),
    (
        "run_outcome/size_of_revert",
        "'acme', '00000000-0000-0000-0000-000000000003'",
    ),
    ("run_outcome/supersede_held", "'acme', 0"),
    ("run_outcome/supersede_previews", "'acme', 0"),
    (
        "run_outcome/to_revert",
        "'acme', '00000000-0000-0000-0000-000000000003'",
    ),
    (
        "run_row/approved",
        "'acme', '00000000-0000-0000-0000-000000000002'",
    ),
    (
        "run_row/approved_new",
        "'acme', '00000000-0000-0000-0000-000000000003'",
    ),
    (
        "run_row/of_preview",
        "'acme', '00000000-0000-0000-0000-000000000004'",
    ),
    ("settings/of_tenant", "'acme'"),
    ("sighting/of_tenant", "'acme'"),
    ("staged_batch/body", "'acme', 1, 0"),
    ("staged_batch/insert", "'acme', 1, 9, ''"),
    ("tenant/footprint", "'acme'"),
    ("tenant/insert", "'acme'"),
    ("tenant/is_proven", "'acme', 6, '192.0.2.1'"),
    ("tenant/load", "'acme', '00000000-0000-0000-0000-000000000001'"),
    ("tenant/save_generations", "'acme', 9, 9, 9"),
    (
        "tenant/save_history",
        "'acme', 2, 9, 1, 1, 1, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, ARRAY[7::bigint], ARRAY['key'], ARRAY[''::bytea], 0, 0, '', '{}', 0, 0, 0",
    ),
    ("tenant/save_refused_binds", "'acme', 1, 1, 1, 1"),
];
/// Statements about all tenants, which only the role for such work runs. A change of a tenant's domains takes it for those
/// that say which domains others have.
const OF_FLEET: &[&str] = &[
    "account/purge_candidates",
    "domain/lock",
    "domain/owner",
    "domain/unavailable",
    "lease/overdue",
    "outbox/oldest",
    "outbox/tenants",
    "renewed_seal/drop_settled",
    "reserved_domain/end",
    "reserved_domain/purge",
    "reserved_domain/release",
    "run_outcome/drop",
    "run_outcome/expired",
    "run_outcome/range_is_over",
    "staged_batch/drop_orphans",
];
/// Statements about what belongs to no tenant.
const SHARED: &[&str] = &[
    "connection_test/begin",
    "connection_test/drop_expired",
    "fleet/removals_paused",
    "outbox/lock",
    "period/put",
    "refused_bind/drop_expired",
    "refused_bind/forget",
    "refused_bind/lock",
    "refused_bind/save",
    "session/keep_plans",
    "session/prefer_hash_joins",
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
    statements.check(&database, Role::Reconcile).await
}
