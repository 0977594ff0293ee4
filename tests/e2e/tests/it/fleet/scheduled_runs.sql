-- How many tenants ran $1 times, how many runs there were and how many of them succeeded at the first attempt,
-- and how many tenants are due in the future.
SELECT
    (SELECT count(*)
     FROM (
         SELECT tenant_id
         FROM scheduler.run_request
         WHERE trigger = 'SCHEDULED'
         GROUP BY tenant_id
         HAVING count(*) = $1
     ) AS ran),
    (SELECT count(*) FROM scheduler.run_request),
    (SELECT count(*) FROM reconcile.run_outcome WHERE state = 'SUCCEEDED' AND attempt = 1),
    (SELECT count(*) FROM scheduler.settings WHERE next_run_time > now())
