-- A run is its request, and its outcome once a worker began it. One that was cancelled while it waited never gets another.
SELECT
    request.run_id,
    request.tenant_id,
    request.kind,
    request.trigger,
    CASE
        WHEN request.cancel_requested AND COALESCE(outcome.state, 'QUEUED') = 'QUEUED' THEN 'CANCELLED'
        ELSE COALESCE(outcome.state, 'QUEUED')
    END AS state,
    request.create_time,
    request.acts_on_run_id,
    request.expect_preview_run_id,
    outcome.read_mode,
    outcome.read_mode_reason,
    outcome.unchanged,
    outcome.objects,
    outcome.claims,
    outcome.not_email,
    outcome."references",
    outcome."add",
    outcome.keep,
    outcome."update",
    outcome.remove,
    outcome.stale,
    outcome.skip,
    outcome.accounts,
    outcome.welcomes,
    outcome.accounts_reduced,
    outcome.failure_code,
    outcome.failure_message,
    outcome.failure_advice,
    outcome.failure_detail,
    outcome.attempt,
    outcome.takeovers,
    outcome.next_attempt_time,
    outcome.start_time,
    outcome.end_time,
    outcome.held_reason,
    outcome.held_message,
    outcome.would_hold,
    outcome.rows_of_run_id,
    outcome.rows_expire_time,
    COALESCE(outcome.rows_expire_time <= now(), false) AS rows_expired,
    EXISTS (
        SELECT
        FROM results.superseded_run AS superseded
        WHERE superseded.tenant_id = request.tenant_id AND superseded.run_id = request.run_id
    ) AS rows_superseded
FROM results.run_request AS request
LEFT JOIN results.run_outcome AS outcome
    ON outcome.tenant_id = request.tenant_id AND outcome.run_id = request.run_id
