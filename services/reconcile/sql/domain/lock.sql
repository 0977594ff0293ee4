-- One change of any tenant's domains at a time: two tenants who want each other's would wait for each other in a circle, and
-- neither sees the other's rows.
SELECT pg_advisory_xact_lock(hashtextextended('rollcall.domains', 0)) IS NOT NULL AS "locked!"
