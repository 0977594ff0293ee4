-- Facts that decide whether a run can be approved, reverted, or expected. Of HELD runs the one that ended last is the newest.
SELECT request.kind, state.state, state.held_reason, state.end_time, state.accounts_changed, state.reverted,
       state.rows_expire_time,
       COALESCE(state.rows_superseded, false) AS "rows_superseded!",
       COALESCE(state.settings_generation = settings.generation, false) AS "same_settings!",
       COALESCE(state.domain_generation = tenant.domain_generation, false) AS "same_domains!",
       NOT EXISTS (
           SELECT
           FROM reconcile.scheduler_run_state AS newer
           WHERE newer.tenant_id = request.tenant_id AND newer.state = 'HELD' AND newer.end_time > state.end_time
       ) AS "newest_held!",
       (
           SELECT acting.run_id
           FROM scheduler.run_request AS acting
           LEFT JOIN reconcile.scheduler_run_state AS acted
             ON acted.tenant_id = acting.tenant_id AND acted.run_id = acting.run_id
           WHERE acting.acts_on_run_id = request.run_id
             AND acting.tenant_id = request.tenant_id
             AND CASE
                 WHEN acted.end_time IS NULL THEN NOT acting.cancel_requested
                 ELSE acted.state = 'SUCCEEDED'
             END
           ORDER BY acting.run_id DESC
           LIMIT 1
       ) AS acted_on_by
FROM scheduler.run_request AS request
LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
LEFT JOIN reconcile.scheduler_tenant AS tenant USING (tenant_id)
LEFT JOIN scheduler.settings AS settings USING (tenant_id)
WHERE request.tenant_id = $1 AND request.run_id = $2
