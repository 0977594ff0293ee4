-- A month is dropped as a whole, except for requests whose month was never made. One whose run still has rows stays. Outcomes
-- are looked up by key: a join might read those of all months.
DELETE FROM scheduler.run_request_default
WHERE run_id IN (
    SELECT request.run_id
    FROM scheduler.run_request_default request
    WHERE request.run_id < $1 AND NOT request.open
      AND NOT EXISTS (
          SELECT
          FROM reconcile.scheduler_all_run_states run
          WHERE run.tenant_id = request.tenant_id AND run.run_id = request.run_id AND run.rows_expire_time > now()
          OFFSET 0)
    ORDER BY request.run_id
    LIMIT $2
    FOR UPDATE OF request SKIP LOCKED
)
