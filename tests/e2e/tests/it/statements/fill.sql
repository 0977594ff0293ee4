-- Three thousand other tenants with what they have after some runs: of one tenant is but a small part of each table.
CREATE TEMP TABLE other AS
SELECT 'other-' || n AS tenant_id, n FROM generate_series(1, 3000) AS n;

INSERT INTO scheduler.settings
    (tenant_id, settings, sealed_credential, generation, every_hours, time_zone, credential_generation, key_id)
SELECT tenant_id, '', '', n, 0, '', n, 'k1' FROM other;

INSERT INTO scheduler.run_request
    (run_id, tenant_id, kind, trigger, lane, publish_time, open)
-- Ids of this moment, as the services make them.
SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '70008'
        || substr(md5(random()::text), 1, 15))::uuid,
       tenant_id, 'SYNC', 'MANUAL', 'interactive', now(), false
FROM other, generate_series(1, 10);

INSERT INTO reconcile.lease (tenant_id) SELECT tenant_id FROM other;
INSERT INTO reconcile.tenant (tenant_id) SELECT tenant_id FROM other;

INSERT INTO reconcile.heartbeat (tenant_id, run_id, fence, beat_time)
SELECT tenant_id, gen_random_uuid(), 0, now() FROM other;

INSERT INTO reconcile.staged_batch (tenant_id, fence, number, body)
SELECT tenant_id, 0, 0, '' FROM other;

INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt, end_time, history, applied)
SELECT tenant_id, run_id, kind, trigger, 'SUCCEEDED', 1, now(), 1, false
FROM scheduler.run_request
WHERE tenant_id LIKE 'other-%';

INSERT INTO reconcile.last_run (tenant_id, run_id, state)
SELECT tenant_id, gen_random_uuid(), 'SUCCEEDED' FROM other;

INSERT INTO portal.domain (name, tenant_id) SELECT tenant_id || '.test', tenant_id FROM other;

INSERT INTO portal.account
    (tenant_id, account_id, hsr_enabled, is_protected, type, origin, primary_address, object_id)
SELECT tenant_id, gen_random_uuid(), false, false, 'USER', 'SYNCED', 'a' || a || '@' || tenant_id || '.test', 'o' || a
FROM other, generate_series(1, 10) AS a;

INSERT INTO portal.address (tenant_id, address, account_id, address_type, origin)
SELECT tenant_id, primary_address, account_id, 'PRIMARY', 'SYNCED' FROM portal.account WHERE tenant_id LIKE 'other-%';

INSERT INTO portal.removed_address (tenant_id, account_id, address, address_type, origin)
SELECT tenant_id, gen_random_uuid(), 'gone@' || tenant_id || '.test', 'PRIMARY', 'SYNCED' FROM other;

INSERT INTO reconcile.claim_history
    (tenant_id, row_id, valid_from, content, address, entry_verdict, steady_verdict, primary_address, directory_primary,
     object_id, object_dn)
SELECT tenant_id, row_number() OVER (), 1, account_id, address, 'ADD', 'KEEP', address, address, 'o', 'cn=o'
FROM portal.address
WHERE tenant_id LIKE 'other-%';

INSERT INTO reconcile.preview_hidden (tenant_id, run_id, row_id)
SELECT tenant_id, gen_random_uuid(), 1 FROM other;

INSERT INTO reconcile.account_before (tenant_id, run_id, account_id, hsr_enabled, is_protected, removed, type, origin)
SELECT tenant_id, gen_random_uuid(), gen_random_uuid(), false, false, false, 'USER', 'SYNCED' FROM other;

INSERT INTO reconcile.address_before (tenant_id, run_id, account_id, address, address_type, origin)
SELECT tenant_id, gen_random_uuid(), gen_random_uuid(), 'a@b.test', 'PRIMARY', 'SYNCED' FROM other;

INSERT INTO reconcile.refused_bind (account, refused) SELECT decode(md5(tenant_id), 'hex'), 1 FROM other;

ANALYZE;
