-- The schemas of one Rollcall database and the rights in them. For psql, as a superuser, in that
-- database, after roles.sql. Running it again changes nothing. The owners make tables and views.

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO rollcall_scheduler, rollcall_reconcile, rollcall_results',
              current_database())
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- A function in a view runs with the rights of who reads the view, and the services read each other's views. So none of
-- their roles makes functions, in any language. Those that are there can still be called.
REVOKE ALL ON LANGUAGE sql, plpgsql FROM PUBLIC;
-- Large objects belong to no schema, and nobody else could keep a role from making them.
REVOKE ALL ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS scheduler AUTHORIZATION rollcall_scheduler;
CREATE SCHEMA IF NOT EXISTS portal AUTHORIZATION rollcall_reconcile;
CREATE SCHEMA IF NOT EXISTS reconcile AUTHORIZATION rollcall_reconcile;

-- Each reads the other's data through views that the owner publishes and grants, and through nothing else.
GRANT USAGE ON SCHEMA scheduler TO rollcall_reconcile;
GRANT USAGE ON SCHEMA reconcile TO rollcall_scheduler;

-- The fleet's roles use what their services have, and own the views over all tenants.
GRANT USAGE, CREATE ON SCHEMA scheduler TO rollcall_scheduler_fleet;
GRANT USAGE, CREATE ON SCHEMA reconcile TO rollcall_reconcile_fleet;
GRANT USAGE ON SCHEMA portal TO rollcall_reconcile_fleet;
GRANT USAGE ON SCHEMA scheduler TO rollcall_reconcile_fleet;
GRANT USAGE ON SCHEMA reconcile TO rollcall_scheduler_fleet;

-- Holds only views: the owners put them there, results reads them.
CREATE SCHEMA IF NOT EXISTS results;
GRANT USAGE, CREATE ON SCHEMA results TO rollcall_scheduler, rollcall_reconcile;
GRANT USAGE, CREATE ON SCHEMA results TO rollcall_scheduler_fleet, rollcall_reconcile_fleet;
GRANT USAGE ON SCHEMA results TO rollcall_results, rollcall_results_fleet;
