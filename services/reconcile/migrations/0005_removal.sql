-- What removal, its guard and its undoing need to know.

ALTER TABLE reconcile.tenant
    -- Grows with every change of the tenant's domains.
    ADD COLUMN domain_generation bigint NOT NULL DEFAULT 0,
    -- The last version that was given to accounts: whatever changes accounts gives all of them the next one.
    ADD COLUMN account_version bigint NOT NULL DEFAULT 0,
    -- Of the settings with which Remove Accounts was last switched on, once a run was applied with it; null while it is off.
    ADD COLUMN removal_generation bigint,
    -- The server of the last applied read.
    ADD COLUMN server_id text,
    -- How many binds in a row were refused, and with which credential.
    ADD COLUMN refused_binds integer NOT NULL DEFAULT 0,
    ADD COLUMN refused_credential_generation bigint,
    -- The credential whose binds were refused so often that the schedule pauses as long as it is the tenant's.
    ADD COLUMN paused_credential_generation bigint;

ALTER TABLE reconcile.run_outcome
    ADD COLUMN held_reason text,
    ADD COLUMN held_message text,
    -- Whether the sync that a preview stands for would be HELD.
    ADD COLUMN would_hold boolean NOT NULL DEFAULT false,
    -- A hash of all rows of a HELD run, to tell whether the next one equals it.
    ADD COLUMN held_content uuid,
    -- The HELD run before it whose rows are also this one's.
    ADD COLUMN rows_of_run_id uuid,
    -- As they were when it was decided: an approval holds for these alone.
    ADD COLUMN settings_generation bigint,
    ADD COLUMN domain_generation bigint,
    ADD COLUMN removal_generation bigint,
    -- Accounts that it removed or took an address from, or would.
    ADD COLUMN accounts_reduced bigint NOT NULL DEFAULT 0,
    -- How many accounts it changed, and the version that it gave them.
    ADD COLUMN accounts_changed bigint NOT NULL DEFAULT 0,
    ADD COLUMN account_version bigint,
    -- The run that took it back.
    ADD COLUMN reverted_by_run_id uuid,
    -- Until when its rows are kept; null for a run without rows.
    ADD COLUMN rows_expire_time timestamptz,
    -- Whether they are gone.
    ADD COLUMN rows_dropped boolean NOT NULL DEFAULT false;

-- The run that made a state of the history; what runs did in the last 24 hours; what has had its time.
CREATE INDEX run_outcome_of_state ON reconcile.run_outcome (tenant_id, history) WHERE applied;
CREATE INDEX run_outcome_reduced ON reconcile.run_outcome (tenant_id, end_time) WHERE accounts_reduced > 0;
CREATE INDEX run_outcome_held ON reconcile.run_outcome (tenant_id, run_id) WHERE state = 'HELD';
CREATE INDEX run_outcome_rows_expire ON reconcile.run_outcome (rows_expire_time)
    WHERE rows_expire_time IS NOT NULL AND NOT rows_dropped;
-- The oldest state of the history that a run still shows; runs whose summary has had its time.
CREATE INDEX run_outcome_shown ON reconcile.run_outcome (tenant_id, history) WHERE NOT rows_dropped;
CREATE INDEX run_outcome_ended ON reconcile.run_outcome (end_time);
-- All tenants' runs from one on: ids grow with time.
CREATE INDEX run_outcome_by_id ON reconcile.run_outcome (run_id);

-- Of runs that ended before their rows had an end.
UPDATE reconcile.run_outcome
SET rows_expire_time = end_time + CASE kind WHEN 'PREVIEW' THEN interval '7 days' ELSE interval '30 days' END
WHERE history IS NOT NULL;

-- The rows of the history that are over, to drop them once no run shows them.
CREATE INDEX claim_history_closed ON reconcile.claim_history (tenant_id, valid_to)
    WHERE valid_to IS NOT NULL AND preview_run_id IS NULL;

-- A run that is HELD since it differs from a preview has its differences as rows: one may be the preview's alone.
ALTER TABLE reconcile.claim_history
    ADD COLUMN previous_verdict text,
    ALTER COLUMN entry_verdict DROP NOT NULL;

ALTER TABLE portal.account
    -- Which change of the tenant's accounts made it, and which changed it last.
    ADD COLUMN created_version bigint NOT NULL DEFAULT 0,
    ADD COLUMN version bigint NOT NULL DEFAULT 0;

-- The accounts that a run made, to take it back.
CREATE INDEX account_created ON portal.account (tenant_id, created_version);
-- Those whose time is over.
CREATE INDEX account_removed ON portal.account (remove_time) WHERE remove_time IS NOT NULL;
-- The list of a tenant's removed accounts, and those that had an address.
CREATE INDEX account_removed_by_primary_address ON portal.account (tenant_id, primary_address)
    WHERE remove_time IS NOT NULL;
CREATE INDEX removed_address_by_address ON portal.removed_address (tenant_id, address);

-- Accounts as they were before a run changed them, with their addresses; those that it made are not here.
CREATE TABLE reconcile.account_before (
    tenant_id text COLLATE "C",
    run_id uuid,
    account_id uuid,
    hsr_enabled boolean NOT NULL,
    protected boolean NOT NULL,
    stale_since timestamptz,
    removed boolean NOT NULL,
    type text NOT NULL,
    origin text NOT NULL,
    object_id text COLLATE "C",
    PRIMARY KEY (tenant_id, run_id, account_id)
);

CREATE TABLE reconcile.address_before (
    tenant_id text COLLATE "C",
    run_id uuid,
    account_id uuid,
    address text COLLATE "C",
    stale_since timestamptz,
    address_type text NOT NULL,
    origin text NOT NULL,
    PRIMARY KEY (tenant_id, run_id, account_id, address)
);
