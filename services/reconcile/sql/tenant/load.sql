-- Facts about a tenant, and about a run of it if one is given.
SELECT l.fence, l.run_id, l.worker, l.settings_generation, l.deadline,
       t.applied, t.next_row_id, t.outbox_sequence, t.accounts, t.account_version,
       t.digest, t.inputs, t.server_id, t.server_host, t.server_address, t.hints,
       t.steady_objects, t.steady_claims, t.steady_keep, t.steady_stale, t.steady_skip, t.steady_spoilt,
       t.steady_not_email,
       t.steady_skipped AS "steady_skipped: Json<StoredSkipped>",
       t.portal_generation, t.domain_generation, t.removal_generation,
       t.refused_binds, t.refused_credential_generation, t.paused_credential_generation,
       t.accepted_credential_generation,
       h.beat_time AS "beat_time?", now() AS "now!",
       -- The run's request, and its outcome so far.
       r.run_id IS NOT NULL AS "is_requested!", r.kind, r.trigger, r.cancel_requested, r.acts_on_run_id,
       r.expect_preview_run_id, o.state AS "state?", o.takeovers AS "takeovers?",
       -- The facts that decide on it now.
       s.settings, s.sealed_credential, s.generation, s.credential_generation, n.seal AS "renewed_seal?",
       s.removal_generation AS switched_on_generation,
       COALESCE(f.removals_paused, false) AS "removals_paused!"
FROM reconcile.lease l
JOIN reconcile.tenant t ON t.tenant_id = l.tenant_id
LEFT JOIN reconcile.heartbeat h ON h.tenant_id = l.tenant_id AND h.fence = l.fence
LEFT JOIN scheduler.reconcile_run_request r ON r.tenant_id = t.tenant_id AND r.run_id = $2
LEFT JOIN reconcile.run_outcome o ON o.tenant_id = t.tenant_id AND o.run_id = $2
LEFT JOIN scheduler.reconcile_settings s ON s.tenant_id = t.tenant_id
LEFT JOIN reconcile.renewed_seal n
    ON n.tenant_id = s.tenant_id AND n.credential_generation = s.credential_generation
    AND n.seal <> s.sealed_credential
LEFT JOIN scheduler.reconcile_fleet f ON true
WHERE l.tenant_id = $1
FOR UPDATE OF l, t
