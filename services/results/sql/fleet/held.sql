-- How many tenants' last finished sync is HELD: those with a HELD run that no finished sync came after.
SELECT count(*) AS "held!"
FROM (
    SELECT DISTINCT ON (tenant_id) tenant_id, run_id
    FROM results.run_outcome
    WHERE state = 'HELD'
    ORDER BY tenant_id, run_id DESC
) AS held
WHERE EXISTS (SELECT FROM results.schedule WHERE schedule.tenant_id = held.tenant_id)
  AND NOT EXISTS (
      SELECT
      FROM results.run_outcome AS outcome
      JOIN results.run_request AS request ON request.tenant_id = outcome.tenant_id AND request.run_id = outcome.run_id
      WHERE outcome.tenant_id = held.tenant_id
        AND outcome.run_id > held.run_id
        AND outcome.state IN ('SUCCEEDED', 'FAILED')
        AND request.kind = 'SYNC'
  )
