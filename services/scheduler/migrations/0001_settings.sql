-- Each tenant's settings, and the operator's decisions for all tenants.

-- Grows with every write of any tenant's settings. One sequence for all, so that settings that were deleted and put
-- again never meet a generation that was theirs before.
CREATE SEQUENCE scheduler.settings_generation;

-- A tenant has at most one row. Values that SQL needs are in columns of their own; the rest is the message.
CREATE TABLE scheduler.settings (
    -- By bytes, here and in every schema: columns of different collations are joined without an index.
    tenant_id text COLLATE "C" PRIMARY KEY,
    -- rollcall.v1.Settings in canonical form: no password, none of the fields that are output only.
    settings bytea NOT NULL,
    -- rollcall.internal.v1.SealedCredential.
    sealed_credential bytea NOT NULL,
    -- The one of the workers' keys that opens the sealed credential.
    key_id text NOT NULL,
    generation bigint NOT NULL,
    -- Of the settings with which a password was last given, or the place it is sent to changed.
    credential_generation bigint NOT NULL,
    -- Of the settings with which Remove Accounts was last switched on; null while it is off.
    removal_generation bigint,
    every_hours smallint NOT NULL,
    time_zone text NOT NULL,
    -- Advanced also while the schedule is paused.
    next_run_time timestamptz,
    -- Reason why the schedule does not run, as far as this schema knows.
    paused_reason text,
    update_time timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT settings_every_hours_are_of_a_day CHECK (every_hours BETWEEN 0 AND 24),
    CONSTRAINT settings_next_run_follows_schedule CHECK ((every_hours = 0) = (next_run_time IS NULL)),
    CONSTRAINT settings_paused_reason_is_known CHECK (paused_reason = 'REVERTED'),
    CONSTRAINT settings_pause_has_a_schedule CHECK (paused_reason IS NULL OR every_hours > 0)
);

-- Tenants that are due.
CREATE INDEX settings_due ON scheduler.settings (next_run_time) WHERE next_run_time IS NOT NULL;

-- The operator's decisions for all tenants: one row.
CREATE TABLE scheduler.fleet (
    the_only boolean PRIMARY KEY DEFAULT true CHECK (the_only),
    schedules_paused boolean NOT NULL DEFAULT false,
    removals_paused boolean NOT NULL DEFAULT false,
    note text NOT NULL DEFAULT '',
    -- Runs that came due up to then were not missed.
    schedules_resume_time timestamptz,
    update_time timestamptz
);

INSERT INTO scheduler.fleet DEFAULT VALUES;
