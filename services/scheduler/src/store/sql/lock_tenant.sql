-- Held until the transaction ends: runs of the tenant neither begin nor commit meanwhile. The time is that of the lock, which
-- may have been waited for: a next time that is reckoned from it is not over already.
SELECT pg_advisory_xact_lock(hashtextextended('rollcall.tenant:' || $1, 0)), clock_timestamp() AS now
