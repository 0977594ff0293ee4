-- Runs that no worker has begun, by lane.
SELECT request.lane AS "lane!", count(*) AS "waiting!", min(request.create_time) AS "oldest!"
FROM results.all_run_requests AS request
WHERE request.open
  AND NOT request.cancel_requested
  AND NOT EXISTS (
      SELECT
      FROM results.all_run_outcomes AS outcome
      WHERE outcome.tenant_id = request.tenant_id AND outcome.run_id = request.run_id
  )
GROUP BY request.lane
