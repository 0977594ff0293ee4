-- What other services may read. They use nothing else of these schemas.

CREATE VIEW reconcile.scheduler_tenant_domain AS
SELECT tenant_id, name, alias_of
FROM portal.domain;

GRANT SELECT ON reconcile.scheduler_tenant_domain TO rollcall_scheduler;

CREATE VIEW reconcile.scheduler_run_state AS
SELECT run_id, tenant_id, state, state <> 'QUEUED' AS begun, failure_code, end_time
FROM reconcile.run_outcome;

GRANT SELECT ON reconcile.scheduler_run_state TO rollcall_scheduler;

-- While a run is RUNNING, objects and claims tell how far its read is.
CREATE VIEW results.run_outcome AS
SELECT o.run_id, o.tenant_id, o.state, o.read_mode, o.read_mode_reason, o.unchanged,
       CASE WHEN o.state = 'RUNNING' THEN COALESCE(h.objects, 0) ELSE o.objects END AS objects,
       CASE WHEN o.state = 'RUNNING' THEN COALESCE(h.claims, 0) ELSE o.claims END AS claims,
       o.not_email, o."references", o."add", o.keep, o."update", o.remove, o.stale, o.skip, o.accounts, o.welcomes,
       o.failure_code, o.failure_message, o.failure_advice, o.failure_detail,
       o.attempt, o.next_attempt_time, o.start_time, o.end_time
FROM reconcile.run_outcome o
LEFT JOIN reconcile.heartbeat h ON h.tenant_id = o.tenant_id AND h.run_id = o.run_id;

GRANT SELECT ON results.run_outcome TO rollcall_results;

-- The rows of any run, in one pass along the history's key. A run that made no state of the history itself, one that found
-- nothing changed or a preview, shows what the rows have settled to.
CREATE VIEW results.run_row AS
SELECT h.tenant_id, o.run_id, h.row_id, h.address,
       CASE WHEN h.valid_from = o.history AND o.applied OR h.preview_run_id IS NOT NULL
            THEN h.entry_verdict ELSE h.steady_verdict END AS verdict,
       CASE WHEN h.valid_from = o.history AND o.applied OR h.preview_run_id IS NOT NULL
            THEN h.entry_reason ELSE h.steady_reason END AS reason,
       h.address_type, h.primary_address, h.directory_type, h.directory_primary,
       h.object_type, h.object_id, h.object_dn,
       CASE WHEN h.valid_from = o.history AND o.applied OR h.preview_run_id IS NOT NULL
            THEN h.entry_other ELSE h.steady_other END AS other,
       -- Whether the row can have another verdict than ADD and KEEP: what settles keeps such a verdict, or becomes KEEP.
       h.entry_verdict NOT IN ('ADD', 'KEEP') AS of_note
FROM reconcile.claim_history h
JOIN reconcile.run_outcome o
  ON o.tenant_id = h.tenant_id
 AND CASE WHEN h.preview_run_id IS NULL
          THEN h.valid_from <= o.history
           AND (h.valid_to IS NULL OR h.valid_to > o.history)
           AND (o.applied OR h.steady_verdict IS NOT NULL)
          ELSE h.preview_run_id = o.run_id
     END
WHERE NOT EXISTS (
    SELECT FROM reconcile.preview_hidden p
    WHERE p.tenant_id = h.tenant_id AND p.run_id = o.run_id AND p.row_id = h.row_id);

GRANT SELECT ON results.run_row TO rollcall_results;

CREATE VIEW results.account AS
SELECT tenant_id, account_id, primary_address, type, origin, hsr_enabled, protected, stale_since, remove_time
FROM portal.account;

GRANT SELECT ON results.account TO rollcall_results;

CREATE VIEW results.account_address AS
SELECT tenant_id, account_id, address, address_type, origin, stale_since
FROM portal.address;

GRANT SELECT ON results.account_address TO rollcall_results;
