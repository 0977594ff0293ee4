-- Held until the transaction ends: runs of the tenant neither begin nor commit meanwhile.
SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS "locked!", clock_timestamp() AS "now!"
