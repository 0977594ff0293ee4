-- True if every view that this service reads exists and may be read by it, or by its role for all tenants.
SELECT count(*) = cardinality($1::text[]) AS "are_published!"
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'results'
  AND c.relname = ANY ($1)
  AND has_schema_privilege(n.oid, 'USAGE')
  AND (has_table_privilege(c.oid, 'SELECT') OR has_table_privilege('rollcall_results_fleet', c.oid, 'SELECT'))
