-- Drops a seal that an earlier lease made and that no run has confirmed.
WITH lease AS (
    SELECT lease.tenant_id, lease.fence, lease.settings_generation
    FROM reconcile.lease AS lease
    WHERE lease.tenant_id = $1 AND lease.run_id = $2 AND lease.fence = $3
    FOR SHARE
), rejected AS (
    DELETE FROM reconcile.renewed_seal AS renewed
    USING lease
    WHERE renewed.tenant_id = lease.tenant_id AND renewed.credential_generation = $4 AND renewed.fence < lease.fence
      AND NOT renewed.confirmed
)
SELECT EXISTS (SELECT FROM lease) AS "has_lease!"
