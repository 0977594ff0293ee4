-- The end is the moment, not the transaction's beginning: to apply a large run takes a while. A lease ($28) ends with it,
-- and what was only of use while the run had it. Its place among the tenant's last runs is by its id: a run that waited
-- for a further attempt may end after a newer one. Its rows may be those of an earlier run ($20), and go with those.
WITH moment AS (
    SELECT clock_timestamp() AS end_time
), lease AS (
    UPDATE reconcile.lease
    SET run_id = NULL, worker = NULL, settings_generation = NULL, deadline = NULL
    WHERE tenant_id = $1 AND $28
), beat AS (
    DELETE FROM reconcile.heartbeat WHERE tenant_id = $1 AND $28
), staged AS (
    DELETE FROM reconcile.staged_batch WHERE tenant_id = $1 AND $28
), last AS (
    INSERT INTO reconcile.last_run AS l
        (tenant_id, run_id, state, failure_code, success_run_id, success_time, failing_since_run_id, held_run_id,
         decided_run_id)
    SELECT o.tenant_id, o.run_id, $3, $11,
           CASE WHEN $3 = 'SUCCEEDED' THEN o.run_id END,
           CASE WHEN $3 = 'SUCCEEDED' THEN moment.end_time END,
           CASE WHEN $3 = 'FAILED' THEN o.run_id END,
           CASE WHEN $3 = 'HELD' THEN o.run_id END,
           CASE WHEN $3 IN ('SUCCEEDED', 'FAILED') AND o.kind = 'SYNC' THEN o.run_id END
    FROM reconcile.run_outcome o, moment
    WHERE o.tenant_id = $1 AND o.run_id = $2 AND $3 <> 'CANCELLED'
    ON CONFLICT (tenant_id) DO UPDATE
    SET run_id = GREATEST(l.run_id, EXCLUDED.run_id),
        state = CASE WHEN EXCLUDED.run_id > l.run_id THEN EXCLUDED.state ELSE l.state END,
        failure_code = CASE WHEN EXCLUDED.run_id > l.run_id THEN EXCLUDED.failure_code ELSE l.failure_code END,
        success_run_id = GREATEST(l.success_run_id, EXCLUDED.success_run_id),
        success_time = CASE
            WHEN l.success_run_id > EXCLUDED.success_run_id THEN l.success_time
            ELSE COALESCE(EXCLUDED.success_time, l.success_time)
        END,
        failing_since_run_id = CASE
            WHEN EXCLUDED.success_run_id > l.failing_since_run_id
                THEN CASE WHEN l.state = 'FAILED' AND l.run_id > EXCLUDED.success_run_id THEN l.run_id END
            WHEN l.success_run_id > EXCLUDED.failing_since_run_id THEN l.failing_since_run_id
            ELSE LEAST(l.failing_since_run_id, EXCLUDED.failing_since_run_id)
        END,
        held_run_id = GREATEST(l.held_run_id, EXCLUDED.held_run_id),
        decided_run_id = GREATEST(l.decided_run_id, EXCLUDED.decided_run_id)
)
UPDATE reconcile.run_outcome o
SET state = $3,
    history = $4,
    applied = $5,
    unchanged = $6,
    read_mode = $7,
    read_mode_reason = NULLIF($8, ''),
    server = NULLIF($9, ''),
    server_reason = NULLIF($30, ''),
    counts = $10,
    left_out = $29,
    failure_code = $11,
    failure_message = $12,
    failure_advice = $13,
    failure_detail = $14,
    would_hold = $15,
    held_reason = $16,
    held_message = NULLIF($17, ''),
    further_held_reasons = $18,
    held_content = $19,
    rows_of_run_id = $20,
    settings_generation = $21,
    domain_generation = $22,
    removal_generation = $23,
    accounts_reduced = $24,
    accounts_changed = $25,
    account_version = $26,
    rows_expire_time = $27,
    held_hints = $31,
    next_attempt_time = NULL,
    end_time = moment.end_time
FROM moment
LEFT JOIN scheduler.reconcile_run_request r ON r.tenant_id = $1 AND r.run_id = $2
LEFT JOIN reconcile.run_outcome shown ON shown.tenant_id = $1 AND shown.run_id = $20
WHERE o.tenant_id = $1 AND o.run_id = $2
RETURNING o.kind, o.trigger, o.attempt, o.takeovers, o.start_time, o.end_time,
          r.create_time, r.acts_on_run_id, r.expect_preview_run_id,
          LEAST(o.rows_expire_time, shown.rows_expire_time) AS rows_expire_time
