-- Every table and view: its name in rights.sql, the one that a statement takes, and that of its first column.
SELECT n.nspname || '.' || coalesce(parent.relname || ' (partition)', c.relname),
       format('%I.%I', n.nspname, c.relname),
       quote_ident(first_column.attname)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN LATERAL (
    SELECT a.attname
    FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
    LIMIT 1
) AS first_column ON true
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
LEFT JOIN pg_class parent ON parent.oid = i.inhparent
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')
  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
ORDER BY 2
