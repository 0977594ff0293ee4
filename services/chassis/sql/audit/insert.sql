-- Records, in their order. The database adds the time and the service.
INSERT INTO audit.record (caller, actor, tenant_id, method, details, run_id, outcome, calls)
SELECT caller, actor, tenant_id, method, details, run_id, outcome, calls
FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::uuid[], $7::text[], $8::bigint[])
    WITH ORDINALITY AS record (caller, actor, tenant_id, method, details, run_id, outcome, calls, number)
ORDER BY number
