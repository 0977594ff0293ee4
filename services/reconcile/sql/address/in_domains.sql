-- How many addresses that count each of these domains has, for those that have any. Both may be many: each address is looked
-- up among the names, not compared with all.
SELECT live.domain AS "domain!", count(*) AS "addresses!"
FROM (
    SELECT substring(address FROM '[^@]*$') COLLATE "C" AS domain
    FROM portal.address
    WHERE tenant_id = $1
) AS live
WHERE live.domain IN (SELECT unnest($2::text[]) COLLATE "C")
GROUP BY live.domain
ORDER BY live.domain
