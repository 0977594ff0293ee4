-- The next events of a tenant: so many at most, and no more once they are so many bytes. The length of a payload is known
-- without reading it.
SELECT sequence, routing_key, payload
FROM (
    SELECT
        sequence,
        routing_key,
        payload,
        sum(octet_length(payload)) OVER (ORDER BY sequence) - octet_length(payload) AS bytes_before
    FROM (
        SELECT sequence, routing_key, payload
        FROM reconcile.outbox
        WHERE tenant_id = $1 AND sequence > $2
        ORDER BY sequence
        LIMIT $3
    ) AS next
) AS summed
WHERE bytes_before < $4
ORDER BY sequence
