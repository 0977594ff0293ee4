-- Credentials by generation, schedules that pause, runs that act on runs, and what is published of it all.

ALTER TABLE scheduler.settings
    -- Of the settings with which a password was last given, or the place it is sent to changed.
    ADD COLUMN credential_generation bigint,
    -- Of the settings with which Remove Accounts was last switched on; null while it is off.
    ADD COLUMN removal_generation bigint,
    -- Which of the workers' keys opens the sealed credential.
    ADD COLUMN key_id text,
    -- Why the schedule does not run, as far as it is this schema's to know. It goes on being advanced meanwhile.
    ADD COLUMN paused_reason text,
    ADD CONSTRAINT settings_paused_reason_is_known CHECK (paused_reason = 'REVERTED'),
    ADD CONSTRAINT settings_pause_has_a_schedule CHECK (paused_reason IS NULL OR every_hours > 0);

-- Whether Remove Accounts is on is in the message, which SQL does not read. A generation where it is off is of no
-- consequence; none where it is on would pass over the look that its first run asks for.
-- The key's id is the first field of the sealed credential: its tag, its length (at most 32), its text.
UPDATE scheduler.settings
SET credential_generation = generation,
    removal_generation = generation,
    key_id = convert_from(substring(sealed_credential FROM 3 FOR get_byte(sealed_credential, 1)), 'UTF8');

ALTER TABLE scheduler.settings
    ALTER COLUMN credential_generation SET NOT NULL,
    ALTER COLUMN key_id SET NOT NULL;

ALTER TABLE scheduler.run_request
    DROP CONSTRAINT run_request_kind_check,
    DROP CONSTRAINT run_request_trigger_check,
    -- The HELD run that an approval is of, or the sync that a REVERT takes back.
    ADD COLUMN acts_on_run_id uuid,
    -- The preview that somebody looked at before asking for the sync.
    ADD COLUMN expect_preview_run_id uuid,
    ADD CONSTRAINT run_request_kind_is_known CHECK (kind IN ('SYNC', 'PREVIEW', 'REVERT')),
    ADD CONSTRAINT run_request_trigger_is_known CHECK (trigger IN ('MANUAL', 'SCHEDULED', 'APPROVAL')),
    ADD CONSTRAINT run_request_only_a_sync_is_scheduled_or_approved CHECK (kind = 'SYNC' OR trigger = 'MANUAL'),
    ADD CONSTRAINT run_request_acts_on_a_run CHECK (
        (kind = 'REVERT' OR trigger = 'APPROVAL') = (acts_on_run_id IS NOT NULL)),
    ADD CONSTRAINT run_request_only_who_waits_expects CHECK (
        expect_preview_run_id IS NULL OR (kind = 'SYNC' AND trigger = 'MANUAL'));

-- Whether a run was approved or taken back already.
CREATE INDEX run_request_acting_on ON scheduler.run_request (acts_on_run_id) WHERE acts_on_run_id IS NOT NULL;

-- What the operator decides for all tenants: one row.
CREATE TABLE scheduler.fleet (
    the_only boolean PRIMARY KEY DEFAULT true CHECK (the_only),
    schedules_paused boolean NOT NULL DEFAULT false,
    removals_paused boolean NOT NULL DEFAULT false,
    note text NOT NULL DEFAULT '',
    -- What came due up to then was not missed.
    schedules_resumed_at timestamptz,
    update_time timestamptz
);

INSERT INTO scheduler.fleet DEFAULT VALUES;

CREATE OR REPLACE VIEW scheduler.reconcile_run_request AS
SELECT run_id, tenant_id, kind, trigger, lane, cancel_requested, create_time, acts_on_run_id, expect_preview_run_id
FROM scheduler.run_request;

CREATE OR REPLACE VIEW scheduler.reconcile_settings AS
SELECT tenant_id, settings, generation, sealed_credential, credential_generation, removal_generation
FROM scheduler.settings;

CREATE VIEW scheduler.reconcile_fleet AS
SELECT removals_paused
FROM scheduler.fleet;

GRANT SELECT ON scheduler.reconcile_fleet TO rollcall_reconcile;

CREATE OR REPLACE VIEW results.run_request AS
SELECT run_id, tenant_id, kind, trigger, lane, cancel_requested, create_time, acts_on_run_id, expect_preview_run_id,
       open
FROM scheduler.run_request;

-- A tenant's own pauses but for refused credentials, which reconcile counts; the next time is told while there is none.
CREATE VIEW results.schedule AS
SELECT tenant_id, every_hours, CASE WHEN paused_reason IS NULL THEN next_run_at END AS next_run_at, paused_reason,
       key_id, credential_generation
FROM scheduler.settings;

GRANT SELECT ON results.schedule TO rollcall_results;

CREATE VIEW results.fleet_pause AS
SELECT schedules_paused, removals_paused, note, update_time
FROM scheduler.fleet;

GRANT SELECT ON results.fleet_pause TO rollcall_results;
