SELECT t.fence, t.run_id, t.worker, t.settings_generation, t.deadline, t.portal_generation,
       t.applied, t.next_row_id, t.outbox_sequence, t.digest, t.inputs,
       t.steady_keep, t.steady_stale, t.steady_skip, t.accounts,
       t.domain_generation, t.account_version, t.removal_generation, t.server_id,
       t.refused_binds, t.refused_credential_generation, t.paused_credential_generation,
       h.beat_time AS "beat_time?", now() AS "now!"
FROM reconcile.tenant t
LEFT JOIN reconcile.heartbeat h ON h.tenant_id = t.tenant_id AND h.fence = t.fence
WHERE t.tenant_id = $1
FOR UPDATE OF t
