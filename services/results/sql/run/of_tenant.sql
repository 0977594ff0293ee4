-- A tenant's runs, the newest first: run ids grow with time. A run is its request, and its outcome once a worker began it.
-- One that was cancelled while it waited ended at that moment, whatever a worker notes of it later. $2: only this run, null
-- for any. $3: only those before this one, null for all. $4: only those that read the directory to the end and whose rows
-- are kept; one that is HELD because it differs from a preview has no rows but the differences. Meant to be planned for its
-- values, as the rows are. The limit has each outcome looked up by key, from the newest request on, until there are enough.
SELECT
    request.run_id AS "run_id!",
    request.tenant_id AS "tenant_id!",
    request.kind AS "kind!",
    request.trigger AS "trigger!",
    CASE
        WHEN request.cancel_requested AND COALESCE(outcome.state, 'QUEUED') = 'QUEUED' THEN 'CANCELLED'
        ELSE COALESCE(outcome.state, 'QUEUED')
    END AS "state!",
    request.create_time AS "create_time!",
    request.acts_on_run_id,
    request.expect_preview_run_id,
    request.requested_by_caller,
    request.requested_by_actor,
    outcome.read_mode,
    outcome.read_mode_reason,
    outcome.server,
    outcome.server_reason,
    outcome.unchanged,
    outcome.counts AS "counts: Json<RunCounts>",
    outcome.left_out AS "left_out: Json<StoredLeftOut>",
    outcome.failure_code,
    outcome.failure_message,
    outcome.failure_advice,
    outcome.failure_detail,
    outcome.attempt,
    outcome.takeovers,
    outcome.next_attempt_time,
    outcome.start_time,
    CASE
        WHEN request.cancel_requested
            AND (
                COALESCE(outcome.state, 'QUEUED') = 'QUEUED'
                OR outcome.state = 'CANCELLED' AND outcome.start_time IS NULL
            )
            THEN COALESCE(request.cancel_time, outcome.end_time)
        ELSE outcome.end_time
    END AS end_time,
    outcome.held_reason,
    outcome.held_message,
    outcome.further_held_reasons AS "further_held_reasons: Vec<String>",
    outcome.would_hold,
    outcome.rows_of_run_id,
    outcome.rows_expire_time,
    COALESCE(outcome.rows_expire_time <= now(), false) AS "rows_expired!",
    COALESCE(outcome.rows_superseded, false) AS "rows_superseded!",
    outcome.stage
FROM results.run_request AS request
LEFT JOIN LATERAL (
    SELECT *
    FROM results.run_outcome
    WHERE run_outcome.tenant_id = request.tenant_id AND run_outcome.run_id = request.run_id
      AND ($2::uuid IS NULL OR run_outcome.run_id = $2)
    LIMIT 1
) AS outcome ON true
WHERE request.tenant_id = $1
  AND ($2::uuid IS NULL OR request.run_id = $2)
  AND ($3::uuid IS NULL OR request.run_id < $3)
  AND (
      NOT $4
      OR (
          (
              request.kind = 'SYNC' AND outcome.state IN ('SUCCEEDED', 'HELD')
              OR request.kind = 'PREVIEW' AND outcome.state = 'SUCCEEDED'
          )
          AND outcome.held_reason IS DISTINCT FROM 'CHANGED_SINCE_PREVIEW'
          AND (outcome.rows_expire_time IS NULL OR outcome.rows_expire_time > now())
      )
  )
ORDER BY request.run_id DESC
LIMIT $5
