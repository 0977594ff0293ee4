SELECT pg_try_advisory_xact_lock(hashtextextended('rollcall.outbox:' || $1, 0)) AS "locked!"
