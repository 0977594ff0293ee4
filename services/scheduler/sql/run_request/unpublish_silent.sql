-- A run that a worker reads is heard of every few seconds. One that is silent has lost its worker, and perhaps its job: it is
-- looked for among the few that have a pulse, not among all that are open. As long as no worker takes the new job either, since
-- a service is away, each wait is twice as long as the one before.
UPDATE scheduler.run_request
SET publish_time = NULL, claim_expire_time = NULL, claimed_by = NULL
WHERE run_id IN (
    SELECT request.run_id
    FROM reconcile.scheduler_heartbeat AS heartbeat
    JOIN scheduler.run_request AS request USING (tenant_id, run_id)
    WHERE heartbeat.beat_time < now() - make_interval(secs => $1)
      AND request.open
      AND request.publish_time < now() - GREATEST(make_interval(secs => $1), (now() - heartbeat.beat_time) / 2)
    ORDER BY heartbeat.beat_time
    LIMIT $2
    FOR UPDATE OF request SKIP LOCKED
)
