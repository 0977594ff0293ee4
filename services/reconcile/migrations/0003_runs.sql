-- Outcomes of runs, the last one of each tenant, what reverting one needs, and how long all of it is kept.

-- The state of a run from the moment a worker first began it. The codes of failures have no check: new ones come with
-- the rules. Ids begin with their time: each month has a partition, which is dropped as a whole.
CREATE TABLE reconcile.run_outcome (
    tenant_id text COLLATE "C",
    run_id uuid,
    kind text NOT NULL,
    trigger text NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL,
    -- Takeovers of the run from workers that had fallen silent.
    takeovers integer NOT NULL DEFAULT 0,
    -- Time by which this attempt must have ended: given when a worker first begins it, and kept when another takes it
    -- over.
    deadline timestamptz,
    next_attempt_time timestamptz,
    start_time timestamptz,
    end_time timestamptz,
    -- The state of the history that its rows are a view of; null for a run without rows.
    history bigint,
    -- True if this run made that state. If not, its rows are the steady rows of that state.
    applied boolean NOT NULL DEFAULT false,
    unchanged boolean NOT NULL DEFAULT false,
    read_mode text,
    read_mode_reason text,
    -- The host and address that answered, and why it is not the server of the last applied read.
    server text,
    server_reason text,
    -- The numbers of what it read and decided, by name; those that are zero are left out.
    counts jsonb NOT NULL DEFAULT '{}',
    -- Parts of the directory that its read left out, as far as the directory names them; null if none.
    left_out jsonb,
    -- Accounts that it removed or took an address from without approval, by which runs are looked up.
    accounts_reduced bigint NOT NULL DEFAULT 0,
    -- Number of accounts that it changed, and the version that it gave them.
    accounts_changed bigint NOT NULL DEFAULT 0,
    account_version bigint,
    failure_code text,
    failure_message text,
    failure_advice text,
    failure_detail text,
    held_reason text,
    held_message text,
    further_held_reasons text[] NOT NULL DEFAULT '{}',
    -- Hints that had vanished when it was HELD, as bits: an approval counts for these.
    held_hints smallint NOT NULL DEFAULT 0,
    -- True if the sync that a preview stands for would be HELD.
    would_hold boolean NOT NULL DEFAULT false,
    -- A hash of all rows of a HELD run: shows if the next one equals it.
    held_content uuid,
    -- The HELD run before it whose rows are also this one's.
    rows_of_run_id uuid,
    -- Generations when it was decided: an approval counts only for these.
    settings_generation bigint,
    domain_generation bigint,
    removal_generation bigint,
    -- The run that reverted it.
    reverted_by_run_id uuid,
    -- Time until which its rows are kept; null for a run without rows.
    rows_expire_time timestamptz,
    -- True once they are deleted.
    rows_dropped boolean NOT NULL DEFAULT false,
    -- True if newer runs took its place: its rows had to go before their time.
    rows_superseded boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, run_id),
    CONSTRAINT run_outcome_kind_is_known CHECK (kind IN ('SYNC', 'PREVIEW', 'REVERT')),
    CONSTRAINT run_outcome_trigger_is_known CHECK (trigger IN ('MANUAL', 'SCHEDULED', 'APPROVAL')),
    CONSTRAINT run_outcome_state_is_known
        CHECK (state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'HELD', 'FAILED', 'CANCELLED')),
    CONSTRAINT run_outcome_read_mode_is_known CHECK (read_mode = 'FULL'),
    CONSTRAINT run_outcome_held_reason_is_known
        CHECK (held_reason IN
            ('REMOVAL_LIMIT', 'EMPTY_READ', 'HINTS_VANISHED', 'FIRST_REMOVAL', 'CHANGED_SINCE_PREVIEW', 'TOO_MANY_NEW')),
    -- One that differs from its preview has no other reason.
    CONSTRAINT run_outcome_further_held_reasons_are_known
        CHECK (further_held_reasons <@ ARRAY['REMOVAL_LIMIT', 'EMPTY_READ', 'HINTS_VANISHED', 'FIRST_REMOVAL', 'TOO_MANY_NEW'])
) PARTITION BY RANGE (run_id);

-- Runs of months that were not made in time, and ids that are of no time.
CREATE TABLE reconcile.run_outcome_default PARTITION OF reconcile.run_outcome DEFAULT;

