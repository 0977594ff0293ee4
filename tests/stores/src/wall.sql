-- A row of the tenant acme in each table that holds tenants' rows, and the rows that stand beside them.
INSERT INTO portal.domain (name, tenant_id, alias_of)
VALUES ('acme.example', 'acme', NULL), ('alias.example', 'acme', 'acme.example');

INSERT INTO portal.reserved_domain (name, tenant_id, end_time) VALUES ('old.example', 'acme', now() + interval '1 day');

INSERT INTO portal.account
    (tenant_id, account_id, hsr_enabled, is_protected, type, origin, primary_address, object_id, remove_time, created_version, version)
VALUES
    ('acme', '00000000-0000-0000-0000-0000000000a1', false, false, 'USER', 'SYNCED', 'ann@acme.example', 'o1', NULL, 1, 1),
    ('acme', '00000000-0000-0000-0000-0000000000a2', false, false, 'USER', 'SYNCED', 'bob@acme.example', 'o2',
     now() - interval '2 years', 1, 1);

INSERT INTO portal.address (tenant_id, address, account_id, address_type, origin)
VALUES ('acme', 'ann@acme.example', '00000000-0000-0000-0000-0000000000a1', 'PRIMARY', 'SYNCED');

INSERT INTO portal.removed_address (tenant_id, address, account_id, address_type, origin)
VALUES ('acme', 'bob@acme.example', '00000000-0000-0000-0000-0000000000a2', 'PRIMARY', 'SYNCED');

INSERT INTO reconcile.tenant (tenant_id, applied, server_address, accepted_credential_generation)
VALUES ('acme', 1, '192.0.2.1', 6);
INSERT INTO reconcile.lease (tenant_id, fence, run_id, worker, settings_generation, deadline)
VALUES ('acme', 1, '00000000-0000-0000-0000-000000000001', 'w', 7, now() - interval '1 hour');
INSERT INTO reconcile.heartbeat (tenant_id, run_id, fence, beat_time)
VALUES ('acme', '00000000-0000-0000-0000-000000000001', 1, now());
INSERT INTO reconcile.renewed_seal (tenant_id, credential_generation, fence, key_id, seal)
VALUES ('acme', 6, 0, 'second', '\x01');
INSERT INTO reconcile.sighting (tenant_id, objects) VALUES ('acme', '\x00');
INSERT INTO reconcile.staged_batch (tenant_id, fence, number, body) VALUES ('acme', 1, 0, '\x00');
INSERT INTO reconcile.outbox (tenant_id, sequence, routing_key, payload) VALUES ('acme', 1, 'key', '\x00');

-- A run that goes on, a HELD one, an applied one and a preview.
INSERT INTO reconcile.run_outcome
    (tenant_id, run_id, kind, trigger, state, attempt, end_time, history, applied, held_reason, rows_expire_time,
     settings_generation, domain_generation, removal_generation, account_version, accounts_changed)
SELECT 'acme', run_id::uuid, kind, 'MANUAL', state, 1, CASE WHEN state <> 'RUNNING' THEN now() END, 1, applied, held_reason,
       now() + interval '1 day', 7, 0, 5, CASE WHEN applied THEN 1 END, 1
FROM (
    VALUES
        ('00000000-0000-0000-0000-000000000001', 'SYNC', 'RUNNING', false, NULL),
        ('00000000-0000-0000-0000-000000000002', 'SYNC', 'HELD', false, 'REMOVAL_LIMIT'),
        ('00000000-0000-0000-0000-000000000003', 'SYNC', 'SUCCEEDED', true, NULL),
        ('00000000-0000-0000-0000-000000000004', 'PREVIEW', 'SUCCEEDED', false, NULL)
) AS run (run_id, kind, state, applied, held_reason);

INSERT INTO reconcile.last_run (tenant_id, run_id, state, failure_code)
VALUES ('acme', '00000000-0000-0000-0000-000000000003', 'FAILED', 'CONNECT_TIMEOUT');
INSERT INTO reconcile.account_before (tenant_id, run_id, account_id, hsr_enabled, is_protected, removed, type, origin)
VALUES ('acme', '00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-0000000000a1', false, false, false, 'USER',
        'SYNCED');
INSERT INTO reconcile.address_before (tenant_id, run_id, account_id, address, address_type, origin)
VALUES ('acme', '00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-0000000000a1', 'ann@acme.example', 'PRIMARY',
        'SYNCED');

-- A row that counts, one that is over, and a removal that only the preview and the HELD run show.
INSERT INTO reconcile.claim_history
    (tenant_id, row_id, valid_from, valid_to, content, preview_run_id, address, entry_verdict, entry_reason, steady_verdict,
     primary_address, directory_primary, object_id, object_dn)
VALUES
    ('acme', 1, 1, NULL, gen_random_uuid(), NULL, 'ann@acme.example', 'ADD', 'NEW_ACCOUNT', 'KEEP', 'ann@acme.example', '', 'o1',
     ''),
    ('acme', 2, 0, 1, gen_random_uuid(), NULL, 'old@acme.example', 'ADD', 'NEW_ACCOUNT', 'KEEP', 'old@acme.example', '', 'o3', ''),
    ('acme', 3, 1, 1, gen_random_uuid(), '00000000-0000-0000-0000-000000000004', 'eve@acme.example', 'REMOVE', NULL, NULL,
     'eve@acme.example', '', 'o4', ''),
    ('acme', 4, 1, 1, gen_random_uuid(), '00000000-0000-0000-0000-000000000002', 'eve@acme.example', 'REMOVE', NULL, NULL,
     'eve@acme.example', '', 'o4', '');
INSERT INTO reconcile.preview_hidden (tenant_id, run_id, row_id) VALUES ('acme', '00000000-0000-0000-0000-000000000004', 2);

INSERT INTO scheduler.settings
    (tenant_id, settings, sealed_credential, key_id, generation, credential_generation, removal_generation, every_hours, time_zone,
     next_run_time)
VALUES ('acme', '\x', '\x', 'first', 7, 6, 5, 1, 'UTC', now() - interval '1 minute');

INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane, by_hand, acts_on_run_id, expect_preview_run_id)
SELECT run_id::uuid, 'acme', kind, trigger, 'scheduled', trigger = 'MANUAL', acts_on::uuid, expects::uuid
FROM (
    VALUES
        ('00000000-0000-0000-0000-000000000001', 'SYNC', 'SCHEDULED', NULL, NULL),
        ('00000000-0000-0000-0000-000000000002', 'SYNC', 'MANUAL', NULL, NULL),
        ('00000000-0000-0000-0000-000000000003', 'SYNC', 'MANUAL', NULL, NULL),
        ('00000000-0000-0000-0000-000000000004', 'PREVIEW', 'MANUAL', NULL, NULL),
        ('00000000-0000-0000-0000-000000000005', 'SYNC', 'SCHEDULED', NULL, NULL)
) AS request (run_id, kind, trigger, acts_on, expects);

INSERT INTO reconcile.period (preview_days, rows_days, summary_days, removed_days) VALUES (7, 30, 400, 30);

INSERT INTO audit.record (caller, tenant_id, method, outcome) VALUES ('portal', 'acme', 'SyncNow', 'OK');
