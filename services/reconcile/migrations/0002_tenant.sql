-- The state of a tenant between two runs, and while one has its lease.

-- The lease of each tenant: a row is small, and changes with every beginning and end of a run.
CREATE TABLE reconcile.lease (
    tenant_id text COLLATE "C" PRIMARY KEY,
    -- Grows with every lease: a writer with an older one has lost its run.
    fence bigint NOT NULL DEFAULT 0,
    -- The run that has the lease; null while there is no lease.
    run_id uuid,
    worker text,
    -- Of the settings that the worker was given.
    settings_generation bigint,
    deadline timestamptz
) WITH (fillfactor = 50);

CREATE INDEX lease_deadline ON reconcile.lease (deadline) WHERE run_id IS NOT NULL;

-- One row for each tenant, locked by whatever changes it, after its lease: what is known of its applied runs.
CREATE TABLE reconcile.tenant (
    tenant_id text COLLATE "C" PRIMARY KEY,
    -- Its history. Number of applied runs: a row of the history is valid from one of them to another.
    applied bigint NOT NULL DEFAULT 0,
    next_row_id bigint NOT NULL DEFAULT 1,
    -- The last event that was put into the outbox.
    outbox_sequence bigint NOT NULL DEFAULT 0,
    -- Live accounts.
    accounts bigint NOT NULL DEFAULT 0,
    -- The last version that was given to accounts: whatever changes accounts gives all of them the next one.
    account_version bigint NOT NULL DEFAULT 0,
    -- The last applied read. Its digest; null if it had none that can be compared.
    digest bytea,
    -- A hash of everything else that decided on it.
    inputs bytea,
    -- The server that answered it, which the next read dials first.
    server_id text,
    server_host text,
    server_address text,
    -- The hints that some object of it showed, as bits.
    hints smallint NOT NULL DEFAULT 0,
    -- The counts of a run that finds everything as it left it.
    steady_objects bigint NOT NULL DEFAULT 0,
    steady_claims bigint NOT NULL DEFAULT 0,
    steady_keep bigint NOT NULL DEFAULT 0,
    steady_stale bigint NOT NULL DEFAULT 0,
    steady_skip bigint NOT NULL DEFAULT 0,
    -- Addresses that are spoilt in the directory.
    steady_spoilt bigint NOT NULL DEFAULT 0,
    -- Claims of the read that its plan counted as no e-mail.
    steady_not_email bigint NOT NULL DEFAULT 0,
    -- The skipped claims by reason.
    steady_skipped jsonb NOT NULL DEFAULT '{}',
    -- Generations. This one grows with every change that the portal makes to its own data.
    portal_generation bigint NOT NULL DEFAULT 0,
    -- Grows with every change of the tenant's domains.
    domain_generation bigint NOT NULL DEFAULT 0,
    -- Of the settings with which Remove Accounts was last switched on, once a run was applied with it; null while it is
    -- off.
    removal_generation bigint,
    -- Refused binds: how many in a row, and with which credential.
    refused_binds integer NOT NULL DEFAULT 0,
    refused_credential_generation bigint,
    -- The credential whose binds were refused so often that the schedule pauses as long as it is the tenant's.
    paused_credential_generation bigint,
    -- The credential that the directory accepted when it saw it last.
    accepted_credential_generation bigint
) WITH (fillfactor = 70);

-- Binds of accounts of directory servers, over all tenants: those that were refused in a row, and those under way.
CREATE TABLE reconcile.refused_bind (
    -- A hash of the server's address and the user name.
    account bytea PRIMARY KEY,
    refused integer NOT NULL DEFAULT 0,
    -- No bind is tried until then.
    paused_until timestamptz,
    -- Binds whose result is not known yet, and until when it is awaited.
    under_way integer NOT NULL DEFAULT 0,
    under_way_until timestamptz,
    update_time timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX refused_bind_update_time ON reconcile.refused_bind (update_time);

-- The pulse of a lease: apart from it, so that a heartbeat never waits for a commit. A row is small, and changes every
-- few seconds.
CREATE TABLE reconcile.heartbeat (
    tenant_id text COLLATE "C" PRIMARY KEY,
    run_id uuid NOT NULL,
    fence bigint NOT NULL,
    beat_time timestamptz NOT NULL,
    objects bigint NOT NULL DEFAULT 0,
    claims bigint NOT NULL DEFAULT 0,
    stage text NOT NULL DEFAULT 'CONNECTING',
    CONSTRAINT heartbeat_stage_is_known CHECK (stage IN ('CONNECTING', 'READING', 'DECIDING', 'WRITING'))
) WITH (fillfactor = 50);

-- A tenant's password under a newer key, until the scheduler has put it into the settings.
CREATE TABLE reconcile.renewed_seal (
    tenant_id text COLLATE "C" PRIMARY KEY,
    -- Of the credential. The seal is void once the settings have another.
    credential_generation bigint NOT NULL,
    -- Of the lease under which it was made: only a later one may judge it.
    fence bigint NOT NULL,
    key_id text NOT NULL,
    -- rollcall.internal.v1.SealedCredential.
    seal bytea NOT NULL,
    -- A later run opened it.
    confirmed boolean NOT NULL DEFAULT false
);

-- Connection tests that have begun, so that a copy of one's message begins nothing. Of no use once its time is over.
CREATE TABLE reconcile.connection_test (
    test_id uuid PRIMARY KEY,
    expire_time timestamptz NOT NULL
);

-- Which objects of the last applied read showed which hints: eight octets of each, packed by the rules. Read only if no
-- object shows a hint any more.
CREATE TABLE reconcile.sighting (
    tenant_id text COLLATE "C" PRIMARY KEY,
    objects bytea NOT NULL
);

-- They are hashes, which nothing compresses.
ALTER TABLE reconcile.sighting ALTER COLUMN objects SET STORAGE EXTERNAL;

-- The part of a large read that does not fit into memory while it comes in. It is of no use after a crash.
CREATE UNLOGGED TABLE reconcile.staged_batch (
    tenant_id text COLLATE "C",
    fence bigint,
    number bigint,
    -- rollcall.internal.v1.ObjectBatch.
    body bytea NOT NULL,
    PRIMARY KEY (tenant_id, fence, number)
);

-- To compress takes longer than to write.
ALTER TABLE reconcile.staged_batch ALTER COLUMN body SET STORAGE EXTERNAL;

-- Events that the broker has not confirmed yet. It fills and empties: dead rows are counted, and not compared with its
-- size, which says nothing.
CREATE TABLE reconcile.outbox (
    tenant_id text COLLATE "C",
    sequence bigint,
    routing_key text NOT NULL,
    -- rollcall.v1.PortalEvent.
    payload bytea NOT NULL,
    -- Time since which it waits for the broker.
    create_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, sequence)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
