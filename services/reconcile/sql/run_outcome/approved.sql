-- Only as long as settings and domains are as they were, and a person could look at the rows.
SELECT h.held_reason, h.held_hints, COALESCE(h.rows_of_run_id, h.run_id) AS "rows_of!"
FROM reconcile.run_outcome h
JOIN reconcile.run_outcome shown
  ON shown.tenant_id = h.tenant_id AND shown.run_id = COALESCE(h.rows_of_run_id, h.run_id)
WHERE h.tenant_id = $1 AND h.run_id = $2 AND h.state = 'HELD'
  AND h.settings_generation = $3 AND h.domain_generation = $4
  AND h.held_reason <> 'CHANGED_SINCE_PREVIEW'
  AND NOT shown.rows_dropped AND shown.rows_expire_time > now()
