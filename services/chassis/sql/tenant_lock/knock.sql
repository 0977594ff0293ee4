-- The time is read after the lock, which may have been waited for.
SELECT clock_timestamp() AS "now!"
FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0)) OFFSET 0) AS locked
