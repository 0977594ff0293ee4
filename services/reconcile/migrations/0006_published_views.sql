-- What other services may read of what came with removal.

CREATE OR REPLACE VIEW reconcile.scheduler_run_state AS
SELECT run_id, tenant_id, state, state <> 'QUEUED' AS begun, failure_code, end_time,
       kind, held_reason, settings_generation, domain_generation, accounts_changed,
       reverted_by_run_id IS NOT NULL AS reverted,
       rows_expire_time
FROM reconcile.run_outcome;

-- The credential that the directory refused three times in a row pauses the schedule as long as it is the tenant's.
CREATE VIEW reconcile.scheduler_tenant AS
SELECT tenant_id, domain_generation, paused_credential_generation
FROM reconcile.tenant;

GRANT SELECT ON reconcile.scheduler_tenant TO rollcall_scheduler;

CREATE OR REPLACE VIEW results.run_outcome AS
SELECT o.run_id, o.tenant_id, o.state, o.read_mode, o.read_mode_reason, o.unchanged,
       CASE WHEN o.state = 'RUNNING' THEN COALESCE(h.objects, 0) ELSE o.objects END AS objects,
       CASE WHEN o.state = 'RUNNING' THEN COALESCE(h.claims, 0) ELSE o.claims END AS claims,
       o.not_email, o."references", o."add", o.keep, o."update", o.remove, o.stale, o.skip, o.accounts, o.welcomes,
       o.failure_code, o.failure_message, o.failure_advice, o.failure_detail,
       o.attempt, o.next_attempt_time, o.start_time, o.end_time,
       o.held_reason, o.held_message, o.would_hold, o.rows_of_run_id, o.accounts_reduced,
       -- The rows of a HELD run that has none of its own go when those go that it shows.
       LEAST(o.rows_expire_time, shown.rows_expire_time) AS rows_expire_time
FROM reconcile.run_outcome o
LEFT JOIN reconcile.heartbeat h ON h.tenant_id = o.tenant_id AND h.run_id = o.run_id
LEFT JOIN reconcile.run_outcome shown ON shown.tenant_id = o.tenant_id AND shown.run_id = o.rows_of_run_id;

CREATE OR REPLACE VIEW results.run_row AS
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
       h.entry_verdict NOT IN ('ADD', 'KEEP') AS of_note,
       h.previous_verdict
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

-- What applied and reverted runs did to an address: the verdict of the run that wrote the row.
CREATE VIEW results.address_change AS
SELECT h.tenant_id, h.address, h.row_id, o.run_id, h.entry_verdict AS verdict, h.entry_reason AS reason,
       h.address_type, h.primary_address, h.directory_type, h.directory_primary,
       h.object_type, h.object_id, h.object_dn, h.entry_other AS other
FROM reconcile.claim_history h
JOIN reconcile.run_outcome o
  ON o.tenant_id = h.tenant_id
 AND CASE WHEN h.preview_run_id IS NULL THEN o.history = h.valid_from AND o.applied
          ELSE o.run_id = h.preview_run_id AND o.kind = 'REVERT' AND o.state = 'SUCCEEDED' END
WHERE h.entry_verdict IN ('ADD', 'UPDATE', 'REMOVE', 'STALE');

GRANT SELECT ON results.address_change TO rollcall_results;

CREATE VIEW results.removed_address AS
SELECT tenant_id, account_id, address, address_type, origin, stale_since
FROM portal.removed_address;

GRANT SELECT ON results.removed_address TO rollcall_results;

-- Whose a domain is; the reader tells a tenant of its own alone.
CREATE VIEW results.domain AS
SELECT name, tenant_id, alias_of
FROM portal.domain;

GRANT SELECT ON results.domain TO rollcall_results;

CREATE VIEW results.refused_credential AS
SELECT tenant_id, paused_credential_generation AS credential_generation
FROM reconcile.tenant
WHERE paused_credential_generation IS NOT NULL;

GRANT SELECT ON results.refused_credential TO rollcall_results;