-- The run that made a state of the history; runs of the last 24 hours that took something; the newest HELD run.
CREATE INDEX run_outcome_of_state ON reconcile.run_outcome (tenant_id, history) WHERE applied;
CREATE INDEX run_outcome_reduced ON reconcile.run_outcome (tenant_id, end_time) WHERE accounts_reduced > 0;
CREATE INDEX run_outcome_held ON reconcile.run_outcome (tenant_id, run_id) WHERE state = 'HELD';
-- Runs whose rows are kept no longer; the oldest state of the history that a run still shows.
CREATE INDEX run_outcome_rows_expire ON reconcile.run_outcome (rows_expire_time)
    WHERE rows_expire_time IS NOT NULL AND NOT rows_dropped;
CREATE INDEX run_outcome_shown ON reconcile.run_outcome (tenant_id, history) WHERE NOT rows_dropped;
-- A tenant's previews and HELD runs whose rows are kept, the newest last.
CREATE INDEX run_outcome_superseding ON reconcile.run_outcome (tenant_id, run_id)
    WHERE (kind = 'PREVIEW' OR state = 'HELD') AND NOT rows_dropped AND NOT rows_superseded;
-- Runs that ended before or after a time.
CREATE INDEX run_outcome_ended ON reconcile.run_outcome (end_time);
-- All tenants' runs from one on: ids grow with time.
CREATE INDEX run_outcome_by_id ON reconcile.run_outcome (run_id);

-- Outcome of a tenant's runs, without reading them: each end of a run writes it. Runs count in the order of their ids,
-- which grow with time, in whatever order they end. A cancelled one does not count.
CREATE TABLE reconcile.last_run (
    tenant_id text COLLATE "C" PRIMARY KEY,
    -- Of the last run.
    run_id uuid NOT NULL,
    state text NOT NULL,
    failure_code text,
    -- The last run that SUCCEEDED, and the first one that FAILED after it.
    success_run_id uuid,
    success_time timestamptz,
    failing_since_run_id uuid,
    -- The last sync that was HELD, and the last one that SUCCEEDED or FAILED.
    held_run_id uuid,
    decided_run_id uuid,
    CONSTRAINT last_run_state_is_known CHECK (state IN ('SUCCEEDED', 'HELD', 'FAILED'))
) WITH (fillfactor = 70);

-- Accounts as they were before a run changed them, with their addresses; those that it made are not here.
CREATE TABLE reconcile.account_before (
    tenant_id text COLLATE "C",
    run_id uuid,
    account_id uuid,
    hsr_enabled boolean NOT NULL,
    is_protected boolean NOT NULL,
    stale_since timestamptz,
    removed boolean NOT NULL,
    type text NOT NULL,
    origin text NOT NULL,
    object_id text COLLATE "C",
    PRIMARY KEY (tenant_id, run_id, account_id),
    CONSTRAINT account_before_type_is_known
        CHECK (type IN ('USER', 'GROUP', 'CONTACT', 'PUBLIC_FOLDER', 'RESOURCE', 'SHARED_MAILBOX', 'OTHER')),
    CONSTRAINT account_before_origin_is_known CHECK (origin IN ('SYNCED', 'MANUAL'))
);

CREATE TABLE reconcile.address_before (
    tenant_id text COLLATE "C",
    run_id uuid,
    account_id uuid,
    address text COLLATE "C",
    stale_since timestamptz,
    address_type text NOT NULL,
    origin text NOT NULL,
    PRIMARY KEY (tenant_id, run_id, account_id, address),
    CONSTRAINT address_before_type_is_known CHECK (address_type IN ('PRIMARY', 'ALIAS', 'DOMAIN_ALIAS')),
    CONSTRAINT address_before_origin_is_known CHECK (origin IN ('SYNCED', 'MANUAL'))
);

-- Periods for which finished runs and removed accounts are kept, in days: written from the configuration whenever a
-- process starts. The services that act by them, or show them to a person, read them from here.
CREATE TABLE reconcile.period (
    the_only boolean PRIMARY KEY DEFAULT true CHECK (the_only),
    preview_days integer NOT NULL,
    rows_days integer NOT NULL,
    summary_days integer NOT NULL,
    removed_days integer NOT NULL
);
