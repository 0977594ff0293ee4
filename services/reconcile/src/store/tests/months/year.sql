-- Fourteen months of a tenant that syncs every hour.
INSERT INTO reconcile.run_outcome
    (tenant_id, run_id, kind, trigger, state, attempt, start_time, end_time, history, rows_expire_time, rows_dropped)
SELECT 'acme', reconcile.id_of(moment, 1), 'SYNC', 'SCHEDULED', 'SUCCEEDED', 1, moment, moment + interval '1 minute', 1,
       moment + interval '30 days', moment < now() - interval '30 days'
FROM generate_series(now() - interval '14 months', now(), interval '1 hour') AS moment;

ANALYZE reconcile.run_outcome;
