-- The end is the moment, not the transaction's beginning: to apply a large run takes a while. With a lease ($38) goes what was only
-- of use while the run had it.
WITH beat AS (
    DELETE FROM reconcile.heartbeat WHERE tenant_id = $1 AND $38
), staged AS (
    DELETE FROM reconcile.staged_batch WHERE tenant_id = $1 AND $38
)
UPDATE reconcile.run_outcome o
SET state = $3,
    history = $4,
    applied = $5,
    unchanged = $6,
    read_mode = $7,
    read_mode_reason = NULLIF($8, ''),
    server = NULLIF($9, ''),
    objects = $10,
    claims = $11,
    not_email = $12,
    "references" = $13,
    "add" = $14,
    keep = $15,
    "update" = $16,
    remove = $17,
    stale = $18,
    skip = $19,
    accounts = $20,
    welcomes = $21,
    failure_code = $22,
    failure_message = $23,
    failure_advice = $24,
    failure_detail = $25,
    would_hold = $26,
    held_reason = $27,
    held_message = NULLIF($28, ''),
    held_content = $29,
    rows_of_run_id = $30,
    settings_generation = $31,
    domain_generation = $32,
    removal_generation = $33,
    accounts_reduced = $34,
    accounts_changed = $35,
    account_version = $36,
    rows_expire_time = $37,
    next_attempt_time = NULL,
    end_time = clock_timestamp()
FROM (VALUES (1)) AS one
LEFT JOIN scheduler.reconcile_run_request r ON r.tenant_id = $1 AND r.run_id = $2
WHERE o.tenant_id = $1 AND o.run_id = $2
RETURNING o.kind, o.trigger, o.attempt, o.takeovers, o.start_time, o.end_time,
          r.create_time, r.acts_on_run_id, r.expect_preview_run_id
