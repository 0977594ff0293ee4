-- Owner of the domain $2, as far as tenant $1 may know.
SELECT tenant_id = $1 AS "own!", alias_of IS NOT NULL AS "alias!"
FROM results.domain
WHERE name = $2
