-- Grows with every write of any tenant's settings. One sequence for all, so that settings that were
-- deleted and put anew never meet a generation that was theirs before.
CREATE SEQUENCE scheduler.settings_generation;

-- A tenant has at most one row. What SQL needs is in columns of its own; the rest is the message.
CREATE TABLE scheduler.settings (
    -- By bytes, here and in every schema: columns of different collations are joined without an index.
    tenant_id text COLLATE "C" PRIMARY KEY,
    -- rollcall.v1.Settings in canonical form: no password, none of the fields that are output only.
    settings bytea NOT NULL,
    -- rollcall.v1.SealedCredential.
    sealed_credential bytea NOT NULL,
    generation bigint NOT NULL,
    every_hours smallint NOT NULL CHECK (every_hours BETWEEN 0 AND 24),
    time_zone text NOT NULL,
    next_run_at timestamptz,
    update_time timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT settings_next_run_follows_schedule CHECK ((every_hours = 0) = (next_run_at IS NULL))
);

-- The due tick.
CREATE INDEX settings_due ON scheduler.settings (next_run_at) WHERE next_run_at IS NOT NULL;
