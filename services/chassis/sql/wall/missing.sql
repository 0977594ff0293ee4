-- The statements that put row-level security around each table of this role that holds tenants' rows, and that let the role
-- for work on all tenants use all tables; none for tables that have it. No role of a service makes functions, so they are run
-- one by one. A partition is for its parent's readers, who pass the parent's policies: whoever names the partition itself
-- passes its own.
--
-- The owner's policy is one equality without OR. So the planner joins it with the statement's own `tenant_id = …`: plans and
-- estimates stay as they were, and the setting is compared once for a statement, not for each row.
SELECT missing.statement AS "statement!"
FROM (
    SELECT c.oid,
           c.oid::regclass::text AS name,
           current_user || '_fleet' AS fleet,
           EXISTS (
               SELECT
               FROM pg_catalog.pg_attribute AS a
               WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
           ) AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AS is_open
    FROM pg_catalog.pg_class AS c
    WHERE c.relkind IN ('r', 'p')
      AND c.relpersistence <> 't'
      AND c.relowner = current_user::regrole
      AND c.relname NOT IN ('_sqlx_migrations', 'applied_view')
) AS own
CROSS JOIN LATERAL (
    SELECT 1 AS place, format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', own.name, own.fleet) AS statement
    WHERE NOT has_table_privilege(own.fleet, own.oid, 'DELETE')
    UNION ALL
    SELECT place, format(statement, own.name, own.fleet)
    FROM (
        VALUES
            (2, 'CREATE POLICY of_tenant ON %1$s TO CURRENT_USER '
                'USING (tenant_id = current_setting(''rollcall.tenant_id'', true))'),
            (3, 'CREATE POLICY of_fleet ON %1$s TO %2$I USING (true)'),
            (4, 'ALTER TABLE %1$s ENABLE ROW LEVEL SECURITY'),
            (5, 'ALTER TABLE %1$s FORCE ROW LEVEL SECURITY')
    ) AS step (place, statement)
    WHERE own.is_open
) AS missing
ORDER BY own.oid, missing.place
