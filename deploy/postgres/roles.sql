-- The services' login roles, once for a PostgreSQL cluster. For psql, as a superuser:
--   psql -v scheduler_password=… -v reconcile_password=… -v results_password=… -f roles.sql
-- Running it again sets the passwords again and changes nothing else.

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['rollcall_scheduler', 'rollcall_reconcile', 'rollcall_results']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- Owns the record of acts. Nobody logs in as it, and no service is a member of it.
SELECT 'CREATE ROLE rollcall_audit NOLOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollcall_audit')
\gexec

ALTER ROLE rollcall_scheduler NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'scheduler_password';
ALTER ROLE rollcall_reconcile NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'reconcile_password';
ALTER ROLE rollcall_results NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'results_password';

-- Objects that a role creates without a schema, such as the migrations' own table, land in its own schema.
ALTER ROLE rollcall_scheduler SET search_path = scheduler;
ALTER ROLE rollcall_reconcile SET search_path = reconcile;
ALTER ROLE rollcall_results SET search_path = results;

-- No statement of the services is worth compiling. The services say so when they connect; a pooler may not pass that on.
ALTER ROLE rollcall_scheduler SET jit = off;
ALTER ROLE rollcall_reconcile SET jit = off;
ALTER ROLE rollcall_results SET jit = off;

-- Queries of results differ by their values: each statement is planned for its own.
ALTER ROLE rollcall_results SET plan_cache_mode = force_custom_plan;
