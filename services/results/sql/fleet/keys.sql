-- Stored credentials by the key that opens them.
SELECT key_id AS "key_id!", count(*) AS "credentials!"
FROM results.all_schedules AS schedule
GROUP BY key_id
ORDER BY key_id
