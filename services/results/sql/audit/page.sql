-- Records, the newest first. $1: of this tenant only, null for all. $2 and $3: from one time on and before another, null
-- for any; so are $4 to $7. $8 and $9: only those before this one, null for all. No more are read once the details have
-- more than $11 bytes. Meant to be planned for its values: what is null costs nothing.
SELECT record_time AS "record_time!", record_id AS "record_id!", service AS "service!", caller AS "caller!", actor,
       tenant_id, method AS "method!", details AS "details!: Json<Details>", run_id, outcome AS "outcome!",
       calls AS "calls!"
FROM (
    SELECT *, sum(octet_length(details::text)) OVER (ORDER BY record_time DESC, record_id DESC)
        - octet_length(details::text) AS bytes_before
    FROM (
        SELECT *
        FROM results.audit_record
        WHERE ($1::text IS NULL OR tenant_id = $1)
          AND ($2::timestamptz IS NULL OR record_time >= $2)
          AND ($3::timestamptz IS NULL OR record_time < $3)
          AND ($4::text IS NULL OR method = $4)
          AND ($5::text IS NULL OR caller = $5)
          AND ($6::text IS NULL OR actor = $6)
          AND ($7::uuid IS NULL OR run_id = $7)
          AND ($8::timestamptz IS NULL OR (record_time, record_id) < ($8, $9::uuid))
        ORDER BY record_time DESC, record_id DESC
        LIMIT $10
    ) AS page
) AS record
WHERE bytes_before <= $11
ORDER BY record_time DESC, record_id DESC
