-- What each role may do with tables and views of other services. Rights in single columns, by which the services insert records
-- of acts, are none in the table.
SELECT r.rolname::text, n.nspname || '.' || c.relname, p.privilege
FROM pg_roles r
CROSS JOIN pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p (privilege)
WHERE r.rolname ~ '^rollcall_(scheduler|reconcile|results)(_fleet)?$'
  AND n.nspname IN ('scheduler', 'portal', 'reconcile', 'results', 'audit', 'public')
  AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
  AND regexp_replace(c.relowner::regrole::text, '_fleet$', '') <> regexp_replace(r.rolname, '_fleet$', '')
  AND has_schema_privilege(r.oid, n.oid, 'USAGE')
  AND has_table_privilege(r.oid, c.oid, p.privilege)
ORDER BY 1, 2, 3
