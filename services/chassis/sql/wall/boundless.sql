-- The session's own role, if policies do not hold for it.
SELECT rolname::text AS "role!"
FROM pg_catalog.pg_roles
WHERE rolname = session_user AND (rolsuper OR rolbypassrls)
