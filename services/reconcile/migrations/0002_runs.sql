-- Who may run, what runs came to, and what they have to tell.

-- One row a tenant, locked by whatever ends a run: the lease, and what is known of the last applied run.
CREATE TABLE reconcile.tenant (
    tenant_id text COLLATE "C" PRIMARY KEY,
    -- Grows with every lease: a writer with an older one has lost its run.
    fence bigint NOT NULL DEFAULT 0,
    -- The run that has the lease; null while nobody has it.
    run_id uuid,
    worker text,
    -- Of the settings that the worker was given.
    settings_generation bigint,
    deadline timestamptz,
    -- Grows with every change that the portal makes to its own data.
    portal_generation bigint NOT NULL DEFAULT 0,
    -- How many runs were applied. A row of the history is valid from one of them to another.
    applied bigint NOT NULL DEFAULT 0,
    next_row_id bigint NOT NULL DEFAULT 1,
    -- The last event that was put into the outbox.
    outbox_sequence bigint NOT NULL DEFAULT 0,
    -- Of the last applied read; null if it had none that can be compared.
    digest bytea,
    -- A hash of everything else that decided on it.
    inputs bytea,
    -- The counts of a run that finds everything as the last applied one left it.
    steady_keep bigint NOT NULL DEFAULT 0,
    steady_stale bigint NOT NULL DEFAULT 0,
    steady_skip bigint NOT NULL DEFAULT 0,
    accounts bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

CREATE INDEX tenant_deadline ON reconcile.tenant (deadline) WHERE run_id IS NOT NULL;

-- The pulse of a lease: apart from it, so that a heartbeat never waits for a commit.
CREATE TABLE reconcile.heartbeat (
    tenant_id text COLLATE "C" PRIMARY KEY,
    run_id uuid NOT NULL,
    fence bigint NOT NULL,
    beat_time timestamptz NOT NULL,
    objects bigint NOT NULL DEFAULT 0,
    claims bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- What became of a run, from the moment a worker first began it.
CREATE TABLE reconcile.run_outcome (
    tenant_id text COLLATE "C",
    run_id uuid,
    kind text NOT NULL,
    trigger text NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL,
    next_attempt_time timestamptz,
    start_time timestamptz,
    end_time timestamptz,
    -- The state of the history that its rows are a view of; null for a run without rows.
    history bigint,
    -- Whether this run made that state. If not, its rows are what the state settles to.
    applied boolean NOT NULL DEFAULT false,
    unchanged boolean NOT NULL DEFAULT false,
    read_mode text,
    read_mode_reason text,
    -- The host and address that answered, for support.
    server text,
    objects bigint NOT NULL DEFAULT 0,
    claims bigint NOT NULL DEFAULT 0,
    not_email bigint NOT NULL DEFAULT 0,
    "references" bigint NOT NULL DEFAULT 0,
    "add" bigint NOT NULL DEFAULT 0,
    keep bigint NOT NULL DEFAULT 0,
    "update" bigint NOT NULL DEFAULT 0,
    remove bigint NOT NULL DEFAULT 0,
    stale bigint NOT NULL DEFAULT 0,
    skip bigint NOT NULL DEFAULT 0,
    accounts bigint NOT NULL DEFAULT 0,
    welcomes bigint NOT NULL DEFAULT 0,
    failure_code text,
    failure_message text,
    failure_advice text,
    failure_detail text,
    PRIMARY KEY (tenant_id, run_id)
);

-- Domains that the last applied read met and that were not the tenant's own: whose they are decides on a reason.
CREATE TABLE reconcile.foreign_domain (
    tenant_id text COLLATE "C",
    name text COLLATE "C",
    PRIMARY KEY (tenant_id, name)
);

-- Events that the broker has not confirmed yet.
CREATE TABLE reconcile.outbox (
    tenant_id text COLLATE "C",
    sequence bigint,
    routing_key text NOT NULL,
    -- rollcall.v1.PortalEvent.
    payload bytea NOT NULL,
    PRIMARY KEY (tenant_id, sequence)
);

-- The part of a large read that does not fit into memory while it comes in. It is of no use after a crash.
CREATE UNLOGGED TABLE reconcile.staged_batch (
    tenant_id text COLLATE "C",
    fence bigint,
    number bigint,
    -- rollcall.v1.ObjectBatch.
    body bytea NOT NULL,
    PRIMARY KEY (tenant_id, fence, number)
);

-- To compress takes longer than to write.
ALTER TABLE reconcile.staged_batch ALTER COLUMN body SET STORAGE EXTERNAL;
