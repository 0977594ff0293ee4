-- A run that a worker reads is heard of every few seconds. One that is silent has lost its worker, and perhaps its job: it is
-- looked for among the few that have a pulse, not among all that are open. As long as no worker takes the new job either, since
-- a service is away, each wait is twice as long as the one before. Requests are looked up by key: a join might read those of all
-- months.
UPDATE scheduler.run_request
SET publish_time = NULL, claim_expire_time = NULL, claimed_by = NULL
WHERE run_id = ANY (ARRAY(
    SELECT silent.run_id
    FROM (
        SELECT run_id, tenant_id, beat_time
        FROM reconcile.scheduler_all_heartbeats
        WHERE beat_time < now() - make_interval(secs => $1)
        ORDER BY beat_time
    ) AS silent
    CROSS JOIN LATERAL (
        SELECT
        FROM scheduler.run_request AS request
        WHERE request.tenant_id = silent.tenant_id AND request.run_id = silent.run_id
          AND request.open
          AND request.publish_time < now() - GREATEST(make_interval(secs => $1), (now() - silent.beat_time) / 2)
        FOR UPDATE OF request SKIP LOCKED
    ) AS request
    ORDER BY silent.beat_time
    LIMIT $2
))
