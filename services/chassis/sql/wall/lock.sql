SELECT pg_advisory_xact_lock(hashtextextended('rollcall wall ' || current_user, 0)) IS NOT NULL AS "locked!"
