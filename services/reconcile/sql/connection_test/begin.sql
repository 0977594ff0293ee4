-- Begins a test once, and only in its time. A time far ahead would keep its row as long.
WITH asked AS (
    SELECT $1::uuid AS test_id, $2::timestamptz AS expire_time,
           $2 > now() AND $2 < now() + interval '1 hour' AS is_in_time
), begun AS (
    INSERT INTO reconcile.connection_test (test_id, expire_time)
    SELECT test_id, expire_time FROM asked WHERE is_in_time
    ON CONFLICT (test_id) DO NOTHING
    RETURNING test_id
)
SELECT is_in_time AS "is_in_time!", EXISTS (SELECT FROM begun) AS "is_first!"
FROM asked
