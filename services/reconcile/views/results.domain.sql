-- The owner of each domain. The reader shows a tenant only its own.
CREATE OR REPLACE VIEW results.domain AS
SELECT name, tenant_id, alias_of
FROM portal.domain;

GRANT SELECT ON results.domain TO rollcall_results;
