-- Whether every view that this service reads exists and may be read by it.
SELECT count(*) = 13
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'results'
  AND c.relname IN (
      'run_request', 'run_outcome', 'run_row', 'account', 'account_address', 'address_change', 'removed_address', 'domain',
      'refused_credential', 'schedule', 'fleet_pause', 'superseded_run', 'waiting_events'
  )
  AND has_schema_privilege(n.oid, 'USAGE')
  AND has_table_privilege(c.oid, 'SELECT')
