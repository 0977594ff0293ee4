-- What the three roles may do with each table and view: a letter for each right, a small one if only in some columns.
-- Partitions of a table that have the same rights are one line.
WITH relation AS (
    SELECT n.oid AS schema_oid, c.oid,
           n.nspname || '.' || coalesce(parent.relname || ' (partition)', c.relname) AS name
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
    LEFT JOIN pg_class parent ON parent.oid = i.inhparent
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')
      AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
), held AS (
    SELECT relation.name, role.name AS role,
           string_agg(DISTINCT CASE
               WHEN NOT has_schema_privilege(role.name, relation.schema_oid, 'USAGE') THEN ''
               WHEN has_table_privilege(role.name, relation.oid, verb.name) THEN verb.letter
               WHEN verb.in_columns AND has_any_column_privilege(role.name, relation.oid, verb.name) THEN lower(verb.letter)
               ELSE ''
           END, '') AS letters,
           verb.place
    FROM relation
    CROSS JOIN unnest(ARRAY['rollcall_scheduler', 'rollcall_reconcile', 'rollcall_results']) AS role (name)
    CROSS JOIN (VALUES
        (1, 'SELECT', 'S', true), (2, 'INSERT', 'I', true), (3, 'UPDATE', 'U', true),
        (4, 'DELETE', 'D', false), (5, 'TRUNCATE', 'T', false)) AS verb (place, name, letter, in_columns)
    GROUP BY relation.name, role.name, verb.place
), line AS (
    SELECT name, role, string_agg(letters, '' ORDER BY place) AS rights FROM held GROUP BY name, role
)
SELECT name,
       max(rights) FILTER (WHERE role = 'rollcall_scheduler'),
       max(rights) FILTER (WHERE role = 'rollcall_reconcile'),
       max(rights) FILTER (WHERE role = 'rollcall_results')
FROM line
GROUP BY name
ORDER BY name
