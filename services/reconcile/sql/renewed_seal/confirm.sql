-- Confirms a seal that an earlier lease made.
WITH lease AS (
    SELECT lease.tenant_id, lease.fence, lease.settings_generation
    FROM reconcile.lease AS lease
    WHERE lease.tenant_id = $1 AND lease.run_id = $2 AND lease.fence = $3
    FOR SHARE
), confirmed AS (
    UPDATE reconcile.renewed_seal AS renewed
    SET confirmed = true
    FROM lease
    WHERE renewed.tenant_id = lease.tenant_id AND renewed.credential_generation = $4 AND renewed.fence < lease.fence
)
SELECT EXISTS (SELECT FROM lease) AS "has_lease!"
