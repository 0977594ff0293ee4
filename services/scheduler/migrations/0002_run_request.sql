-- A run as a person, or the schedule, requested it. Its outcome is reconcile's. Ids begin with
-- their time: each month has a partition, which is dropped as a whole.
CREATE TABLE scheduler.run_request (
    run_id uuid PRIMARY KEY,
    tenant_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    trigger text NOT NULL,
    lane text NOT NULL,
    -- True if a person requested it: a tenant gets only so many of these in a while. A scheduled run that a person
    -- moved to the front is not one of them.
    by_hand boolean NOT NULL DEFAULT false,
    -- The caller that requested it, and the person for whom it called, if it said so. Null for the schedule's runs,
    -- unless a person moved one to the front.
    requested_by_caller text COLLATE "C",
    requested_by_actor text COLLATE "C",
    -- The HELD run that an approval is of, or the sync that a REVERT reverts.
    acts_on_run_id uuid,
    -- The preview that a person reviewed before asking for the sync.
    expect_preview_run_id uuid,
    cancel_requested boolean NOT NULL DEFAULT false,
    -- Time at which it was cancelled: the end of a run that no worker has begun.
    cancel_time timestamptz,
    -- The W3C trace context of the call that asked.
    traceparent text,
    create_time timestamptz NOT NULL DEFAULT now(),
    -- Time of the broker's last confirmation of its job; null while it must be published.
    publish_time timestamptz,
    -- The batch with which a publisher has it in hand, and the end of that claim. Only that publisher renews it.
    claimed_by uuid,
    claim_expire_time timestamptz,
    -- True if it may still need anything of the scheduler. The sweeper closes what is over, so that the hot paths look
    -- only at what is open, however long the history.
    open boolean NOT NULL DEFAULT true,
    CONSTRAINT run_request_kind_is_known CHECK (kind IN ('SYNC', 'PREVIEW', 'REVERT')),
    CONSTRAINT run_request_trigger_is_known CHECK (trigger IN ('MANUAL', 'SCHEDULED', 'APPROVAL')),
    CONSTRAINT run_request_lane_is_known CHECK (lane IN ('interactive', 'scheduled', 'slow')),
    CONSTRAINT run_request_only_a_sync_is_scheduled_or_approved CHECK (kind = 'SYNC' OR trigger = 'MANUAL'),
    CONSTRAINT run_request_acts_on_a_run
        CHECK ((kind = 'REVERT' OR trigger = 'APPROVAL') = (acts_on_run_id IS NOT NULL)),
    CONSTRAINT run_request_has_the_time_of_its_cancellation CHECK (cancel_requested = (cancel_time IS NOT NULL)),
    CONSTRAINT run_request_only_who_waits_expects
        CHECK (expect_preview_run_id IS NULL OR (kind = 'SYNC' AND trigger = 'MANUAL'))
) PARTITION BY RANGE (run_id);

-- Requests of months that were not made in time, and ids that are of no time.
CREATE TABLE scheduler.run_request_default PARTITION OF scheduler.run_request DEFAULT;

-- A tenant's runs, newest first: run ids grow with time.
CREATE INDEX run_request_of_tenant ON scheduler.run_request (tenant_id, run_id);

-- The run that waits already.
CREATE INDEX run_request_open ON scheduler.run_request (tenant_id, kind) WHERE open;

-- The publisher, which takes the lanes in this order: interactive, scheduled, slow.
CREATE INDEX run_request_unpublished ON scheduler.run_request (lane, create_time)
    WHERE publish_time IS NULL AND open;

-- A tenant's runs of a while that a person requested.
CREATE INDEX run_request_by_hand ON scheduler.run_request (tenant_id, create_time) WHERE by_hand;

-- Runs that approve or revert a run, and syncs that expect a preview.
CREATE INDEX run_request_acting_on ON scheduler.run_request (acts_on_run_id) WHERE acts_on_run_id IS NOT NULL;
CREATE INDEX run_request_expecting ON scheduler.run_request (tenant_id, expect_preview_run_id)
    WHERE expect_preview_run_id IS NOT NULL;
