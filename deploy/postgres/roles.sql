-- The services' login roles, once for a PostgreSQL cluster. For psql, as a superuser:
--   psql -v scheduler_password=… -v reconcile_password=… -v results_password=… -f roles.sql
-- Running it again sets the passwords and bounds again and changes nothing else. connection_limit is what each role may
-- have open in all databases of the cluster together: 30 unless set otherwise (-v connection_limit=…). Three of them and
-- the administrators' own must fit into max_connections.

\if :{?connection_limit}
\else
\set connection_limit 30
\endif

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['rollcall_scheduler', 'rollcall_reconcile', 'rollcall_results']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- Owns the record of acts. Nobody logs in as it, and no service is a member of it.
SELECT 'CREATE ROLE rollcall_audit NOLOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollcall_audit')
\gexec

ALTER ROLE rollcall_scheduler NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT :connection_limit
    PASSWORD :'scheduler_password';
ALTER ROLE rollcall_reconcile NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT :connection_limit
    PASSWORD :'reconcile_password';
ALTER ROLE rollcall_results NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT :connection_limit
    PASSWORD :'results_password';

-- Roles for work on all tenants, which nobody logs in as. A service takes its own for a transaction that says so. A login role
-- inherits nothing: without that, each of its transactions would see all tenants.
SELECT format('CREATE ROLE %I NOLOGIN', name)
FROM unnest(ARRAY['rollcall_scheduler_fleet', 'rollcall_reconcile_fleet', 'rollcall_results_fleet']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE rollcall_scheduler NOINHERIT;
ALTER ROLE rollcall_reconcile NOINHERIT;
ALTER ROLE rollcall_results NOINHERIT;

GRANT rollcall_scheduler_fleet TO rollcall_scheduler;
GRANT rollcall_reconcile_fleet TO rollcall_reconcile;
GRANT rollcall_results_fleet TO rollcall_results;

-- A role may change its own settings: whoever had its password may have left some.
ALTER ROLE rollcall_scheduler RESET ALL;
ALTER ROLE rollcall_reconcile RESET ALL;
ALTER ROLE rollcall_results RESET ALL;

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

-- Bounds for sessions that set none of their own, as the services do when they connect. Migrations set none.
ALTER ROLE rollcall_scheduler SET statement_timeout = '15min';
ALTER ROLE rollcall_scheduler SET lock_timeout = '1min';
ALTER ROLE rollcall_scheduler SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE rollcall_reconcile SET statement_timeout = '1h';
ALTER ROLE rollcall_reconcile SET lock_timeout = '1min';
ALTER ROLE rollcall_reconcile SET idle_in_transaction_session_timeout = '30min';
ALTER ROLE rollcall_results SET statement_timeout = '15min';
ALTER ROLE rollcall_results SET lock_timeout = '1min';
ALTER ROLE rollcall_results SET idle_in_transaction_session_timeout = '10min';

-- Results only reads. Records of exports and of refused calls are the exception, and their transactions say so.
ALTER ROLE rollcall_results SET default_transaction_read_only = on;
