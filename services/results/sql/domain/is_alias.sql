-- No row unless the domain $2 is the tenant's: whose else it is, or if it is anybody's, is not said.
SELECT alias_of IS NOT NULL AS "is_alias!"
FROM results.domain
WHERE tenant_id = $1 AND name = $2
